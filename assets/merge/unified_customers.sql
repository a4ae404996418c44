-- One row per identified customer of all channels, with a member for anonymous sales.
with
records as (
    select records.*, keys.customer_key
    from merge.customer_records as records
    join merge.customer_keys as keys on keys.customer_record = records.customer_record
),
identifiers as (
    select
        customer_key,
        count(distinct case when identifier_type = 'source_id' then customer_record end) as account_count,
        count(distinct case when identifier_type = 'email_hash' then identifier_value end) as email_count,
        count(distinct case when identifier_type = 'phone_hash' then identifier_value end) as phone_count,
        count(distinct case when identifier_type = 'card_hash' then identifier_value end) as card_count
    from merge.customer_identity
    group by customer_key
),

-- the newest record that knows an attribute has the word
ranked as (
    select
        *,
        row_number() over (partition by customer_key order by first_seen_at, founding_key) as by_age,
        row_number() over (
            partition by customer_key order by birth_year is null, updated_at desc nulls last, founding_key
        ) as by_birth_year,
        row_number() over (partition by customer_key order by gender is null, updated_at desc nulls last, founding_key) as by_gender,
        row_number() over (partition by customer_key order by country is null, updated_at desc nulls last, founding_key) as by_country,
        row_number() over (
            partition by customer_key order by postal_prefix is null, updated_at desc nulls last, founding_key
        ) as by_postal,
        row_number() over (
            partition by customer_key order by opt_in_email is null, opt_in_updated_on desc nulls last, updated_at desc nulls last, founding_key
        ) as by_opt_in_email,
        row_number() over (
            partition by customer_key order by opt_in_sms is null, opt_in_updated_on desc nulls last, updated_at desc nulls last, founding_key
        ) as by_opt_in_sms
    from records
),

customers as (
    select
        customer_key,
        min(first_seen_at) as first_seen_at,
        max(case when by_age = 1 then source_system end) as first_source,
        string_agg(distinct source_system, ',' order by source_system) as source_systems,
        count(*) as record_count,
        min(case when record_type = 'guest' then 1 else 0 end) = 1 as is_guest_only,
        max(case when by_country = 1 then country end) as country,
        max(case when by_postal = 1 then postal_prefix end) as postal_prefix,
        max(case when by_birth_year = 1 then birth_year end) as birth_year,
        max(case when by_gender = 1 then gender end) as gender,
        max(customer_group) as customer_group,
        max(case when record_type in ('client', 'card') then 1 else 0 end) = 1 as has_store_record,
        max(case when by_opt_in_email = 1 then case opt_in_email when true then 1 when false then 0 end end) = 1 as opt_in_email,
        max(case when by_opt_in_sms = 1 then case opt_in_sms when true then 1 when false then 0 end end) = 1 as opt_in_sms,
        max(opt_in_updated_on) as opt_in_updated_on,
        max(case when has_email then 1 else 0 end) = 1 as has_email,
        max(case when has_phone then 1 else 0 end) = 1 as has_phone,
        max(case when by_age = 1 then home_store_key end) as home_store_key
    from ranked
    group by customer_key
)

select
    customers.customer_key,
    false as is_anonymous,
    first_seen_at,
    first_source,
    source_systems,
    cast(record_count as bigint) as record_count, -- Accounts, clients, guests and cards that were found to be this customer.
    cast(coalesce(account_count, 0) as bigint) as account_count,
    cast(coalesce(email_count, 0) as bigint) as email_count,
    cast(coalesce(phone_count, 0) as bigint) as phone_count,
    cast(coalesce(card_count, 0) as bigint) as card_count,
    is_guest_only,
    country,
    postal_prefix,
    birth_year,
    gender,
    customer_group,
    coalesce(card_count, 0) > 0 as has_loyalty_card,
    opt_in_email,
    opt_in_sms,
    opt_in_updated_on,
    coalesce(opt_in_email, false) and has_email as is_contactable_by_email,
    coalesce(opt_in_sms, false) and has_phone as is_contactable_by_sms,
    home_store_key
from customers
left join identifiers on identifiers.customer_key = customers.customer_key
union all
select
    'anonymous', true, null, null, null, 0, 0, 0, 0, 0, false, null, null, null, null, null, false, null, null, null, false,
    false, null
