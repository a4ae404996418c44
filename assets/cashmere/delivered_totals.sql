-- One row per file, selling point, currency and station of the shops' ticket lines: what the file held, what became of it,
-- and the named steps from there to `cashmere.sales`. Each station is summed from its own table.
with
files as (select * from intake.delivery_file where source = 'cashmere'),
outcomes as (select * from intake.delivery_total),
raw as (select * from cashmere.raw_ventes),
lines as (select * from cashmere.ventes),
shares as (select * from cashmere.ticket_discounts),
sales as (select * from cashmere.sales),
shops as (select * from cashmere.magasins),
settings as (select * from reference.setting),

-- what the checks counted before anything was loaded
received as (
    select
        files.delivery_date,
        files.sequence,
        outcomes.selling_point as code_magasin,
        outcomes.outcome as station,
        outcomes.row_count,
        outcomes.gross_amount,
        outcomes.discount_amount,
        outcomes.net_amount,
        outcomes.tax_amount,
        outcomes.returned_amount
    from outcomes
    join files on files.sequence = outcomes.sequence
),

stored as (
    select
        delivery_date,
        sequence,
        code_magasin,
        superseded_by is not null as is_superseded,
        count(*) as row_count,
        sum(pu_tarif_ttc * quantite) as gross_amount,
        sum(remise_ttc) as discount_amount,
        sum(montant_ht) as net_amount,
        sum(montant_tva) as tax_amount,
        sum(case when quantite < 0 or (type_ligne = 'REM' and montant_ttc < 0) then montant_ht end) as returned_amount
    from raw
    group by delivery_date, sequence, code_magasin, superseded_by is not null
),

counting as (
    select
        delivery_date,
        sequence,
        code_magasin,
        count(*) as row_count,
        sum(pu_tarif_ttc * quantite) as gross_amount,
        sum(remise_ttc) as discount_amount,
        sum(montant_ht) as net_amount,
        sum(montant_tva) as tax_amount,
        sum(case when quantite < 0 or (type_ligne = 'REM' and montant_ttc < 0) then montant_ht end) as returned_amount,
        sum(case when type_ligne = 'REM' then montant_ttc else coalesce(pu_tarif_ttc * quantite, montant_ttc + coalesce(remise_ttc, 0))
            end) as list_amount,
        sum(montant_ttc) as paid_amount
    from lines
    group by delivery_date, sequence, code_magasin
),

stored_stations as (
    select delivery_date, sequence, code_magasin, case when is_superseded then 'superseded' else 'replaced' end as station,
        row_count, gross_amount, discount_amount, net_amount, tax_amount, returned_amount
    from stored
    union all
    -- of the rows that no corrected file replaced, those that count are no longer `replaced`
    select delivery_date, sequence, code_magasin, 'replaced',
        -row_count, -gross_amount, -discount_amount, -net_amount, -tax_amount, -returned_amount
    from counting
    union all
    select delivery_date, sequence, code_magasin, 'stored',
        row_count, gross_amount, discount_amount, net_amount, tax_amount, returned_amount
    from stored
    union all
    select delivery_date, sequence, code_magasin, 'counting',
        row_count, gross_amount, discount_amount, net_amount, tax_amount, returned_amount
    from counting
),

-- the steps from the rows that count to the lines of `cashmere.sales`
shared as (
    select
        delivery_date,
        code_magasin,
        sum(direction * discount_incl_tax) as incl_amount,
        sum(direction * discount_excl_tax) as excl_amount,
        sum(case when is_returned then direction * discount_excl_tax else 0 end) as returned_amount
    from shares
    group by delivery_date, code_magasin
),

steps as (
    select delivery_date, code_magasin, 'shared_discount' as station,
        0 as gross_amount, incl_amount as discount_amount, -excl_amount as net_amount,
        excl_amount - incl_amount as tax_amount, -returned_amount as returned_amount
    from shared
    union all
    select delivery_date, code_magasin, 'list_price',
        list_amount - coalesce(gross_amount, 0), list_amount - paid_amount - coalesce(discount_amount, 0), 0, 0, 0
    from counting
    union all
    select delivery_date, code_magasin, 'stated_tax', 0, 0, 0, paid_amount - net_amount - tax_amount, 0
    from counting
),

sold as (
    select
        delivery_date,
        store_key,
        currency,
        exclusion_reason,
        count(*) as row_count,
        sum(gross_amount_incl_tax) as gross_amount,
        sum(line_discount_incl_tax + order_discount_incl_tax + loyalty_discount_incl_tax) as discount_amount,
        sum(net_amount_excl_tax) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(case when transaction_type = 'return' then net_amount_excl_tax else 0 end) as returned_amount
    from sales
    group by delivery_date, store_key, currency, exclusion_reason
),

stations as (
    select * from received
    union all
    select * from stored_stations
    union all
    select delivery_date, cast(null as bigint), code_magasin, 'placed',
        row_count, gross_amount, discount_amount, net_amount, tax_amount, returned_amount
    from counting
    union all
    select delivery_date, null, code_magasin, station, 0,
        gross_amount, discount_amount, net_amount, tax_amount, returned_amount
    from steps
),

placed as (
    select
        stations.delivery_date,
        stations.sequence,
        'cashmere:' || coalesce(nullif(stations.code_magasin, ''), 'unknown') as store_key,
        coalesce(shops.devise, settings.reporting_currency) as currency,
        stations.station,
        cast(null as varchar) as reason,
        stations.row_count,
        stations.gross_amount,
        stations.discount_amount,
        stations.net_amount,
        stations.tax_amount,
        stations.returned_amount
    from stations
    cross join settings
    left join shops on shops.code_magasin = stations.code_magasin
    union all
    select delivery_date, null, store_key, currency, 'sales', null,
        row_count, gross_amount, discount_amount, net_amount, tax_amount, returned_amount
    from sold
    union all
    select delivery_date, null, store_key, currency, 'excluded', exclusion_reason,
        row_count, gross_amount, discount_amount, net_amount, tax_amount, returned_amount
    from sold
    where exclusion_reason is not null
)

select
    'cashmere' as source_system,
    placed.delivery_date,
    'VENTES' as feed,
    placed.sequence as file_sequence,
    files.file_name,
    placed.store_key, -- Selling point; where the file does not say it, `several` or `unknown`.
    placed.currency, -- Currency of the amounts; where the file does not say it, `several` or `unknown`.
    placed.station,
    placed.reason,
    cast(sum(placed.row_count) as bigint) as row_count,
    cast(coalesce(sum(placed.gross_amount), 0) as decimal(38,4)) as gross_amount,
    cast(coalesce(sum(placed.discount_amount), 0) as decimal(38,4)) as discount_amount,
    cast(coalesce(sum(placed.net_amount), 0) as decimal(38,4)) as net_amount,
    cast(coalesce(sum(placed.tax_amount), 0) as decimal(38,4)) as tax_amount, -- Tax of the net amount, a return's negative.
    cast(coalesce(sum(placed.returned_amount), 0) as decimal(38,4)) as returned_amount
from placed
left join files on files.sequence = placed.sequence
group by
    placed.delivery_date, placed.sequence, files.file_name, placed.store_key, placed.currency, placed.station, placed.reason
having sum(placed.row_count) <> 0 or sum(placed.gross_amount) <> 0 or sum(placed.discount_amount) <> 0
    or sum(placed.net_amount) <> 0 or sum(placed.tax_amount) <> 0 or sum(placed.returned_amount) <> 0
