-- One row per website of the web shop, the selling point of its orders.
with
websites as (select * from magento.store_website),
settings as (select * from magento.setting_website),
fallback as (select * from settings where website_code = '*')

select
    'magento:' || websites.code as store_key,
    'magento' as source_system,
    websites.code as store_code,
    websites.name as store_name,
    case when websites.website_id = 0 then 'admin' else 'web' end as store_type,
    cast(null as varchar) as banner,
    coalesce(settings.country, fallback.country) as country, -- Country that the website sells in, by the contract (ISO code).
    cast(null as varchar) as city,
    cast(null as varchar) as postal_code,
    coalesce(settings.timezone, fallback.timezone) as timezone,
    cast(null as varchar) as currency, -- Null: a website may sell in several currencies.
    cast(null as date) as opened_on,
    cast(null as date) as closed_on,
    true as counts_as_own_revenue
from websites
cross join fallback
left join settings on settings.website_code = websites.code
