-- One row per customer record of the shops and pseudonym or loyalty card that it has shown, now or in an earlier version.
with
versions as (
    select *, upper(replace(replace(carte_fidelite, ' ', ''), '-', '')) as card from cashmere.versions_clients
),
tickets as (select * from cashmere.ticket_customers),

shown as (
    select 'cashmere:client:' || code_client as customer_record, 'email_hash' as identifier_type,
        email_hash as identifier_value, coalesce(date_creation, delivery_date) as seen_on, delivery_date as last_seen_on
    from versions
    where email_hash is not null
    union all
    select 'cashmere:client:' || code_client, 'phone_hash', tel_hash, coalesce(date_creation, delivery_date), delivery_date
    from versions
    where tel_hash is not null
    union all
    select 'cashmere:client:' || code_client, 'card_hash', card, coalesce(date_creation, delivery_date), delivery_date
    from versions
    where card is not null
    union all
    select
        case when code_client is not null then 'cashmere:client:' || code_client else 'cashmere:card:' || card end,
        'card_hash', card, date_comptable, date_comptable
    from tickets
    where card is not null
)

select
    shown.customer_record,
    shown.identifier_type,
    shown.identifier_value,
    min(shown.seen_on) as first_seen_on,
    max(shown.last_seen_on) as last_seen_on,
    false as is_relay
from shown
join cashmere.customers as records on records.customer_record = shown.customer_record
group by shown.customer_record, shown.identifier_type, shown.identifier_value
