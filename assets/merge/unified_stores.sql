-- One row per selling point: shops and websites, with a member for each one that lines name and no source has described.
with
described as (
    select * from magento.stores
    union all
    select * from cashmere.stores
),
named as (
    select store_key, min(source_system) as source_system, min(currency) as currency, min(timezone) as timezone
    from (
        select store_key, source_system, currency, timezone from magento.sales
        union all
        select store_key, source_system, currency, timezone from cashmere.sales
    ) as lines
    where not exists (select 1 from described where described.store_key = lines.store_key)
    group by store_key
)

select
    store_key,
    source_system,
    store_code,
    store_name,
    store_type,
    banner,
    country, -- Country of the selling point, as a two-letter ISO code; null where unknown.
    city,
    postal_code,
    timezone,
    currency, -- Currency that it sells in (ISO code); null for websites, which may have several.
    opened_on,
    closed_on,
    counts_as_own_revenue,
    true as is_known -- False where the selling point is known from lines only.
from described
union all
select
    named.store_key,
    named.source_system,
    substr(named.store_key, length(named.source_system) + 2),
    null, 'own', null, null, null, null,
    named.timezone,
    named.currency,
    null, null, true, false
from named
