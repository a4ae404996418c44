-- One row per product variant (a size and colour of a model) of all sources, with a member for lines that are no product.
with
matches as (select * from merge.product_match),
catalogue as (
    select * from magento.products
    union all
    select * from cashmere.products
),
sold as (select * from merge.sold_products),

members as (
    select
        matches.product_key,
        matches.source_system,
        matches.source_product_code,
        row_number() over (
            partition by matches.product_key order by matches.source_system, matches.source_product_code
        ) as nth,
        matches.match_rule,
        coalesce(catalogue.sku, sold.sku) as sku,
        coalesce(catalogue.ean, sold.ean) as ean,
        catalogue.model_code,
        coalesce(catalogue.product_name, sold.product_name) as product_name,
        catalogue.brand,
        catalogue.department,
        catalogue.category,
        catalogue.subcategory,
        catalogue.size_raw,
        catalogue.colour_code,
        catalogue.colour_raw,
        catalogue.season,
        catalogue.list_price_incl_tax,
        catalogue.standard_cost,
        catalogue.tax_class,
        catalogue.supplier,
        catalogue.status,
        catalogue.is_model,
        catalogue.source_product_code is not null as is_catalogued
    from matches
    left join catalogue
        on catalogue.source_system = matches.source_system and catalogue.source_product_code = matches.source_product_code
    left join sold on sold.source_system = matches.source_system and sold.source_product_code = matches.source_product_code
),

-- the first source that says something has the word; the others fill its gaps
products as (
    select
        product_key,
        string_agg(distinct source_system, ',' order by source_system) as source_systems,
        coalesce(max(case when nth = 1 then sku end), max(sku)) as sku,
        coalesce(max(case when nth = 1 then ean end), max(ean)) as ean,
        coalesce(max(case when nth = 1 then model_code end), max(model_code)) as model_code,
        coalesce(max(case when nth = 1 then product_name end), max(product_name)) as product_name,
        coalesce(max(case when nth = 1 then brand end), max(brand)) as brand,
        coalesce(max(case when nth = 1 then department end), max(department)) as department,
        coalesce(max(case when nth = 1 then category end), max(category)) as category,
        coalesce(max(case when nth = 1 then subcategory end), max(subcategory)) as subcategory,
        coalesce(max(case when nth = 1 then size_raw end), max(size_raw)) as size_raw,
        coalesce(max(case when nth = 1 then colour_code end), max(colour_code)) as colour_code,
        coalesce(max(case when nth = 1 then colour_raw end), max(colour_raw)) as colour_raw,
        coalesce(max(case when nth = 1 then season end), max(season)) as season,
        coalesce(max(case when nth = 1 then list_price_incl_tax end), max(list_price_incl_tax)) as list_price_incl_tax,
        coalesce(max(case when nth = 1 then standard_cost end), max(standard_cost)) as standard_cost,
        coalesce(max(case when nth = 1 then tax_class end), max(tax_class)) as tax_class,
        coalesce(max(case when nth = 1 then supplier end), max(supplier)) as supplier,
        coalesce(max(case when nth = 1 then status end), max(status)) as status,
        min(case when match_rule in ('ean', 'model_colour_size') then match_rule else 'own' end) as match_rule,
        max(case when is_model then 1 else 0 end) = 1 as is_model,
        max(case when is_catalogued then 1 else 0 end) = 1 as is_known
    from members
    group by product_key
)

select
    product_key,
    source_systems,
    sku,
    ean,
    is_valid_ean(ean) as is_ean_valid, -- The bar code's check digit is right and it is not from an in-store range.
    upper(model_code) as model_key,
    model_code,
    product_name, -- Name in the catalogue; where no catalogue names the product, as on its sale lines.
    brand,
    department,
    category,
    subcategory,
    concat_ws(' / ', department, category, subcategory) as category_path,
    size_raw,
    normal_size(size_raw) as size_norm,
    colour_raw,
    lower(trimmed(colour_raw)) as colour_norm,
    colour_code,
    season,
    list_price_incl_tax,
    standard_cost,
    tax_class,
    supplier,
    status,
    match_rule, -- How products of several sources became this one: ean, model_colour_size, or own where nothing matched.
    is_model, -- True for a configurable parent, which is never sold itself.
    is_known -- False where the product is known from sale lines only, because no catalogue has named it yet.
from products
union all
select
    'none', 'goldline', null, null, false, null, null, 'Not a product', null, null, null, null, null, null, null, null, null,
    null, null, null, null, null, null, null, 'own', false, true
