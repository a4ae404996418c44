-- One row per product of a source: the unified product it is, and the rule that says so. Matched across sources by EAN
-- (valid, not from an in-store range), then by model, colour and size; never by name.
with
catalogue as (
    select source_system, source_product_code, ean, model_code, colour_raw, colour_code, size_raw, is_model from magento.products
    union all
    select source_system, source_product_code, ean, model_code, colour_raw, colour_code, size_raw, is_model from cashmere.products
),

sold as (select * from merge.sold_products),

-- a product that was sold before its catalogue arrived exists all the same
products as (
    select source_system, source_product_code, ean, model_code, colour_raw, size_raw, is_model, true as is_catalogued
    from catalogue
    union all
    select sold.source_system, sold.source_product_code, sold.ean, null, null, null, false, false
    from sold
    left join catalogue
        on catalogue.source_system = sold.source_system and catalogue.source_product_code = sold.source_product_code
    where catalogue.source_product_code is null
),

normalised as (
    select
        source_system,
        source_product_code,
        is_catalogued,
        source_system || ':' || source_product_code as own_key,
        case when is_valid_ean(ean) then lpad(ean, 14, '0') end as ean,
        case when not is_model and model_code is not null and colour_raw is not null and size_raw is not null
            then upper(model_code) || '|' || lower(trimmed(colour_raw)) || '|' || normal_size(size_raw) end as model_colour_size
    from products
),

by_ean as (
    select ean, min(own_key) as product_key, count(*) as members
    from normalised
    where ean is not null
    group by ean
),

with_ean as (
    select normalised.*, by_ean.product_key as ean_key, by_ean.members as ean_members
    from normalised
    left join by_ean on by_ean.ean = normalised.ean
),

-- the same model, colour and size must not stand for two different EANs
by_model as (
    select
        model_colour_size,
        coalesce(min(ean_key), min(own_key)) as product_key,
        count(distinct ean_key) as ean_keys,
        count(*) as members,
        count(distinct source_system) as sources
    from with_ean
    where model_colour_size is not null
    group by model_colour_size
)

select
    with_ean.source_system,
    with_ean.source_product_code,
    case
        when with_ean.ean_key is not null then with_ean.ean_key
        when by_model.ean_keys <= 1 and by_model.sources > 1 then by_model.product_key
        else with_ean.own_key
    end as product_key,
    case
        when with_ean.ean_key is not null and with_ean.ean_members > 1 then 'ean'
        when with_ean.ean_key is null and by_model.ean_keys <= 1 and by_model.sources > 1 then 'model_colour_size'
        when with_ean.is_catalogued then 'own'
        else 'from_line'
    end as match_rule
from with_ean
left join by_model on by_model.model_colour_size = with_ean.model_colour_size
