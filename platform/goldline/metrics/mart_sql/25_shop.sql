-- Selling points, with the days between which they were open; an opening day that nobody states is the first day of sales.
create table shop as
select
    stores.store_key::t_shop as shop,
    (case when stores.store_type in ('web', 'admin') then 'ecommerce' else 'store' end) as channel,
    stores.country::t_country as country,
    coalesce(stores.opened_on, min(sale.business_date)) as opened_on,
    stores.closed_on
from unified_stores as stores
left join sale on sale.shop = stores.store_key::t_shop
group by stores.store_key, stores.store_type, stores.country, stores.opened_on, stores.closed_on;
