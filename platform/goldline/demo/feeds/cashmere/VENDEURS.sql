with snapshot as (
    select 0 as day union select getvariable('succession')
)
select n.day as _day, s.code as _key,
    s.code as code_vendeur, shop_code(s.shop) as code_magasin, 'vendeur-' || s.code[2:] as pseudonyme,
    if(s.since > 0, french(s.since), '01/09/2022') as date_entree,
    case when s.until < getvariable('last_day') and n.day > 0 then french(s.until) end as date_sortie
from snapshot n
join (select shop, since, until, unnest(sellers) as code from sellers) s on s.since <= n.day
where n.day between getvariable('begin_day') and getvariable('end_day')
