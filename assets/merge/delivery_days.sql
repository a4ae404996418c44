-- One row per source and delivery day that is loaded: the files that came and what became of their rows. Of a file that was
-- delivered again, corrected, the newest version counts.
with
versions as (
    select *, row_number() over (partition by source, feed, delivery_date order by sequence desc) as version
    from intake.delivery_file
),
files as (select * from versions where version = 1),

-- feeds that make sense together only: where one came, the others must have come, too
sisters (source, family, feed) as (
    values
        ('magento', 'order', 'sales_order'), ('magento', 'order', 'sales_order_item'),
        ('magento', 'refund', 'sales_creditmemo'), ('magento', 'refund', 'sales_creditmemo_item'),
        ('cashmere', 'ticket', 'VENTES'), ('cashmere', 'ticket', 'REGLEMENTS'), ('cashmere', 'ticket', 'CLOTURES')
),
families as (
    select distinct files.source, files.delivery_date, sisters.family
    from files
    join sisters on sisters.source = files.source and sisters.feed = files.feed
),
missing as (
    select families.source, families.delivery_date, string_agg(sisters.feed, ',' order by sisters.feed) as missing_feeds
    from families
    join sisters on sisters.source = families.source and sisters.family = families.family
    left join files
        on files.source = families.source and files.delivery_date = families.delivery_date and files.feed = sisters.feed
    where files.source is null
    group by families.source, families.delivery_date
),

delivered as (
    select
        source,
        delivery_date,
        count(*) as feed_count,
        cast(sum(rows_received) as bigint) as rows_received,
        cast(sum(rows_loaded) as bigint) as rows_loaded,
        cast(sum(rows_quarantined) as bigint) as rows_quarantined,
        cast(sum(rows_duplicate) as bigint) as rows_duplicate,
        max(received_at) as last_received_at
    from files
    group by source, delivery_date
),
received as (select source, delivery_date, count(*) as file_count from versions group by source, delivery_date),

sale_rows as (
    select 'magento' as source, delivery_date from magento.versions_sales_order_item
    union all
    select 'magento', delivery_date from magento.versions_sales_creditmemo_item
    union all
    select 'cashmere', delivery_date from cashmere.versions_ventes
),
counted_rows as (select source, delivery_date, count(*) as sale_row_count from sale_rows group by source, delivery_date),

sold as (
    select
        source_system,
        delivery_date,
        count(*) as sale_line_count,
        sum(case when is_revenue and line_type in ('product', 'service', 'fee') then net_amount_excl_tax_reporting else 0 end)
            as revenue
    from merge.unified_sales
    group by source_system, delivery_date
)

select
    delivered.source as source_system, -- The source that delivered.
    delivered.delivery_date, -- The day in the files' names.
    delivered.feed_count, -- Feeds that came.
    received.file_count, -- Files that were loaded, with earlier versions of files that were delivered again.
    missing.missing_feeds, -- Feeds that did not come although one that makes no sense without them did.
    delivered.rows_received, -- Rows in the files.
    delivered.rows_loaded, -- Rows that were loaded.
    delivered.rows_quarantined, -- Rows that were left out because a value broke a rule.
    delivered.rows_duplicate, -- Rows that said the same as another row of their file.
    coalesce(counted_rows.sale_row_count, 0) as sale_row_count, -- Rows that describe a line sold or refunded, as delivered.
    coalesce(sold.sale_line_count, 0) as sale_line_count, -- Unified lines whose newest version came with this delivery.
    cast(coalesce(sold.revenue, 0) as decimal(18,4)) as revenue, -- Their net sales without tax, in the reporting currency.
    delivered.last_received_at -- UTC instant at which the last of the files was taken in.
from delivered
join received on received.source = delivered.source and received.delivery_date = delivered.delivery_date
left join missing on missing.source = delivered.source and missing.delivery_date = delivered.delivery_date
left join counted_rows on counted_rows.source = delivered.source and counted_rows.delivery_date = delivered.delivery_date
left join sold on sold.source_system = delivered.source and sold.delivery_date = delivered.delivery_date
