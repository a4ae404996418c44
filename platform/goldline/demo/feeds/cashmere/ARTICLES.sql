select introduced as _day, v as _key,
    code_article, reference, code_coloris, coloris, taille, gencod, libelle, marque, rayon, famille, sous_famille, saison,
    euros(pa) as pa_ht, spaced(pv, chr(160)) as pv_ttc,
    case rate when 200 then '20' when 55 then '5,5' else '0' end as taux_tva, fournisseur as code_fournisseur
from variant
where kind in (0, 1, 2, 6) and introduced between getvariable('begin_day') and getvariable('end_day')
union all
select 0, 1000000 + n, code, reference, null, null, null, null, libelle, null, rayon, null, null, 'PERM', '0,00', price, rate, null
from (values
    (1, 'RETOU', 'RETOUCHE', 'Ourlet pantalon', 'SERVICES', '12,00', '20'),
    (2, 'CKDO', 'CARTE-CADEAU', 'Carte cadeau', 'CARTES', '50,00', '0'),
    (3, 'PORT', 'PORT', 'Frais de port', 'SERVICES', '6,90', '20')
) t(n, code, reference, libelle, rayon, price, rate)
where getvariable('begin_day') = 0
