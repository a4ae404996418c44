-- One row per article of the shops (a size and colour of a model).
select
    'cashmere' as source_system,
    code_article as source_product_code,
    code_article as sku,
    gencod as ean,
    coalesce(reference, code_article) as model_code,
    libelle as product_name, -- Name of the article in the catalogue; null where none is given.
    marque as brand,
    rayon as department,
    famille as category,
    sous_famille as subcategory,
    taille as size_raw,
    code_coloris as colour_code,
    coloris as colour_raw,
    saison as season,
    pv_ttc as list_price_incl_tax,
    pa_ht as standard_cost,
    cast(taux_tva as varchar) as tax_class,
    code_fournisseur as supplier,
    'active' as status,
    false as is_model
from cashmere.articles
