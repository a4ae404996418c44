-- One row per product model: what its sizes and colours have in common.
select
    model_key,
    min(model_code) as model_code,
    min(product_name) as product_name, -- Name of the model: of its variants' names, the first in the alphabet.
    min(brand) as brand,
    min(department) as department,
    min(category) as category,
    min(season) as season,
    count(*) as variant_count -- Sizes and colours of the model.
from merge.unified_products
where model_key is not null and not is_model
group by model_key
