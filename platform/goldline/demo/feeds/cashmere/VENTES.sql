with line as (
    select l.*, g.* exclude (v, kind), p.* exclude (p),
        if(l.delivered = getvariable('utf8_day'), chr(8239), chr(160)) as mark
    from till_line l
    left join variant g using (v)
    left join person p on p.p = l.person
    where l.delivered between getvariable('begin_day') and getvariable('end_day')
),
origin as (
    select l.t, l.num, s.shop, s.till, s.ticket, s.num as origin_num
    from till_line l join till_line s on s.l = l.origin
    where l.delivered between getvariable('begin_day') and getvariable('end_day') and l.origin >= 0
)
select l.delivered as _day, l.t::bigint * 1000 + l.num as _key,
    shop_code(l.shop) as code_magasin,
    l.till as code_caisse,
    lpad(l.ticket::varchar, 6, '0') as num_ticket,
    if(l.fault = 2, '31/02/' || strftime(date_of(l.day), '%Y'), french(l.day + l.second // 86400)) as date_ticket,
    (time '00:00:00' + to_seconds(l.second % 86400))::varchar as heure_ticket,
    french(l.day) as date_comptable,
    ['V', 'R', 'E'][l.type + 1] as type_ticket,
    l.num as num_ligne,
    ['ART', 'REM', 'SERV', 'CKDO', 'ARRHES', 'PORT'][l.kind + 1] as type_ligne,
    case l.kind when 2 then 'RETOU' when 3 then 'CKDO' when 5 then 'PORT' else l.code_article end as code_article,
    case l.kind when 2 then 'RETOUCHE' when 3 then 'CARTE-CADEAU' else l.reference end as reference,
    l.code_coloris as code_coloris,
    l.coloris as coloris,
    l.taille as taille,
    if(l.fault = 1, '3,70123E+11', l.gencod) as gencod,
    case l.kind when 1 then 'Remise pied de ticket' when 2 then 'Ourlet pantalon'
        when 3 then 'Carte cadeau ' || l.list // 100 || ' €' when 4 then 'Arrhes réservation ' || 100 + l.t % 900
        when 5 then 'Frais de port' else l.libelle end as libelle,
    if(l.fault = 3, 'un', l.qty::varchar) as quantite,
    spaced(l.list, l.mark) as pu_tarif_ttc,
    spaced(l.net, l.mark) as pu_net_ttc,
    euros(l.off) as remise_ttc,
    ['SOLDE' || l.percent, 'GESTE10', 'OFFERT', 'PIED', 'OUTLET'][l.reason] as code_remise,
    ['Soldes -' || l.percent || ' %', '"Geste commercial; 10 %"', 'Sac offert', 'Remise « fidélité »', 'Prix outlet'][l.reason]
        as libelle_remise,
    spaced(l.amount, l.mark) as montant_ttc,
    case l.rate when 200 then '20' when 55 then '5,5' else '0' end as taux_tva,
    euros(l.tax) as montant_tva,
    euros(l.untaxed) as montant_ht,
    case when l.kind <> 1 and l.seller >= 0 then s.sellers[l.seller % len(s.sellers) + 1] end as code_vendeur,
    s.sellers[1] as code_caissier,
    case when l.person >= 0 and (l.shown < 2 or l.has_card = 0) then client_code(
        l.person + if(l.twice_client = 1 and l.shop <> l.home_shop, getvariable('people'), 0)) end as code_client,
    case when l.person >= 0 and l.shown <> 1 and l.has_card = 1 then loyalty_card(l.person) end as carte_fidelite,
    shop_code(o.shop) as magasin_origine,
    o.till as caisse_origine,
    lpad(o.ticket::varchar, 6, '0') as ticket_origine,
    o.origin_num as ligne_origine,
    ['TAILLE', 'COLORIS', 'DEFAUT', 'AVIS'][l.motive] as motif_retour,
    if(l.void = 1, 'O', 'N') as annule,
    if(l.training = 1, 'O', 'N') as mode_ecole
from line l
join sellers s on s.shop = l.shop and l.day between s.since and s.until
left join origin o on o.t = l.t and o.num = l.num
