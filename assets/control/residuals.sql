-- One row per equation of the reconciliation and cell in which it must hold: what is left over, which has to be 0.
with
entries as (select * from control.reconciliation),

-- what each equation adds and takes off; `by_file` and `by_place` say how far its cells are told apart
terms (equation, station, direction, by_file, by_place) as (
    values
        ('file', 'received', 1, true, true),
        ('file', 'loaded', -1, true, true),
        ('file', 'duplicate', -1, true, true),
        ('file', 'quarantined', -1, true, true),
        ('file', 'unreadable', -1, true, true),
        ('load', 'loaded', 1, true, true),
        ('load', 'stored', -1, true, true),
        ('version', 'stored', 1, true, true),
        ('version', 'superseded', -1, true, true),
        ('version', 'replaced', -1, true, true),
        ('version', 'counting', -1, true, true),
        ('place', 'counting', 1, false, false),
        ('place', 'placed', -1, false, false),
        ('source', 'placed', 1, false, true),
        ('source', 'header_rows', 1, false, true),
        ('source', 'cancelled', 1, false, true),
        ('source', 'shared_discount', 1, false, true),
        ('source', 'stated_tax', 1, false, true),
        ('source', 'rounding', 1, false, true),
        ('source', 'list_price', 1, false, true),
        ('source', 'sales', -1, false, true),
        ('unified', 'sales', 1, false, true),
        ('unified', 'excluded', -1, false, true),
        ('unified', 'unified', -1, false, true),
        ('enriched', 'unified', 1, false, true),
        ('enriched', 'enriched', -1, false, true)
)

select
    terms.equation, -- `file`, `load`, `version`, `place`, `source`, `unified` or `enriched`: what must equal what, see docs.
    entries.source_system,
    entries.delivery_date,
    coalesce(entries.feed, 'unknown') as feed,
    coalesce(case when terms.by_file then entries.file_sequence end, 0) as file_sequence, -- Ledger number of the file; 0 where the equation does not tell files apart.
    max(case when terms.by_file then entries.file_name end) as file_name,
    case when terms.by_place then entries.store_key else 'all' end as store_key, -- Selling point, or `all` where the equation does not tell them apart.
    case when terms.by_place then entries.currency else 'all' end as currency, -- Currency of the amounts, or `all` where the equation does not tell them apart.
    cast(sum(terms.direction * entries.row_count) as bigint) as residual_rows, -- Rows left over.
    cast(sum(terms.direction * entries.gross_amount) as decimal(38,4)) as residual_gross, -- Gross amount left over.
    cast(sum(terms.direction * entries.discount_amount) as decimal(38,4)) as residual_discount, -- Discount left over.
    cast(sum(terms.direction * entries.net_amount) as decimal(38,4)) as residual_net, -- Net amount left over.
    cast(sum(terms.direction * entries.tax_amount) as decimal(38,4)) as residual_tax, -- Tax left over.
    cast(sum(terms.direction * entries.returned_amount) as decimal(38,4)) as residual_returned -- Net amount of returns left over.
from entries
join terms on terms.station = entries.station
group by
    terms.equation, entries.source_system, entries.delivery_date, coalesce(entries.feed, 'unknown'),
    coalesce(case when terms.by_file then entries.file_sequence end, 0),
    case when terms.by_place then entries.store_key else 'all' end, case when terms.by_place then entries.currency else 'all' end
