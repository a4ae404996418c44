-- One row per file, selling point, currency and station of the web shop's orders and refunds: what the file held, what became
-- of it, and the named steps from there to `magento.sales`. Each station is summed from its own table.
with
files as (select * from intake.delivery_file where source = 'magento'),
outcomes as (select * from intake.delivery_total),
raw_orders as (select * from magento.raw_sales_order),
raw_items as (select * from magento.raw_sales_order_item),
raw_memos as (select * from magento.raw_sales_creditmemo),
raw_memo_items as (select * from magento.raw_sales_creditmemo_item),
orders as (select * from magento.sales_order),
items as (select * from magento.sales_order_item),
memos as (select * from magento.sales_creditmemo),
memo_items as (select * from magento.sales_creditmemo_item),
sales as (select * from magento.sales),
roles as (select * from magento.order_lines),
states as (select * from magento.setting_order_state),
currencies as (select * from reference.currency),

points as (
    select
        views.store_id,
        websites.code as website_code,
        coalesce(settings.prices_include_tax, fallback.prices_include_tax) as prices_include_tax
    from magento.store as views
    join magento.store_website as websites on websites.website_id = views.website_id
    left join magento.setting_website as settings on settings.website_code = websites.code
    cross join (select * from magento.setting_website where website_code = '*') as fallback
),

-- every stored row, and once more those that count: the newest versions
order_rows as (
    select 'stored' as held, superseded_by is not null as is_superseded, delivery_date, sequence, store_id, order_currency_code,
        shipping_amount, shipping_incl_tax, shipping_tax_amount, shipping_discount_amount
    from raw_orders
    union all
    select 'counting', false, delivery_date, sequence, store_id, order_currency_code,
        shipping_amount, shipping_incl_tax, shipping_tax_amount, shipping_discount_amount
    from orders
),
item_rows as (
    select 'stored' as held, superseded_by is not null as is_superseded, delivery_date, sequence, store_id, row_total,
        row_total_incl_tax, tax_amount, discount_amount, discount_tax_compensation_amount, weee_tax_applied_row_amount
    from raw_items
    union all
    select 'counting', false, delivery_date, sequence, store_id, row_total,
        row_total_incl_tax, tax_amount, discount_amount, discount_tax_compensation_amount, weee_tax_applied_row_amount
    from items
),
memo_rows as (
    select 'stored' as held, superseded_by is not null as is_superseded, delivery_date, sequence, store_id, order_currency_code,
        shipping_amount, shipping_incl_tax, shipping_tax_amount,
        coalesce(adjustment, adjustment_positive - adjustment_negative, 0) as adjustment
    from raw_memos
    union all
    select 'counting', false, delivery_date, sequence, store_id, order_currency_code,
        shipping_amount, shipping_incl_tax, shipping_tax_amount,
        coalesce(adjustment, adjustment_positive - adjustment_negative, 0)
    from memos
),
memo_item_rows as (
    select 'stored' as held, superseded_by is not null as is_superseded, delivery_date, sequence, row_total, row_total_incl_tax,
        tax_amount, discount_amount, discount_tax_compensation_amount
    from raw_memo_items
    union all
    select 'counting', false, delivery_date, sequence, row_total, row_total_incl_tax,
        tax_amount, discount_amount, discount_tax_compensation_amount
    from memo_items
),

