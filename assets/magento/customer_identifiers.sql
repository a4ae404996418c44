-- One row per customer record of the web shop and pseudonym that it has shown, now or in an earlier version.
with
versions as (select * from magento.raw_customer_entity),
orders as (select * from magento.sales_order),
first_customer as (
    select entity_id, customer_id
    from (
        select
            entity_id,
            customer_id,
            row_number() over (partition by entity_id order by updated_at, delivery_date, line_number) as nth
        from magento.raw_sales_order
        where customer_id is not null
    ) as seen
    where nth = 1
),
relays as (select distinct email_hash from versions where email_kind = 'relay'),

shown as (
    select 'magento:account:' || entity_id as customer_record, 'email_hash' as identifier_type, email_hash as identifier_value,
        cast(created_at as date) as seen_on, cast(updated_at as date) as last_seen_on
    from versions
    where email_hash is not null
    union all
    select 'magento:account:' || entity_id, 'phone_hash', phone_hash, cast(created_at as date), cast(updated_at as date)
    from versions
    where phone_hash is not null
    union all
    select
        case when first_customer.customer_id is not null then 'magento:account:' || first_customer.customer_id
            else 'magento:guest:' || orders.customer_email_hash end,
        'email_hash', orders.customer_email_hash, cast(orders.created_at as date), cast(orders.created_at as date)
    from orders
    left join first_customer on first_customer.entity_id = orders.entity_id
    where orders.customer_email_hash is not null
)

select
    shown.customer_record,
    shown.identifier_type,
    shown.identifier_value,
    min(shown.seen_on) as first_seen_on,
    max(shown.last_seen_on) as last_seen_on,
    max(case when relays.email_hash is not null then 1 else 0 end) = 1 as is_relay
from shown
join magento.customers as records on records.customer_record = shown.customer_record
left join relays on relays.email_hash = shown.identifier_value
group by shown.customer_record, shown.identifier_type, shown.identifier_value
