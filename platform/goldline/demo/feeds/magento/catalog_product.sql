with variant_row as (
    select g.introduced as day, g.v * 3 as _key, g.*, null as special from variant g where kind <> 6
    union all
    select c.day, g.v * 3, g.*, c.special from price_change c join variant g using (v)
),
parent_row as (
    select any_value(introduced) as day, 100000 + m * 3 as _key, m, any_value(reference) as sku,
        any_value(model_name) as model_name, any_value(categories) as categories, any_value(marque) as marque,
        '"' || string_agg(variation, '|' order by v) || '"' as variations
    from variant where kind = 1 group by m
),
every as (
    select day, _key, sku, null as view, ['simple', 'simple', 'simple', 'giftcard', 'bundle', 'bundle'][kind + 1] as kind,
        categories, name, if(kind = 1, 'Not Visible Individually', '"Catalog, Search"') as visibility, pv as price, special,
        attributes, null as variations, rate
    from variant_row
    union all
    select day, _key, sku, null, 'configurable', categories, model_name, '"Catalog, Search"', null, null, 'brand=' || marque,
        variations, 200
    from parent_row
    union all
    select day, _key + 1, sku, 'uk_en', 'configurable', null, 'Model no. ' || (m + 1), null, null, null, null, null, null
    from parent_row where m % 2 = 0
)
select day as _day, _key,
    sku,
    view as store_view_code,
    'Default' as attribute_set_code,
    kind as product_type,
    categories,
    case when view is null then '"base,uk"' end as product_websites,
    name,
    case when view is null then 1 end as product_online,
    case when rate is null then null when rate = 200 then 'TVA 20' when rate = 55 then 'TVA 5.5' else 'None' end as tax_class_name,
    visibility,
    eur(price) as price,
    eur(special) as special_price,
    '"' || strftime(date_of(0) - 400, '%-m/%-d/%y') || ', 8:21 AM"' as created_at,
    '"' || strftime(date_of(day), '%-m/%-d/%y') || ', 5:40 AM"' as updated_at,
    attributes as additional_attributes,
    variations as configurable_variations
from every
where day between getvariable('begin_day') and getvariable('end_day')