-- one shape for what a row of each feed comes to, as its file says it
file_rows as (
    select 'sales_order' as feed, held, is_superseded, delivery_date, sequence, store_id, order_currency_code as currency,
        case when shipping_amount <> 0 then coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0)) end
            as gross,
        case when shipping_amount <> 0 then shipping_discount_amount end as discount,
        case when shipping_amount <> 0 then coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0))
            - coalesce(shipping_discount_amount, 0) - coalesce(shipping_tax_amount, 0) end as net,
        case when shipping_amount <> 0 then shipping_tax_amount end as tax,
        0 as returned
    from order_rows
    union all
    select 'sales_order_item', held, is_superseded, delivery_date, sequence, store_id, '',
        coalesce(row_total_incl_tax, row_total + coalesce(tax_amount, 0)),
        discount_amount,
        row_total - coalesce(discount_amount, 0) + coalesce(discount_tax_compensation_amount, 0)
        + coalesce(weee_tax_applied_row_amount, 0),
        tax_amount,
        0
    from item_rows
    union all
    select 'sales_creditmemo', held, is_superseded, delivery_date, sequence, store_id, order_currency_code,
        - case when shipping_amount <> 0 then coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0))
            else 0 end - adjustment,
        0,
        - case when shipping_amount <> 0 then coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0))
            - coalesce(shipping_tax_amount, 0) else 0 end - adjustment,
        case when shipping_amount <> 0 then -shipping_tax_amount end,
        - case when shipping_amount <> 0 then coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0))
            - coalesce(shipping_tax_amount, 0) else 0 end - greatest(adjustment, 0)
    from memo_rows
    union all
    select 'sales_creditmemo_item', held, is_superseded, delivery_date, sequence, cast(null as bigint), '',
        -coalesce(row_total_incl_tax, coalesce(row_total, 0) + coalesce(tax_amount, 0)),
        -discount_amount,
        -(coalesce(row_total, 0) - coalesce(discount_amount, 0) + coalesce(discount_tax_compensation_amount, 0)),
        -tax_amount,
        -(coalesce(row_total, 0) - coalesce(discount_amount, 0) + coalesce(discount_tax_compensation_amount, 0))
    from memo_item_rows
),

held as (
    select feed, held as station, is_superseded, delivery_date, sequence, coalesce(cast(store_id as varchar), '') as store_id,
        currency, count(*) as row_count, sum(gross) as gross_amount, sum(discount) as discount_amount, sum(net) as net_amount,
        sum(tax) as tax_amount, sum(returned) as returned_amount
    from file_rows
    group by feed, held, is_superseded, delivery_date, sequence, coalesce(cast(store_id as varchar), ''), currency
),

-- where a document belongs: its selling point, currency, rounding, and whether it counts
order_heads as (
    select
        orders.entity_id as document_id,
        coalesce(points.website_code, 'unknown') as website_code,
        coalesce(points.prices_include_tax, fallback.prices_include_tax) as prices_include_tax,
        orders.order_currency_code as currency,
        coalesce(currencies.decimals, 2) as decimals,
        states.state is not null and states.exclusion_reason is null as is_counted
    from orders
    cross join (select * from magento.setting_website where website_code = '*') as fallback
    left join points on points.store_id = orders.store_id
    left join states on states.state = orders.state
    left join currencies on currencies.currency = orders.order_currency_code
),
memo_heads as (
    select
        memos.entity_id as document_id,
        coalesce(points.website_code, order_heads.website_code, 'unknown') as website_code,
        coalesce(points.prices_include_tax, order_heads.prices_include_tax, fallback.prices_include_tax) as prices_include_tax,
        memos.order_currency_code as currency,
        coalesce(currencies.decimals, 2) as decimals,
        memos.state = 2 as is_counted
    from memos
    cross join (select * from magento.setting_website where website_code = '*') as fallback
    left join order_heads on order_heads.document_id = memos.order_id
    left join points on points.store_id = memos.store_id
    left join currencies on currencies.currency = memos.order_currency_code
),

heads as (
    select 'order' as document_type, document_id, website_code, prices_include_tax, currency, decimals, is_counted
    from order_heads
    union all
    select 'credit_memo', document_id, website_code, prices_include_tax, currency, decimals, is_counted
    from memo_heads
),

