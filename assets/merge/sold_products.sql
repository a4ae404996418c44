-- One row per product of a source that lines name, with what the lines say of it.
select
    source_system,
    source_product_code,
    min(ean) as ean,
    max(sku) as sku,
    max(product_name) as product_name -- Name on the sale lines; the last one in the alphabet where they differ.
from (
    select source_system, source_product_code, ean, sku, product_name from magento.sales
    union all
    select source_system, source_product_code, ean, sku, product_name from cashmere.sales
) as lines
where source_product_code is not null
group by source_system, source_product_code
