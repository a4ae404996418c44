-- One row per shop.
with
shops as (select * from cashmere.magasins),
types as (select * from cashmere.setting_store_type)

select
    'cashmere:' || shops.code_magasin as store_key,
    'cashmere' as source_system,
    shops.code_magasin as store_code,
    shops.libelle as store_name,
    coalesce(types.store_type, 'own') as store_type,
    shops.enseigne as banner,
    shops.pays as country, -- Country of the shop, as a two-letter ISO code; null where unknown.
    shops.ville as city,
    shops.code_postal as postal_code,
    shops.fuseau as timezone,
    shops.devise as currency, -- Currency that the shop sells in (ISO code); null where unknown.
    shops.date_ouverture as opened_on,
    shops.date_fermeture as closed_on,
    coalesce(types.counts_as_own_revenue, true) as counts_as_own_revenue
from shops
left join types on types.type_magasin = shops.type_magasin