-- the lines that the rows that count stand for, unsigned and as delivered; `kept` of `ordered` units were not cancelled
lines as (
    select
        'sales_order_item' as feed, items.delivery_date,
        'order' as document_type, items.order_id as document_id, cast(items.item_id as varchar) as line_id,
        items.item_id as line_rank, 1 as direction, roles.exclusion_reason is null as is_counted,
        coalesce(items.row_total_incl_tax, items.row_total + coalesce(items.tax_amount, 0)) as gross,
        coalesce(items.discount_amount, 0) as discount,
        items.row_total - coalesce(items.discount_amount, 0) + coalesce(items.discount_tax_compensation_amount, 0)
        + coalesce(items.weee_tax_applied_row_amount, 0) as net,
        coalesce(items.tax_amount, 0) as tax,
        items.qty_ordered - coalesce(items.qty_canceled, 0) as kept,
        items.qty_ordered as ordered,
        items.original_price,
        items.tax_percent
    from items
    left join roles on roles.item_id = items.item_id
    union all
    select
        'sales_creditmemo_item', memo_items.delivery_date,
        'credit_memo', memo_items.parent_id, cast(memo_items.entity_id as varchar),
        memo_items.entity_id, -1,
        not coalesce(roles.is_shadow and roles.exclusion_reason is not null, false)
        and not (memo_items.qty = 0 and coalesce(memo_items.row_total, 0) = 0),
        coalesce(memo_items.row_total_incl_tax, coalesce(memo_items.row_total, 0) + coalesce(memo_items.tax_amount, 0)),
        coalesce(memo_items.discount_amount, 0),
        coalesce(memo_items.row_total, 0) - coalesce(memo_items.discount_amount, 0)
        + coalesce(memo_items.discount_tax_compensation_amount, 0),
        coalesce(memo_items.tax_amount, 0),
        memo_items.qty,
        memo_items.qty,
        items.original_price,
        items.tax_percent
    from memo_items
    left join items on items.item_id = memo_items.order_item_id
    left join roles on roles.item_id = memo_items.order_item_id
    union all
    select
        'sales_order', delivery_date, 'order', entity_id, 'shipping',
        9000000000000000000, 1, true,
        coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0)),
        coalesce(shipping_discount_amount, 0),
        coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0))
        - coalesce(shipping_discount_amount, 0) - coalesce(shipping_tax_amount, 0),
        coalesce(shipping_tax_amount, 0),
        1, 1, null, null
    from orders
    where shipping_amount <> 0
    union all
    select
        'sales_creditmemo', delivery_date, 'credit_memo', entity_id, 'shipping',
        9000000000000000000, -1, true,
        coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0)),
        0,
        coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0)) - coalesce(shipping_tax_amount, 0),
        coalesce(shipping_tax_amount, 0),
        1, 1, null, null
    from memos
    where shipping_amount <> 0
    union all
    select
        'sales_creditmemo', delivery_date, 'credit_memo', entity_id, 'adjustment',
        9000000000000000000,
        case when coalesce(adjustment, adjustment_positive - adjustment_negative, 0) > 0 then -1 else 1 end, true,
        abs(coalesce(adjustment, adjustment_positive - adjustment_negative, 0)),
        0,
        abs(coalesce(adjustment, adjustment_positive - adjustment_negative, 0)),
        0,
        1, 1, null, null
    from memos
    where coalesce(adjustment, adjustment_positive - adjustment_negative, 0) <> 0
),

placed as (
    select
        lines.*,
        'magento:' || coalesce(heads.website_code, 'unknown') as store_key,
        coalesce(heads.currency, 'unknown') as currency,
        coalesce(heads.decimals, 2) as decimals,
        coalesce(heads.prices_include_tax, true) as prices_include_tax,
        -- an order's lines know of its state already, by their role
        lines.is_counted and (lines.feed = 'sales_order_item' or coalesce(heads.is_counted, false)) as is_line_counted,
        coalesce(lines.kept < lines.ordered and lines.ordered > 0, false) as is_partly_cancelled
    from lines
    left join heads on heads.document_type = lines.document_type and heads.document_id = lines.document_id
),

