-- One row per file (or, once its rows are in tables, per feed and delivery day), selling point, currency and station: rows and
-- amounts at each station on the way from the delivered files to the enriched model.
with
delivered as (
    select * from magento.delivered_totals
    union all
    select * from cashmere.delivered_totals
),
files as (select * from intake.delivery_file),
unified as (select * from merge.unified_sales),
enriched as (select * from enriched_model.enriched_model),
feeds as (select distinct source, feed, file_name from files),

sold as (
    select
        source_system, delivery_date, source_file, store_key, currency, 'unified' as station,
        count(*) as row_count,
        sum(gross_amount_incl_tax) as gross_amount,
        sum(discount_amount_incl_tax) as discount_amount,
        sum(net_amount_excl_tax) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(case when transaction_type = 'return' then net_amount_excl_tax else 0 end) as returned_amount
    from unified
    group by source_system, delivery_date, source_file, store_key, currency
    union all
    select
        source_system, delivery_date, source_file, store_key, currency, 'enriched',
        count(*),
        sum(gross_amount_incl_tax),
        sum(discount_amount_incl_tax),
        sum(net_amount_excl_tax),
        sum(tax_amount),
        sum(case when transaction_type = 'return' then net_amount_excl_tax else 0 end)
    from enriched
    group by source_system, delivery_date, source_file, store_key, currency
)

select
    source_system,
    delivery_date,
    feed,
    file_sequence,
    file_name,
    store_key, -- Selling point; where the file does not say it, `several` or `unknown`.
    currency, -- Currency of the amounts; where the file does not say it, `several` or `unknown`.
    station,
    reason,
    row_count,
    gross_amount,
    discount_amount,
    net_amount,
    tax_amount, -- Tax of the net amount, a return's negative.
    returned_amount
from delivered
union all
select
    sold.source_system,
    sold.delivery_date,
    feeds.feed,
    cast(null as bigint),
    cast(null as varchar),
    sold.store_key,
    coalesce(sold.currency, 'unknown'),
    sold.station,
    cast(null as varchar),
    cast(sum(sold.row_count) as bigint),
    cast(sum(sold.gross_amount) as decimal(38,4)),
    cast(sum(sold.discount_amount) as decimal(38,4)),
    cast(sum(sold.net_amount) as decimal(38,4)),
    cast(sum(sold.tax_amount) as decimal(38,4)),
    cast(sum(sold.returned_amount) as decimal(38,4))
from sold
left join feeds on feeds.source = sold.source_system and feeds.file_name = sold.source_file
group by sold.source_system, sold.delivery_date, feeds.feed, sold.store_key, coalesce(sold.currency, 'unknown'), sold.station
