-- One row per seller, by pseudonym; names are never delivered.
select
    'cashmere:' || code_vendeur as staff_key,
    'cashmere' as source_system,
    code_vendeur as staff_code,
    pseudonyme as staff_pseudonym,
    'cashmere:' || code_magasin as store_key, -- Shop that the seller belongs to; null where unknown.
    date_entree as active_from,
    date_sortie as active_until
from cashmere.vendeurs