-- what was not cancelled, by its share of the units
kept as (
    select
        *,
        case when is_partly_cancelled then share_of(gross, kept, ordered) else gross end as kept_gross,
        case when is_partly_cancelled then share_of(discount, kept, ordered) else discount end as kept_discount,
        case when is_partly_cancelled then share_of(net, kept, ordered) else net end as kept_net,
        case when is_partly_cancelled then share_of(tax, kept, ordered) else tax end as kept_tax
    from placed
),

-- Magento's four decimals become the currency's own, a document at a time; few documents have any to lose
uneven as (
    select document_type, document_id, is_line_counted, line_id, line_rank, kept_net, kept_net + kept_tax as kept_incl, decimals
    from kept
    where (document_type, document_id) in (
        select document_type, document_id
        from kept
        where kept_net <> to_currency(kept_net, decimals) or kept_net + kept_tax <> to_currency(kept_net + kept_tax, decimals)
    )
),
ranked as (
    select
        *,
        row_number() over (
            partition by document_type, document_id, is_line_counted order by abs(kept_net) desc nulls last, line_rank, line_id
        ) as size_rank,
        sum(kept_net) over (partition by document_type, document_id, is_line_counted) as document_net,
        sum(kept_incl) over (partition by document_type, document_id, is_line_counted) as document_incl,
        sum(to_currency(kept_net, decimals)) over (partition by document_type, document_id, is_line_counted) as rounded_net,
        sum(to_currency(kept_incl, decimals)) over (partition by document_type, document_id, is_line_counted) as rounded_incl
    from uneven
),
evened as (
    select
        document_type, document_id, line_id,
        to_currency(kept_net, decimals) + case when size_rank = 1 and is_line_counted
            then to_currency(cast(document_net as decimal(18,4)), decimals) - rounded_net else 0 end as net,
        to_currency(kept_incl, decimals) + case when size_rank = 1 and is_line_counted
            then to_currency(cast(document_incl as decimal(18,4)), decimals) - rounded_incl else 0 end as incl
    from ranked
),

settled as (
    select
        kept.*,
        coalesce(evened.net, kept.kept_net) as settled_net,
        coalesce(evened.incl, kept.kept_net + kept.kept_tax) as settled_incl,
        greatest(
            to_currency(kept.kept_gross, kept.decimals),
            coalesce(evened.incl, kept.kept_net + kept.kept_tax),
            case
                when kept.original_price is null then 0
                when kept.prices_include_tax then to_currency(kept.original_price * kept.kept, kept.decimals)
                else to_currency(kept.original_price * kept.kept * (100 + coalesce(kept.tax_percent, 0)) * 0.01, kept.decimals)
            end
        ) as list_incl
    from kept
    left join evened
        on evened.document_type = kept.document_type and evened.document_id = kept.document_id and evened.line_id = kept.line_id
),

summed as (
    select
        feed, delivery_date, store_key, currency,
        count(*) as row_count,
        sum(direction * gross) as gross,
        sum(direction * discount) as discount,
        sum(direction * net) as net,
        sum(direction * tax) as tax,
        sum(case when direction < 0 then -net else 0 end) as returned,
        sum(direction * (kept_gross - gross)) as cancelled_gross,
        sum(direction * (kept_discount - discount)) as cancelled_discount,
        sum(direction * (kept_net - net)) as cancelled_net,
        sum(direction * (kept_tax - tax)) as cancelled_tax,
        sum(case when direction < 0 then net - kept_net else 0 end) as cancelled_returned,
        sum(direction * (to_currency(kept_gross, decimals) - kept_gross)) as rounded_gross,
        sum(direction * (settled_net - kept_net)) as rounded_net,
        sum(direction * (settled_incl - settled_net - kept_tax)) as rounded_tax,
        sum(case when direction < 0 then kept_net - settled_net else 0 end) as rounded_returned,
        sum(direction * (list_incl - to_currency(kept_gross, decimals))) as list_gross,
        sum(direction * (list_incl - settled_incl - kept_discount)) as list_discount
    from settled
    group by feed, delivery_date, store_key, currency
),

