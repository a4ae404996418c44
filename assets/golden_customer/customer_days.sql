-- One row per identified customer and business day with a sale or a return: what was bought, and where the customer then
-- stood. The segment is the one at the close of that day.
with
lines as (
    select *, is_revenue and line_type in ('product', 'service', 'fee') as is_net_sales
    from merge.unified_sales
    where customer_key <> 'anonymous'
),

days as (
    select
        customer_key,
        business_date,
        count(distinct case when transaction_type = 'sale' and is_net_sales
            then source_system || document_type || source_document_id end) as order_count,
        cast(sum(case when is_net_sales then net_amount_excl_tax_reporting else 0 end) as decimal(18,4)) as revenue
    from lines
    group by customer_key, business_date
),

windows as (
    select
        *,
        case when order_count > 0 then business_date end as purchase_date,
        sum(order_count) over (
            partition by customer_key order by business_date range between interval '1 year' preceding and current row
        ) - coalesce(sum(order_count) over (
            partition by customer_key order by business_date
            range between interval '1 year' preceding and interval '1 year' preceding
        ), 0) as orders_12_months
    from days
),

ranked as (
    select
        *,
        max(purchase_date) over (
            partition by customer_key order by business_date rows between unbounded preceding and current row
        ) as last_purchase_date,
        max(purchase_date) over (
            partition by customer_key order by business_date rows between unbounded preceding and 1 preceding
        ) as previous_purchase_date,
        count(purchase_date) over (
            partition by customer_key order by business_date rows between unbounded preceding and current row
        ) as purchase_days
    from windows
)

select
    customer_key,
    business_date,
    order_count, -- Documents with a sale on that day.
    revenue, -- Net sales of that day without tax, returns netted, in the reporting currency.
    case when purchase_date is not null then purchase_days end as purchase_day_number, -- 1 on the first day of purchase.
    case when purchase_date is not null then previous_purchase_date end as previous_purchase_date,
    cast(orders_12_months as bigint) as orders_12_months, -- Documents with a sale in the 12 months that end with that day.
    case
        when orders_12_months >= 4 then 'frequent'
        when orders_12_months >= 2 then 'active'
        when orders_12_months = 1 or last_purchase_date > business_date - interval '2 years' then 'occasional'
        when last_purchase_date is not null then 'dead'
        else 'prospect'
    end as segment -- Segment at the close of that day: frequent, active, occasional, dead or prospect.
from ranked
