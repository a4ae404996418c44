-- One row per shop and business day: the till's own closing totals beside those of the lines and tenders that arrived.
with
closings as (select * from cashmere.clotures),
lines as (
    select *, substr(store_key, 10) as code_magasin
    from cashmere.sales
    where exclusion_reason is null or exclusion_reason in ('shared_out_to_lines', 'void')
),
-- what the till closes with is before discounts that were booked as tenders, and has the voided lines of tickets that count
loyalty as (
    select
        code_magasin || '/' || code_caisse || '/' || date_comptable || '/' || num_ticket as source_document_id,
        sum(discount_excl_tax) as discount_excl_tax
    from cashmere.ticket_discounts
    where discount_kind = 'loyalty'
    group by code_magasin, code_caisse, date_comptable, num_ticket
),
tickets as (
    select
        code_magasin,
        business_date,
        source_document_id,
        count(*) as line_count,
        sum(case when exclusion_reason is null then loyalty_discount_incl_tax else 0 end) as loyalty_incl_tax,
        sum(case when exclusion_reason is null then net_amount_incl_tax else 0 end) as amount_incl_tax,
        sum(case when exclusion_reason is null then net_amount_excl_tax else 0 end) as amount_excl_tax
    from lines
    group by code_magasin, business_date, source_document_id
    having count(case when exclusion_reason is null then 1 end) > 0
),
before_loyalty as (
    select
        tickets.code_magasin,
        tickets.business_date,
        tickets.line_count,
        tickets.amount_incl_tax + tickets.loyalty_incl_tax as amount_incl_tax,
        tickets.amount_excl_tax + sign(tickets.loyalty_incl_tax) * coalesce(loyalty.discount_excl_tax, 0) as amount_excl_tax
    from tickets
    left join loyalty on loyalty.source_document_id = tickets.source_document_id
),
sold as (
    select
        code_magasin,
        business_date,
        count(*) as ticket_count,
        sum(line_count) as line_count,
        sum(amount_incl_tax) as amount_incl_tax,
        sum(amount_excl_tax) as amount_excl_tax,
        sum(amount_incl_tax - amount_excl_tax) as tax_amount
    from before_loyalty
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
    cast(coalesce(sold.line_count, 0) as bigint) as line_count, -- Lines of tickets that count, voided ones included.
    cast(closings.ca_ttc as decimal(18,4)) as closing_amount_incl_tax,
    cast(coalesce(sold.amount_incl_tax, 0) as decimal(18,4)) as amount_incl_tax,
    cast(closings.ca_ht as decimal(18,4)) as closing_amount_excl_tax,
    cast(coalesce(sold.amount_excl_tax, 0) as decimal(18,4)) as amount_excl_tax,
    cast(closings.total_tva as decimal(18,4)) as closing_tax_amount,
    cast(coalesce(sold.tax_amount, 0) as decimal(18,4)) as tax_amount, -- Tax within these sums, in the shop's currency.
    cast(closings.total_reglements as decimal(18,4)) as closing_tender_amount,
    cast(coalesce(paid.amount, 0) as decimal(18,4)) as tender_amount
from closings
full join sold on sold.code_magasin = closings.code_magasin and sold.business_date = closings.date_comptable
left join paid
    on paid.code_magasin = coalesce(closings.code_magasin, sold.code_magasin)
    and paid.business_date = coalesce(closings.date_comptable, sold.business_date)
