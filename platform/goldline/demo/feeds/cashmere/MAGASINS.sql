select 0 as _day, code_magasin as _key,
    code_magasin, libelle, type_magasin, 'MAISON LINOTTE' as enseigne, ville, code_postal, 'FR' as pays,
    'Europe/Paris' as fuseau, 'EUR' as devise, date_ouverture, null as date_fermeture
from (values
    ('001', 'Paris Rivoli', 'SUCCURSALE', 'Paris', '75001', '01/09/2015'),
    ('002', 'Lyon Bellecour', 'SUCCURSALE', 'Lyon', '69002', '12/10/2016'),
    ('003', 'Nice', 'SUCCURSALE', 'Nice', '06000', '15/03/2018'),
    ('004', 'Ajaccio (hors ligne certains jours)', 'SUCCURSALE', 'Ajaccio', '2A004', '02/05/2019'),
    ('005', 'Bordeaux (affilié)', 'AFFILIE', 'Bordeaux', '33000', '02/05/2021'),
    ('006', 'Troyes « usine »', 'OUTLET', 'Troyes', '10000', '20/06/2022')
) t(code_magasin, libelle, type_magasin, ville, code_postal, date_ouverture)
where getvariable('begin_day') = 0
