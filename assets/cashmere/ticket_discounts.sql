-- One row per ticket line and discount that was given on the ticket as a whole: the line's share of a footer discount
-- (`REM` lines) or of a tender that counts as a loyalty discount. Shares follow the lines' amounts; the cents that are left
-- go to the largest remainders, ties to the larger line, then to the lower line number.
with
lines as (select * from cashmere.ventes where not annule and not mode_ecole),
tenders as (select * from cashmere.reglements),
treatments as (select * from cashmere.setting_tender),

pools as (
    select
        code_magasin, code_caisse, date_comptable, num_ticket,
        'footer' as discount_kind,
        sum(cents(montant_ttc)) as incl_cents,
        sum(cents(montant_ht)) as excl_cents
    from lines
    where type_ligne = 'REM'
    group by code_magasin, code_caisse, date_comptable, num_ticket
    union all
    select
        code_magasin, code_caisse, date_comptable, num_ticket,
        'loyalty',
        -sum(cents(montant)),
        null
    from tenders
    join treatments on treatments.mode = tenders.mode_reglement and treatments.treatment = 'discount'
    group by code_magasin, code_caisse, date_comptable, num_ticket
),

-- a discount lowers lines of the other sign: sold lines, or in a return ticket the returned ones
carriers as (
    select
        lines.code_magasin, lines.code_caisse, lines.date_comptable, lines.num_ticket, lines.num_ligne,
        pools.discount_kind,
        abs(pools.incl_cents) as incl_cents,
        abs(coalesce(pools.excl_cents, 0)) as excl_cents,
        pools.excl_cents is null as is_without_excl,
        abs(cents(lines.montant_ttc)) as incl_weight,
        abs(cents(lines.montant_ht)) as excl_weight,
        sign(lines.montant_ttc) as direction,
        lines.quantite < 0 as is_returned,
        lines.delivery_date
    from lines
    join pools
        on pools.code_magasin = lines.code_magasin
        and pools.code_caisse = lines.code_caisse
        and pools.date_comptable = lines.date_comptable
        and pools.num_ticket = lines.num_ticket
    where lines.type_ligne in ('ART', 'SERV') and sign(lines.montant_ttc) = -sign(pools.incl_cents)
),

weighed as (
    select
        *,
        cast(sum(incl_weight) over ticket as bigint) as incl_total,
        cast(sum(excl_weight) over ticket as bigint) as excl_total
    from carriers
    window ticket as (partition by code_magasin, code_caisse, date_comptable, num_ticket, discount_kind)
),

measured as (
    select
        *,
        case when is_without_excl then int_div(2 * incl_cents * excl_total + incl_total, 2 * incl_total) else excl_cents end
            as excl_pool
    from weighed
),

shared as (
    select
        *,
        int_div(incl_cents * incl_weight, incl_total) as incl_share,
        (incl_cents * incl_weight) % nullif(incl_total, 0) as incl_remainder,
        int_div(excl_pool * excl_weight, greatest(excl_total, 1)) as excl_share,
        (excl_pool * excl_weight) % greatest(excl_total, 1) as excl_remainder
    from measured
),

ranked as (
    select
        *,
        incl_cents - cast(sum(incl_share) over ticket as bigint) as incl_left,
        excl_pool - cast(sum(excl_share) over ticket as bigint) as excl_left,
        row_number() over (
            partition by code_magasin, code_caisse, date_comptable, num_ticket, discount_kind
            order by incl_remainder desc nulls last, incl_weight desc nulls last, num_ligne
        ) as incl_rank,
        row_number() over (
            partition by code_magasin, code_caisse, date_comptable, num_ticket, discount_kind
            order by excl_remainder desc nulls last, incl_weight desc nulls last, num_ligne
        ) as excl_rank
    from shared
    window ticket as (partition by code_magasin, code_caisse, date_comptable, num_ticket, discount_kind)
)

select
    code_magasin,
    code_caisse,
    date_comptable,
    num_ticket,
    num_ligne,
    discount_kind,
    from_cents(incl_share + case when incl_rank <= incl_left then 1 else 0 end) as discount_incl_tax,
    from_cents(excl_share + case when excl_rank <= excl_left then 1 else 0 end) as discount_excl_tax,
    cast(direction as integer) as direction, -- 1 where the line's amount is positive, -1 where it is negative.
    is_returned, -- Whether the line gives something back.
    delivery_date
from ranked