-- a header is a row, but only its shipping and its adjustment are lines
header_rows as (
    select 'sales_order' as feed, 'order' as document_type, delivery_date, entity_id as document_id,
        case when shipping_amount <> 0 then 1 else 0 end as line_count
    from orders
    union all
    select 'sales_creditmemo', 'credit_memo', delivery_date, entity_id,
        case when shipping_amount <> 0 then 1 else 0 end
        + case when coalesce(adjustment, adjustment_positive - adjustment_negative, 0) <> 0 then 1 else 0 end
    from memos
),
headers as (
    select
        header_rows.feed,
        header_rows.delivery_date,
        'magento:' || coalesce(heads.website_code, 'unknown') as store_key,
        coalesce(heads.currency, 'unknown') as currency,
        count(*) - sum(header_rows.line_count) as lineless_count
    from header_rows
    left join heads on heads.document_type = header_rows.document_type and heads.document_id = header_rows.document_id
    group by header_rows.feed, header_rows.delivery_date, heads.website_code, heads.currency
),

delivered as (
    select
        files.feed, files.delivery_date, files.sequence, outcomes.selling_point as store_id, outcomes.currency,
        outcomes.outcome as station, outcomes.row_count, outcomes.gross_amount, outcomes.discount_amount,
        outcomes.net_amount, outcomes.tax_amount, outcomes.returned_amount
    from outcomes
    join files on files.sequence = outcomes.sequence
    union all
    select feed, delivery_date, sequence, store_id, currency, station,
        row_count, gross_amount, discount_amount, net_amount, tax_amount, returned_amount
    from held
    union all
    select feed, delivery_date, sequence, store_id, currency, case when is_superseded then 'superseded' else 'replaced' end,
        row_count, gross_amount, discount_amount, net_amount, tax_amount, returned_amount
    from held
    where station = 'stored'
    union all
    -- of the rows that no corrected file replaced, those that count are no longer `replaced`
    select feed, delivery_date, sequence, store_id, currency, 'replaced',
        -row_count, -gross_amount, -discount_amount, -net_amount, -tax_amount, -returned_amount
    from held
    where station = 'counting'
),

steps as (
    select feed, delivery_date, store_key, currency, 'placed' as station, row_count, gross, discount, net, tax, returned
    from summed
    union all
    select feed, delivery_date, store_key, currency, 'placed', lineless_count, 0, 0, 0, 0, 0
    from headers
    union all
    select feed, delivery_date, store_key, currency, 'header_rows', -lineless_count, 0, 0, 0, 0, 0
    from headers
    union all
    select feed, delivery_date, store_key, currency, 'cancelled', 0,
        cancelled_gross, cancelled_discount, cancelled_net, cancelled_tax, cancelled_returned
    from summed
    union all
    select feed, delivery_date, store_key, currency, 'rounding', 0,
        rounded_gross, 0, rounded_net, rounded_tax, rounded_returned
    from summed
    union all
    select feed, delivery_date, store_key, currency, 'list_price', 0, list_gross, list_discount, 0, 0, 0
    from summed
),

sold as (
    select
        delivery_date,
        source_file,
        store_key,
        coalesce(currency, 'unknown') as currency,
        exclusion_reason,
        count(*) as row_count,
        sum(gross_amount_incl_tax) as gross_amount,
        sum(line_discount_incl_tax + order_discount_incl_tax + loyalty_discount_incl_tax) as discount_amount,
        sum(net_amount_excl_tax) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(case when transaction_type = 'return' then net_amount_excl_tax else 0 end) as returned_amount
    from sales
    group by delivery_date, source_file, store_key, coalesce(currency, 'unknown'), exclusion_reason
),
named as (select distinct feed, file_name from files),

