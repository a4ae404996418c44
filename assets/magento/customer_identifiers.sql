-- One row per customer record of the web shop and pseudonym that it has shown, now or in an earlier version.
with
versions as (select * from magento.versions_customer_entity),
orders as (
    select sales_order.created_at, customers.customer_record, customers.email_hash
    from magento.sales_order
    join magento.order_customers as customers on customers.order_id = sales_order.entity_id
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
    select customer_record, 'email_hash', email_hash, cast(created_at as date), cast(created_at as date)
    from orders
    where email_hash is not null
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
