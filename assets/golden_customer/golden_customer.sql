-- One row per identified customer, also those who never bought, as of the newest delivery day. Money is in the reporting
-- currency and without tax; returns count on their own day.
with
customers as (select * from merge.unified_customers where not is_anonymous),
as_of as (select as_of from reference.as_of),
products as (select product_key, category, brand from merge.unified_products),

lines as not materialized (
    select
        sales.*,
        as_of.as_of,
        coalesce(products.category, 'unknown') as category,
        coalesce(products.brand, sales.brand) as known_brand,
        source_system || '|' || document_type || '|' || source_document_id as document,
        extract(year from business_date) = extract(year from as_of.as_of) as is_this_year,
        extract(year from business_date) = extract(year from as_of.as_of) - 1 as is_last_year,
        extract(year from business_date) = extract(year from as_of.as_of) - 2 as is_year_before_last,
        business_date > as_of.as_of - interval '1 year' as is_last_12_months,
        business_date > as_of.as_of - interval '2 years' and business_date <= as_of.as_of - interval '1 year'
            as is_previous_12_months
    from merge.unified_sales as sales
    cross join as_of
    left join products on products.product_key = sales.product_key
    where customer_key <> 'anonymous' and is_revenue and line_type in ('product', 'service', 'fee')
),

totals as (
    select
        customer_key,
        count(distinct case when transaction_type = 'sale' then document end) as order_count,
        count(case when transaction_type = 'sale' then 1 end) as sale_line_count,
        count(case when transaction_type = 'return' then 1 end) as return_line_count,
        sum(case when transaction_type = 'sale' then quantity else 0 end) as unit_count,
        sum(case when transaction_type = 'return' then -quantity else 0 end) as returned_unit_count,
        sum(net_amount_excl_tax_reporting) as lifetime_value,
        sum(case when transaction_type = 'sale' then net_amount_excl_tax_reporting else 0 end) as sales_amount,
        sum(case when transaction_type = 'return' then -net_amount_excl_tax_reporting else 0 end) as returned_amount,
        sum(case when transaction_type = 'sale' then gross_amount_incl_tax_reporting else 0 end) as gross_amount,
        sum(case when transaction_type = 'sale' then discount_amount_incl_tax_reporting else 0 end) as discount_amount,
        sum(case when transaction_type = 'sale' and discount_amount_incl_tax > 0 then quantity else 0 end)
            as discounted_unit_count,
        max(case when transaction_type = 'sale' and discount_amount_incl_tax <= 0 then 1 else 0 end) = 0 as is_never_full_price,
        sum(case when is_this_year then net_amount_excl_tax_reporting else 0 end) as revenue_this_year,
        sum(case when is_last_year then net_amount_excl_tax_reporting else 0 end) as revenue_last_year,
        sum(case when is_year_before_last then net_amount_excl_tax_reporting else 0 end) as revenue_year_before_last,
        sum(case when is_last_12_months then net_amount_excl_tax_reporting else 0 end) as revenue_last_12_months,
        sum(case when is_previous_12_months then net_amount_excl_tax_reporting else 0 end) as revenue_previous_12_months,
        count(distinct case when is_this_year and transaction_type = 'sale' then document end) as orders_this_year,
        count(distinct case when is_last_year and transaction_type = 'sale' then document end) as orders_last_year,
        count(distinct case when is_year_before_last and transaction_type = 'sale' then document end)
            as orders_year_before_last,
        count(distinct case when is_last_12_months and transaction_type = 'sale' then document end) as orders_last_12_months,
        count(distinct case when is_previous_12_months and transaction_type = 'sale' then document end)
            as orders_previous_12_months,
        min(case when transaction_type = 'sale' then business_date end) as first_purchase_date,
        max(case when transaction_type = 'sale' then business_date end) as last_purchase_date,
        count(distinct case when transaction_type = 'sale' then business_date end) as purchase_day_count,
        string_agg(distinct case when transaction_type = 'sale' then channel end, ',' order by
            case when transaction_type = 'sale' then channel end) as channels_used,
        count(distinct case when transaction_type = 'sale' then channel end) as channel_count
    from lines
    group by customer_key
),

-- the first and the last line sold tell channel and store; equal instants are told apart by the line's key
ends as (
    select
        customer_key, channel, store_key,
        row_number() over (partition by customer_key order by business_date, sold_at_utc, sales_line_id) as from_first,
        row_number() over (partition by customer_key order by business_date desc nulls last, sold_at_utc desc nulls last, sales_line_id desc nulls last)
            as from_last
    from lines
    where transaction_type = 'sale'
),
first_and_last as (
    select
        customer_key,
        max(case when from_first = 1 then channel end) as first_purchase_channel,
        max(case when from_first = 1 then store_key end) as first_purchase_store_key,
        max(case when from_last = 1 then channel end) as last_purchase_channel,
        max(case when from_last = 1 then store_key end) as last_purchase_store_key
    from ends
    where from_first = 1 or from_last = 1
    group by customer_key
),

