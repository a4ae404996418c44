-- One row per product of the web shop's catalogue: the stock keeping units and, apart, their configurable parents.
with
products as (select * from magento.catalog_product where store_view_code is null),

variations as (
    select sku as parent_sku, unnest(string_to_array(configurable_variations, '|')) as variation
    from products
    where configurable_variations is not null
),

parents as (
    select attribute_of(variation, 'sku') as sku, min(parent_sku) as parent_sku
    from variations
    group by attribute_of(variation, 'sku')
),

-- a product stands in many categories: the deepest one counts, the first of equals
paths as (
    select sku, path, length(path) - length(replace(path, '/', '')) as depth
    from (select sku, unnest(string_to_array(categories, ',')) as path from products where categories is not null) as listed
),

deepest as (
    select sku, path
    from (select *, row_number() over (partition by sku order by depth desc nulls last, path) as nth from paths) as ranked
    where nth = 1
),

described as (
    select
        products.*,
        parents.parent_sku,
        deepest.path,
        replace(products.additional_attributes, '__EMPTY__VALUE__', '') as attributes
    from products
    left join parents on parents.sku = products.sku
    left join deepest on deepest.sku = products.sku
)

select
    'magento' as source_system,
    sku as source_product_code,
    sku,
    coalesce(attribute_of(attributes, 'ean'), attribute_of(attributes, 'gtin'), attribute_of(attributes, 'barcode')) as ean,
    coalesce(parent_sku, attribute_of(attributes, 'model'), sku) as model_code,
    name as product_name, -- Name of the product in the catalogue.
    coalesce(attribute_of(attributes, 'brand'), attribute_of(attributes, 'manufacturer')) as brand,
    nullif(split_part(path, '/', 2), '') as department,
    nullif(split_part(path, '/', 3), '') as category,
    nullif(split_part(path, '/', 4), '') as subcategory,
    attribute_of(attributes, 'size') as size_raw,
    cast(null as varchar) as colour_code,
    attribute_of(attributes, 'color') as colour_raw,
    attribute_of(attributes, 'season') as season,
    cast(price as decimal(18,4)) as list_price_incl_tax,
    cast(null as decimal(18,4)) as standard_cost,
    tax_class_name as tax_class,
    cast(null as varchar) as supplier,
    case product_online when 1 then 'active' when 2 then 'inactive' end as status,
    product_type = 'configurable' as is_model
from described