-- files of lines state no currency, files of refunded lines no store either: those of the headers delivered that day
header_places as (
    select distinct 'sales_order_item' as feed, delivery_date, coalesce(cast(store_id as varchar), '') as store_id,
        order_currency_code as currency
    from raw_orders
    union
    select distinct 'sales_creditmemo_item', delivery_date, coalesce(cast(store_id as varchar), ''), order_currency_code
    from raw_memos
),
header_points as (
    select header_places.feed, header_places.delivery_date, points.website_code, header_places.currency
    from header_places
    left join points on cast(points.store_id as varchar) = header_places.store_id
),
day_places as (
    select
        feed,
        delivery_date,
        case when min(coalesce(website_code, 'unknown')) = max(coalesce(website_code, 'unknown')) then min(website_code)
            else 'several' end as website_code,
        case when min(currency) = max(currency) then min(currency) else 'several' end as currency
    from header_points
    group by feed, delivery_date
),
website_currencies as (
    select feed, delivery_date, website_code,
        case when min(currency) = max(currency) then min(currency) else 'several' end as currency
    from header_points
    group by feed, delivery_date, website_code
),

stations as (
    select
        delivered.feed, delivered.delivery_date, delivered.sequence,
        'magento:' || coalesce(
            points.website_code, case when delivered.feed = 'sales_creditmemo_item' then day_places.website_code end, 'unknown'
        ) as store_key,
        coalesce(
            nullif(delivered.currency, ''), website_currencies.currency,
            case when delivered.feed = 'sales_creditmemo_item' then day_places.currency end, 'unknown'
        ) as currency,
        delivered.station, cast(null as varchar) as reason,
        delivered.row_count, delivered.gross_amount, delivered.discount_amount, delivered.net_amount,
        delivered.tax_amount, delivered.returned_amount
    from delivered
    left join points on cast(points.store_id as varchar) = delivered.store_id
    left join day_places on day_places.feed = delivered.feed and day_places.delivery_date = delivered.delivery_date
    left join website_currencies
        on website_currencies.feed = delivered.feed and website_currencies.delivery_date = delivered.delivery_date
        and website_currencies.website_code = points.website_code
    union all
    select feed, delivery_date, null, store_key, currency, station, null, row_count, gross, discount, net, tax, returned
    from steps
    union all
    select named.feed, sold.delivery_date, null, sold.store_key, sold.currency, 'sales', null,
        sold.row_count, sold.gross_amount, sold.discount_amount, sold.net_amount, sold.tax_amount, sold.returned_amount
    from sold
    join named on named.file_name = sold.source_file
    union all
    select named.feed, sold.delivery_date, null, sold.store_key, sold.currency, 'excluded', sold.exclusion_reason,
        sold.row_count, sold.gross_amount, sold.discount_amount, sold.net_amount, sold.tax_amount, sold.returned_amount
    from sold
    join named on named.file_name = sold.source_file
    where sold.exclusion_reason is not null
)

select
    'magento' as source_system,
    stations.delivery_date,
    stations.feed,
    stations.sequence as file_sequence,
    files.file_name,
    stations.store_key, -- Selling point; where the file does not say it, `several` or `unknown`.
    stations.currency, -- Currency of the amounts; where the file does not say it, `several` or `unknown`.
    stations.station,
    stations.reason,
    cast(sum(stations.row_count) as bigint) as row_count,
    cast(coalesce(sum(stations.gross_amount), 0) as decimal(38,4)) as gross_amount,
    cast(coalesce(sum(stations.discount_amount), 0) as decimal(38,4)) as discount_amount,
    cast(coalesce(sum(stations.net_amount), 0) as decimal(38,4)) as net_amount,
    cast(coalesce(sum(stations.tax_amount), 0) as decimal(38,4)) as tax_amount, -- Tax of the net amount, a return's negative.
    cast(coalesce(sum(stations.returned_amount), 0) as decimal(38,4)) as returned_amount
from stations
left join files on files.sequence = stations.sequence
group by
    stations.delivery_date, stations.feed, stations.sequence, files.file_name, stations.store_key, stations.currency,
    stations.station, stations.reason
having sum(stations.row_count) <> 0 or sum(stations.gross_amount) <> 0 or sum(stations.discount_amount) <> 0
    or sum(stations.net_amount) <> 0 or sum(stations.tax_amount) <> 0 or sum(stations.returned_amount) <> 0