-- a favourite is what most units were bought of; ties go to the higher spending, then to the name
stores_ranked as (
    select customer_key, store_key,
        row_number() over (
            partition by customer_key order by sum(quantity) desc nulls last, sum(net_amount_excl_tax_reporting) desc nulls last, store_key
        ) as nth
    from lines where transaction_type = 'sale' group by customer_key, store_key
),
categories_ranked as (
    select customer_key, category,
        row_number() over (
            partition by customer_key order by sum(quantity) desc nulls last, sum(net_amount_excl_tax_reporting) desc nulls last, category
        ) as nth
    from lines where transaction_type = 'sale' group by customer_key, category
),
brands_ranked as (
    select customer_key, known_brand,
        row_number() over (
            partition by customer_key order by sum(quantity) desc nulls last, sum(net_amount_excl_tax_reporting) desc nulls last, known_brand
        ) as nth
    from lines where transaction_type = 'sale' and known_brand is not null group by customer_key, known_brand
),

measured as (
    select
        customers.*,
        as_of.as_of,
        totals.order_count, totals.sale_line_count, totals.return_line_count, totals.unit_count, totals.returned_unit_count,
        totals.lifetime_value, totals.sales_amount, totals.returned_amount, totals.gross_amount, totals.discount_amount,
        totals.discounted_unit_count, totals.is_never_full_price, totals.revenue_this_year, totals.revenue_last_year,
        totals.revenue_year_before_last, totals.revenue_last_12_months, totals.revenue_previous_12_months,
        totals.orders_this_year, totals.orders_last_year, totals.orders_year_before_last, totals.orders_last_12_months,
        totals.orders_previous_12_months, totals.first_purchase_date, totals.last_purchase_date, totals.purchase_day_count,
        totals.channels_used, totals.channel_count,
        first_and_last.first_purchase_channel,
        first_and_last.first_purchase_store_key,
        first_and_last.last_purchase_channel,
        first_and_last.last_purchase_store_key,
        stores_ranked.store_key as favourite_store_key,
        categories_ranked.category as favourite_category,
        brands_ranked.known_brand as favourite_brand,
        as_of.as_of - totals.last_purchase_date as days_since_last_purchase,
        case when extract(year from as_of.as_of) - customers.birth_year between 14 and 100
            then cast(extract(year from as_of.as_of) - customers.birth_year as bigint) end as age
    from customers
    cross join as_of
    left join totals on totals.customer_key = customers.customer_key
    left join first_and_last on first_and_last.customer_key = customers.customer_key
    left join stores_ranked on stores_ranked.customer_key = customers.customer_key and stores_ranked.nth = 1
    left join categories_ranked on categories_ranked.customer_key = customers.customer_key and categories_ranked.nth = 1
    left join brands_ranked on brands_ranked.customer_key = customers.customer_key and brands_ranked.nth = 1
)

