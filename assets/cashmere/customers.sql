-- One row per customer record of the shops: each client, and each loyalty card that was shown without a client.
with
clients as (select * from cashmere.clients),
technical as (select * from cashmere.setting_technical_client),
tickets as not materialized (
    select *, code_magasin || '/' || code_caisse || '/' || date_comptable || '/' || num_ticket as document_id
    from cashmere.ticket_customers
),

client_tickets as (
    select *, row_number() over (partition by code_client order by date_comptable, document_id) as nth
    from tickets
    where code_client is not null
),

buying_clients as (
    select
        code_client,
        min(date_comptable) as first_day,
        max(date_comptable) as last_day,
        max(case when nth = 1 then code_magasin end) as code_magasin
    from client_tickets
    group by code_client
),

known_clients as (
    select
        'cashmere:client:' || coalesce(clients.code_client, buying_clients.code_client) as customer_record,
        'cashmere:' || coalesce(clients.code_client, buying_clients.code_client) as founding_key,
        'client' as record_type,
        coalesce(clients.code_client, buying_clients.code_client) as source_customer_id,
        cast(least(clients.date_creation, buying_clients.first_day) as timestamp) as first_seen_at,
        cast(greatest(clients.delivery_date, buying_clients.last_day) as timestamp) as updated_at,
        clients.pays as country,
        substr(clients.code_postal, 1, 2) as postal_prefix,
        clients.annee_naissance as birth_year,
        case clients.civilite when 'M' then 'male' when 'MME' then 'female' when 'MLLE' then 'female' end as gender,
        coalesce(clients.magasin_creation, buying_clients.code_magasin) as code_magasin,
        clients.optin_email,
        clients.optin_sms,
        case when coalesce(clients.optin_email, clients.optin_sms) is not null then clients.delivery_date end as opt_in_updated_on,
        clients.email_hash is not null as has_email,
        clients.tel_hash is not null as has_phone
    from clients
    full join buying_clients on buying_clients.code_client = clients.code_client
),

card_tickets as (
    select *, row_number() over (partition by card order by date_comptable, document_id) as nth
    from tickets
    where code_client is null and card is not null
),

bare_cards as (
    select
        'cashmere:card:' || card as customer_record,
        max(case when nth = 1 then 'cashmere:ticket:' || document_id end) as founding_key,
        'card' as record_type,
        cast(null as varchar) as source_customer_id,
        cast(min(date_comptable) as timestamp) as first_seen_at,
        cast(max(date_comptable) as timestamp) as updated_at,
        cast(null as varchar) as country,
        cast(null as varchar) as postal_prefix,
        cast(null as bigint) as birth_year,
        cast(null as varchar) as gender,
        max(case when nth = 1 then code_magasin end) as code_magasin,
        cast(null as boolean) as optin_email,
        cast(null as boolean) as optin_sms,
        cast(null as date) as opt_in_updated_on,
        false as has_email,
        false as has_phone
    from card_tickets
    group by card
),

records as (
    select known_clients.*
    from known_clients
    left join technical on technical.code_client = known_clients.source_customer_id
    where technical.code_client is null
    union all
    select * from bare_cards
)

select
    customer_record,
    founding_key,
    'cashmere' as source_system,
    record_type,
    source_customer_id,
    coalesce(first_seen_at, updated_at) as first_seen_at,
    updated_at,
    country,
    postal_prefix,
    birth_year,
    gender,
    cast(null as varchar) as customer_group,
    'cashmere:' || code_magasin as home_store_key,
    optin_email as opt_in_email,
    optin_sms as opt_in_sms,
    opt_in_updated_on,
    has_email,
    has_phone,
    true as is_active
from records
