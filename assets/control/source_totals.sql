-- One row per source, kind of total, day and selling point: what the sources say they sold, beside what was delivered of it.
with
closings as (select * from cashmere.control_totals),
documents as (select * from magento.control_totals)

select
    'cashmere' as source_system,
    'closing' as document_type, -- `closing` (a shop's own total of a business day), `order` or `credit_memo`.
    business_date as stated_on, -- Business day of a closing, or the date (UTC) on which the documents were created.
    store_key, -- Selling point that was closed; `all` for the documents of the web shop.
    cast(sum(case when is_closed then 1 else 0 end) as bigint) as document_count, -- Totals that the source states.
    cast(sum(case when is_closed then 0 else 1 end) as bigint) as unstated_count, -- Days with tickets and without a closing.
    cast(coalesce(sum(closing_amount_incl_tax), 0) as decimal(38,4)) as stated_amount, -- What the source says, with tax.
    cast(coalesce(sum(case when is_closed then amount_incl_tax end), 0) as decimal(38,4)) as delivered_amount, -- What arrived, with tax.
    cast(coalesce(sum(case when is_closed then amount_incl_tax - closing_amount_incl_tax end), 0) as decimal(38,4))
        as deviation_amount, -- What arrived less what the source says.
    cast(sum(case when is_closed and (amount_incl_tax <> closing_amount_incl_tax or line_count <> closing_line_count
        or ticket_count <> closing_ticket_count) then 1 else 0 end) as bigint)
        as deviating_count -- Totals that differ: a closing by a cent, a ticket or a line, a document by more than a cent per line.
from closings
group by business_date, store_key
union all
select
    'magento',
    document_type,
    created_on,
    'all',
    count(*),
    0,
    cast(sum(document_amount) as decimal(38,4)),
    cast(sum(line_amount) as decimal(38,4)),
    cast(sum(line_amount - document_amount) as decimal(38,4)),
    cast(sum(case when abs(document_amount - line_amount) > 0.01 * greatest(line_count, 1) then 1 else 0 end) as bigint)
from documents
group by document_type, created_on
