select t.delivered as _day, t.t * 2 + r.n as _key,
    shop_code(t.shop) as code_magasin,
    t.till as code_caisse,
    lpad(t.num::varchar, 6, '0') as num_ticket,
    french(t.day) as date_comptable,
    ['ESP', 'CB', 'CHQ', 'AVOIR', 'CKDO', 'BAF', 'VIR'][r.mode + 1] as mode_reglement,
    spaced(r.amount, if(t.delivered = getvariable('utf8_day'), chr(8239), chr(160))) as montant,
    case r.mode when 3 then 'AV-' || lpad((t.t % 1000000)::varchar, 6, '0') when 4 then 'CC-' || t.t % 9973
        when 5 then 'BON-FID-' || t.t % 997 end as reference
from tender r join ticket t using (t)
where t.delivered between getvariable('begin_day') and getvariable('end_day')
