-- One row per tender of a ticket that counts, without those that are discounts.
with
tenders as (select * from cashmere.reglements),
treatments as (select * from cashmere.setting_tender),
tickets as (
    select code_magasin, code_caisse, date_comptable, num_ticket, min(sold_at_utc) as paid_at
    from (
        select ventes.*, sales.sold_at_utc
        from cashmere.ventes
        join cashmere.sales
            on sales.source_document_id
            = ventes.code_magasin || '/' || ventes.code_caisse || '/' || ventes.date_comptable || '/' || ventes.num_ticket
            and sales.line_number = ventes.num_ligne
        where sales.exclusion_reason is null
    ) as counted
    group by code_magasin, code_caisse, date_comptable, num_ticket
),
currencies as (select code_magasin, devise from cashmere.magasins)

select
    'cashmere' as source_system,
    'ticket' as document_type,
    tenders.code_magasin || '/' || tenders.code_caisse || '/' || tenders.date_comptable || '/' || tenders.num_ticket
        as source_document_id,
    row_number() over (
        partition by tenders.code_magasin, tenders.code_caisse, tenders.date_comptable, tenders.num_ticket
        order by tenders.delivery_date, tenders.line_number
    ) as tender_number,
    coalesce(treatments.method, 'other') as method,
    tenders.mode_reglement as source_method,
    cast(tenders.montant as decimal(18,4)) as amount,
    coalesce(currencies.devise, settings.reporting_currency) as currency,
    case when tenders.reference is not null then sha256_hex(tenders.reference) end as reference_hash,
    tickets.paid_at,
    tenders.date_comptable as business_date,
    'cashmere:' || tenders.code_magasin as store_key,
    tickets.num_ticket is null as is_without_ticket
from tenders
cross join reference.setting as settings
left join treatments on treatments.mode = tenders.mode_reglement
left join currencies on currencies.code_magasin = tenders.code_magasin
left join tickets
    on tickets.code_magasin = tenders.code_magasin and tickets.code_caisse = tenders.code_caisse
    and tickets.date_comptable = tenders.date_comptable and tickets.num_ticket = tenders.num_ticket
where coalesce(treatments.treatment, 'payment') = 'payment'
