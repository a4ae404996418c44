-- One row per shop and business day: the till's own closing totals beside those of the lines and tenders that arrived.
with
closings as (select * from cashmere.clotures),
lines as (
    select sales.*, substr(store_key, 10) as code_magasin
    from cashmere.sales
    where exclusion_reason is null or exclusion_reason = 'shared_out_to_lines'
),
sold as (
    select
        code_magasin,
        business_date,
        count(distinct source_document_id) as ticket_count,
        count(*) as line_count,
        sum(case when exclusion_reason is null then net_amount_incl_tax else 0 end) as amount_incl_tax,
        sum(case when exclusion_reason is null then net_amount_excl_tax else 0 end) as amount_excl_tax,
        sum(case when exclusion_reason is null then tax_amount else 0 end) as tax_amount
    from lines
    group by code_magasin, business_date
),
paid as (
    select code_magasin, date_comptable as business_date, sum(montant) as amount
    from cashmere.reglements
    group by code_magasin, date_comptable
)

select
    'cashmere:' || coalesce(closings.code_magasin, sold.code_magasin) as store_key,
    coalesce(closings.date_comptable, sold.business_date) as business_date,
    closings.code_magasin is not null as is_closed,
    closings.nb_tickets as closing_ticket_count,
    coalesce(sold.ticket_count, 0) as ticket_count,
    closings.nb_lignes as closing_line_count,
    coalesce(sold.line_count, 0) as line_count,
    cast(closings.ca_ttc as decimal(18,4)) as closing_amount_incl_tax,
    cast(coalesce(sold.amount_incl_tax, 0) as decimal(18,4)) as amount_incl_tax,
    cast(closings.ca_ht as decimal(18,4)) as closing_amount_excl_tax,
    cast(coalesce(sold.amount_excl_tax, 0) as decimal(18,4)) as amount_excl_tax,
    cast(closings.total_tva as decimal(18,4)) as closing_tax_amount,
    cast(coalesce(sold.tax_amount, 0) as decimal(18,4)) as tax_amount,
    cast(closings.total_reglements as decimal(18,4)) as closing_tender_amount,
    cast(coalesce(paid.amount, 0) as decimal(18,4)) as tender_amount
from closings
full join sold on sold.code_magasin = closings.code_magasin and sold.business_date = closings.date_comptable
left join paid
    on paid.code_magasin = coalesce(closings.code_magasin, sold.code_magasin)
    and paid.business_date = coalesce(closings.date_comptable, sold.business_date)
