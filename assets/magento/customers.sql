-- One row per customer record of the web shop: each account, and each e-mail pseudonym that bought as a guest.
with
orders as (
    select
        sales_order.entity_id, sales_order.created_at, sales_order.updated_at, sales_order.store_id,
        customers.customer_id, customers.email_hash, customers.customer_record, states.exclusion_reason
    from magento.sales_order
    join magento.order_customers as customers on customers.order_id = sales_order.entity_id
    left join magento.setting_order_state as states on states.state = sales_order.state
),
accounts as (select * from magento.customer_entity),
selling_points as (
    select views.store_id, websites.code as website_code, coalesce(settings.country, fallback.country) as country
    from magento.store as views
    join magento.store_website as websites on websites.website_id = views.website_id
    left join magento.setting_website as settings on settings.website_code = websites.code
    cross join (select * from magento.setting_website where website_code = '*') as fallback
),

ordering_accounts as (
    select customer_id, min(created_at) as first_order_at, max(updated_at) as last_order_at, min(store_id) as store_id
    from magento.versions_sales_order
    where customer_id is not null
    group by customer_id
),

known_accounts as (
    select
        'magento:account:' || coalesce(accounts.entity_id, ordering_accounts.customer_id) as customer_record,
        'magento:' || coalesce(accounts.entity_id, ordering_accounts.customer_id) as founding_key,
        'account' as record_type,
        cast(coalesce(accounts.entity_id, ordering_accounts.customer_id) as varchar) as source_customer_id,
        least(accounts.created_at, ordering_accounts.first_order_at) as first_seen_at,
        greatest(accounts.updated_at, ordering_accounts.last_order_at) as updated_at,
        coalesce(accounts.store_id, ordering_accounts.store_id) as store_id,
        accounts.birth_year,
        case accounts.gender when 1 then 'male' when 2 then 'female' end as gender,
        cast(accounts.group_id as varchar) as customer_group,
        coalesce(accounts.is_active, true) as is_active,
        accounts.email_hash is not null and coalesce(accounts.email_kind, 'personal') <> 'relay' as has_email,
        accounts.phone_hash is not null as has_phone
    from accounts
    full join ordering_accounts on ordering_accounts.customer_id = accounts.entity_id
),

-- a guest is an e-mail pseudonym; the key that founds the customer is the first order's, never the pseudonym
guest_orders as (
    select *, row_number() over (partition by email_hash order by created_at, entity_id) as nth
    from orders
    where customer_id is null and email_hash is not null and exclusion_reason is null
),

guests as (
    select
        customer_record,
        max(case when nth = 1 then 'magento:order:' || entity_id end) as founding_key,
        'guest' as record_type,
        cast(null as varchar) as source_customer_id,
        min(created_at) as first_seen_at,
        max(updated_at) as updated_at,
        max(case when nth = 1 then store_id end) as store_id,
        cast(null as bigint) as birth_year,
        cast(null as varchar) as gender,
        cast(null as varchar) as customer_group,
        true as is_active,
        true as has_email,
        false as has_phone
    from guest_orders
    group by customer_record
),

records as (
    select * from known_accounts
    union all
    select * from guests
)

select
    customer_record,
    founding_key,
    'magento' as source_system,
    record_type,
    source_customer_id,
    first_seen_at,
    updated_at,
    selling_points.country,
    cast(null as varchar) as postal_prefix,
    birth_year,
    gender,
    customer_group,
    'magento:' || selling_points.website_code as home_store_key,
    cast(null as boolean) as opt_in_email,
    cast(null as boolean) as opt_in_sms,
    cast(null as date) as opt_in_updated_on,
    has_email,
    has_phone,
    is_active
from records
left join selling_points on selling_points.store_id = records.store_id
