with counted as (
    select * from till_line
    where training = 0 and abandoned = 0 and delivered between getvariable('begin_day') and getvariable('end_day')
)
select delivered as _day, day * 10 + shop as _key,
    shop_code(shop) as code_magasin,
    french(day) as date_comptable,
    count(distinct t) as nb_tickets,
    count(*) as nb_lignes,
    euros(sum(amount)) as ca_ttc,
    euros(sum(untaxed)) as ca_ht,
    euros(sum(tax)) as total_tva,
    euros(sum(amount)) as total_reglements
from counted
group by delivered, day, shop