select
    customer_key,
    source_systems,
    first_source,
    cast(first_seen_at as date) as first_seen_on, -- UTC date on which any source first knew the customer.
    account_count,
    email_count,
    phone_count,
    card_count,
    is_guest_only,
    country,
    postal_prefix,
    birth_year,
    age, -- Age reached in the year of the newest delivery day; null where the birth year is unknown or implausible (not 14 to 100).
    case
        when age < 25 then '14-24' when age < 35 then '25-34' when age < 45 then '35-44' when age < 55 then '45-54'
        when age < 65 then '55-64' when age >= 65 then '65+'
    end as age_band,
    gender,
    has_loyalty_card,
    home_store_key,
    opt_in_email,
    opt_in_sms,
    is_contactable_by_email,
    is_contactable_by_sms,
    first_purchase_date, -- Business date of the first sale.
    first_purchase_channel, -- Channel of the first sale.
    first_purchase_store_key, -- Selling point of the first sale.
    last_purchase_date, -- Business date of the last sale.
    last_purchase_channel, -- Channel of the last sale.
    last_purchase_store_key, -- Selling point of the last sale.
    coalesce(order_count, 0) as order_count, -- Web orders and tickets with at least one product or service sold.
    coalesce(sale_line_count, 0) as sale_line_count, -- Product and service lines sold.
    coalesce(return_line_count, 0) as return_line_count, -- Product and service lines returned.
    cast(coalesce(unit_count, 0) as decimal(18,4)) as unit_count, -- Units sold, before returns.
    cast(coalesce(returned_unit_count, 0) as decimal(18,4)) as returned_unit_count, -- Units returned.
    cast(coalesce(lifetime_value, 0) as decimal(18,4)) as lifetime_value, -- Net sales since the first purchase, net of returns.
    cast(coalesce(sales_amount, 0) as decimal(18,4)) as sales_amount, -- Net sales before returns.
    cast(coalesce(returned_amount, 0) as decimal(18,4)) as returned_amount, -- What was returned, as a positive amount.
    cast(coalesce(gross_amount, 0) as decimal(18,4)) as gross_amount_incl_tax, -- Sales at list price, with tax, before returns.
    cast(coalesce(discount_amount, 0) as decimal(18,4)) as discount_amount_incl_tax, -- List price less price paid, with tax.
    case when unit_count > 0 then share_of(cast(1 as decimal(18,4)), returned_unit_count, unit_count) end
        as return_rate, -- Units returned per unit sold.
    case when order_count > 0 then share_of(cast(sales_amount as decimal(18,4)), 1, order_count) end
        as average_basket, -- Net sales before returns per order.
    case when unit_count > 0 then share_of(cast(1 as decimal(18,4)), discounted_unit_count, unit_count) end
        as discounted_unit_share, -- Share of units bought under list price, whatever the reason.
    coalesce(order_count > 0 and is_never_full_price, false) as is_discount_only, -- Bought, and never at list price.
    cast(coalesce(revenue_this_year, 0) as decimal(18,4)) as revenue_this_year, -- Net sales in the year of the newest delivery day.
    coalesce(orders_this_year, 0) as orders_this_year, -- Orders in the year of the newest delivery day.
    cast(coalesce(revenue_last_year, 0) as decimal(18,4)) as revenue_last_year, -- Net sales in the calendar year before.
    coalesce(orders_last_year, 0) as orders_last_year, -- Orders in the calendar year before.
    cast(coalesce(revenue_year_before_last, 0) as decimal(18,4)) as revenue_year_before_last, -- Net sales in year Y-2.
    coalesce(orders_year_before_last, 0) as orders_year_before_last, -- Orders in year Y-2.
    cast(coalesce(revenue_last_12_months, 0) as decimal(18,4)) as revenue_last_12_months, -- Net sales, 12 months to date.
    coalesce(orders_last_12_months, 0) as orders_last_12_months, -- Orders in the 12 months that end with the newest delivery day.
    cast(coalesce(revenue_previous_12_months, 0) as decimal(18,4)) as revenue_previous_12_months, -- Net sales, 12 months before.
    coalesce(orders_previous_12_months, 0) as orders_previous_12_months, -- Orders in the 12 months before those.
    case when purchase_day_count > 1
        then share_of(cast(last_purchase_date - first_purchase_date as decimal(18,4)), 1, purchase_day_count - 1) end
        as average_days_between_purchases, -- Mean days between consecutive days with a purchase; null for fewer than two.
    channels_used, -- Channels with a sale, comma separated.
    coalesce(channel_count, 0) as channel_count, -- Number of channels with a sale.
    coalesce(channel_count, 0) > 1 as is_multi_channel, -- Bought in two channels or more since the first purchase.
    favourite_store_key, -- Selling point with most units; ties by spending, then key.
    favourite_category, -- Category with most units; ties by spending, then name.
    favourite_brand, -- Brand with most units; ties by spending, then name.
    case
        when last_purchase_date is null then null
        when days_since_last_purchase <= 30 then 5 when days_since_last_purchase <= 90 then 4
        when days_since_last_purchase <= 180 then 3 when days_since_last_purchase <= 365 then 2 else 1
    end as recency_score, -- 5 = at most 30 days since the last purchase, then 90, 180, 365; 1 = longer ago.
    case
        when last_purchase_date is null then null
        when orders_last_12_months >= 6 then 5 when orders_last_12_months >= 4 then 4 when orders_last_12_months >= 3 then 3
        when orders_last_12_months >= 2 then 2 else 1
    end as frequency_score, -- 5 = at least 6 orders in the last 12 months, then 4, 3, 2; 1 = fewer.
    case
        when last_purchase_date is null then null
        when revenue_last_12_months >= 1000 then 5 when revenue_last_12_months >= 500 then 4
        when revenue_last_12_months >= 200 then 3 when revenue_last_12_months >= 100 then 2 else 1
    end as monetary_score, -- 5 = at least 1000 of net sales in the last 12 months, then 500, 200, 100; 1 = less.
    'rfm-1' as rfm_version, -- Version of the score thresholds, which are frozen so that flows between scores mean something.
    case
        when last_purchase_date is null then 'prospect'
        when orders_last_12_months >= 4 then 'frequent'
        when orders_last_12_months >= 2 then 'active'
        when orders_last_12_months = 1 or last_purchase_date > as_of - interval '2 years' then 'occasional'
        else 'dead'
    end as segment, -- Frequent: 4 orders in 12 months; active: 2; occasional: 1, or bought in 24 months; dead; prospect: never.
    'segment-1' as segment_version -- Version of the segment rules.
from measured
