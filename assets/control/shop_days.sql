-- One row per selling point and business day on which something arrived: lines of sale, or a till's closing.
with
web_lines as (
    select
        store_key,
        business_date,
        count(*) as received_line_count,
        count(distinct case when document_type = 'order' then source_document_id end) as ticket_count
    from magento.sales
    where business_date is not null
    group by store_key, business_date
),
shop_lines as (
    select
        store_key,
        business_date,
        count(*) as received_line_count,
        min(delivery_date) as first_delivery_date,
        max(delivery_date) as last_delivery_date
    from cashmere.sales
    group by store_key, business_date
),
closings as (
    select store_key, business_date, ticket_count, line_count, closing_ticket_count, closing_line_count
    from cashmere.control_totals
)

select
    store_key,
    'magento' as source_system,
    business_date,
    received_line_count, -- Lines that arrived, also those that don't count, such as voids and unpaid orders.
    ticket_count, -- Tickets that count or, in the web shop, orders.
    cast(null as bigint) as closing_ticket_count, -- Tickets that the till itself counted; null where it sent no closing.
    cast(null as bigint) as missing_line_count, -- Lines that the till counted and that did not arrive; null without a closing.
    cast(null as date) as first_delivery_date, -- Delivery day that first brought a line; null in the web shop, whose orders come again.
    cast(null as date) as last_delivery_date -- Delivery day that last brought a line; null in the web shop.
from web_lines
union all
select
    coalesce(shop_lines.store_key, closings.store_key),
    'cashmere',
    coalesce(shop_lines.business_date, closings.business_date),
    coalesce(shop_lines.received_line_count, 0),
    coalesce(closings.ticket_count, 0),
    closings.closing_ticket_count,
    case when closings.closing_line_count is not null then greatest(closings.closing_line_count - closings.line_count, 0) end,
    shop_lines.first_delivery_date,
    shop_lines.last_delivery_date
from shop_lines
full join closings on closings.store_key = shop_lines.store_key and closings.business_date = shop_lines.business_date
