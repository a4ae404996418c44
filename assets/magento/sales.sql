-- One row per line sold or refunded in the web shop, with shipping and refund adjustments as lines of their own, in the
-- words of the unified model. Lines that don't count are here, too, with their `exclusion_reason`.
with
orders as (select * from magento.sales_order),
items as (select * from magento.sales_order_item),
memos as (select * from magento.sales_creditmemo),
memo_items as (select * from magento.sales_creditmemo_item),
roles as (select * from magento.order_lines),
states as (select * from magento.setting_order_state),
files as (select * from intake.delivery_file),
zones as (select * from reference.zone_day),
currencies as (select * from reference.currency),

customers as (select * from magento.order_customers),

selling_points as (
    select
        views.store_id,
        websites.code as website_code,
        coalesce(settings.timezone, fallback.timezone) as timezone,
        coalesce(settings.prices_include_tax, fallback.prices_include_tax) as prices_include_tax
    from magento.store as views
    join magento.store_website as websites on websites.website_id = views.website_id
    left join magento.setting_website as settings on settings.website_code = websites.code
    cross join (select * from magento.setting_website where website_code = '*') as fallback
),

order_heads as (
    select
        orders.entity_id as order_id,
        orders.increment_id,
        orders.state,
        case
            when states.state is null then 'unknown_state'
            else states.exclusion_reason
        end as exclusion_reason,
        coalesce(states.document_state, 'open') as document_state,
        orders.created_at,
        orders.updated_at,
        customers.customer_id,
        customers.customer_record,
        orders.order_currency_code as currency,
        coalesce(currencies.decimals, 2) as decimals,
        coalesce(orders.base_to_order_rate, 1) as base_to_order_rate,
        coalesce(orders.base_to_global_rate, 1) as base_to_global_rate,
        orders.coupon_code,
        orders.discount_description,
        orders.applied_rule_ids,
        orders.shipping_amount,
        orders.shipping_incl_tax,
        orders.shipping_tax_amount,
        orders.shipping_discount_amount,
        coalesce(selling_points.website_code, 'unknown') as website_code,
        coalesce(selling_points.timezone, fallback.timezone) as timezone,
        coalesce(selling_points.prices_include_tax, fallback.prices_include_tax) as prices_include_tax,
        orders.sequence,
        orders.line_number,
        orders.delivery_date
    from orders
    cross join (select * from magento.setting_website where website_code = '*') as fallback
    left join states on states.state = orders.state
    left join customers on customers.order_id = orders.entity_id
    left join selling_points on selling_points.store_id = orders.store_id
    left join currencies on currencies.currency = orders.order_currency_code
),

-- a credit memo whose order has not arrived yet counts all the same; its customer is known later
memo_heads as (
    select
        memos.entity_id as memo_id,
        memos.increment_id,
        memos.order_id,
        case memos.state when 2 then null when 3 then 'credit_memo_cancelled' else 'credit_memo_open' end as exclusion_reason,
        memos.created_at,
        memos.updated_at,
        order_heads.customer_id,
        order_heads.customer_record,
        memos.order_currency_code as currency,
        coalesce(currencies.decimals, 2) as decimals,
        coalesce(memos.base_to_order_rate, order_heads.base_to_order_rate, 1) as base_to_order_rate,
        coalesce(order_heads.base_to_global_rate, 1) as base_to_global_rate,
        order_heads.coupon_code,
        order_heads.discount_description,
        order_heads.applied_rule_ids,
        memos.shipping_amount,
        memos.shipping_incl_tax,
        memos.shipping_tax_amount,
        coalesce(memos.adjustment, memos.adjustment_positive - memos.adjustment_negative, 0) as adjustment,
        coalesce(selling_points.website_code, order_heads.website_code, 'unknown') as website_code,
        coalesce(selling_points.timezone, order_heads.timezone, fallback.timezone) as timezone,
        coalesce(
            selling_points.prices_include_tax, order_heads.prices_include_tax, fallback.prices_include_tax
        ) as prices_include_tax,
        memos.sequence,
        memos.line_number,
        memos.delivery_date
    from memos
    cross join (select * from magento.setting_website where website_code = '*') as fallback
    left join order_heads on order_heads.order_id = memos.order_id
    left join selling_points on selling_points.store_id = memos.store_id
    left join currencies on currencies.currency = memos.order_currency_code
),

-- one shape for the four kinds of line; amounts are positive here, `direction` signs them below
order_item_lines as (
    select
        'order' as document_type,
        items.order_id as document_id,
        items.order_id,
        cast(items.item_id as varchar) as source_line_id,
        items.item_id as line_rank,
        1 as direction,
        case
            when items.product_type = 'giftcard' then 'gift_card_sale'
            else 'product'
        end as line_type,
        roles.exclusion_reason,
        cast(null as bigint) as original_item_id,
        items.sku,
        items.name,
        items.qty_ordered - coalesce(items.qty_canceled, 0) as quantity,
        items.qty_ordered as quantity_of_amounts,
        items.original_price,
        items.tax_percent,
        coalesce(items.row_total_incl_tax, items.row_total + coalesce(items.tax_amount, 0)) as gross_incl,
        items.row_total as gross_excl,
        items.row_total - coalesce(items.discount_amount, 0) + coalesce(items.discount_tax_compensation_amount, 0)
        + coalesce(items.weee_tax_applied_row_amount, 0) as net_excl,
        coalesce(items.tax_amount, 0) as tax,
        coalesce(items.base_row_total, items.row_total) - coalesce(items.base_discount_amount, items.discount_amount, 0)
        + coalesce(items.base_discount_tax_compensation_amount, items.discount_tax_compensation_amount, 0) as base_net_excl,
        coalesce(items.base_tax_amount, items.tax_amount, 0) as base_tax,
        items.weee_tax_applied_row_amount as eco_contribution,
        roles.base_cost_ordered as base_cost,
        items.applied_rule_ids,
        items.sequence,
        items.line_number,
        items.delivery_date
    from items
    join roles on roles.item_id = items.item_id
),

memo_item_lines as (
    select
        'credit_memo' as document_type,
        memo_items.parent_id as document_id,
        sold.order_id,
        cast(memo_items.entity_id as varchar) as source_line_id,
        memo_items.entity_id as line_rank,
        -1 as direction,
        case when sold.product_type = 'giftcard' then 'gift_card_sale' else 'product' end as line_type,
        case
            when roles.is_shadow and roles.exclusion_reason is not null then roles.exclusion_reason
            when memo_items.qty = 0 and coalesce(memo_items.row_total, 0) = 0 then 'nothing_refunded'
        end as exclusion_reason,
        memo_items.order_item_id as original_item_id,
        memo_items.sku,
        memo_items.name,
        memo_items.qty as quantity,
        memo_items.qty as quantity_of_amounts,
        sold.original_price,
        sold.tax_percent,
        coalesce(
            memo_items.row_total_incl_tax, coalesce(memo_items.row_total, 0) + coalesce(memo_items.tax_amount, 0)
        ) as gross_incl,
        coalesce(memo_items.row_total, 0) as gross_excl,
        coalesce(memo_items.row_total, 0) - coalesce(memo_items.discount_amount, 0)
        + coalesce(memo_items.discount_tax_compensation_amount, 0) as net_excl,
        coalesce(memo_items.tax_amount, 0) as tax,
        coalesce(memo_items.base_row_total, memo_items.row_total, 0)
        - coalesce(memo_items.base_discount_amount, memo_items.discount_amount, 0)
        + coalesce(memo_items.discount_tax_compensation_amount, 0) as base_net_excl,
        coalesce(memo_items.base_tax_amount, memo_items.tax_amount, 0) as base_tax,
        cast(null as decimal(18,4)) as eco_contribution,
        coalesce(
            memo_items.base_cost * memo_items.qty,
            case when sold.qty_ordered > 0 then share_of(roles.base_cost_ordered, memo_items.qty, sold.qty_ordered) end
        ) as base_cost,
        sold.applied_rule_ids,
        memo_items.sequence,
        memo_items.line_number,
        memo_items.delivery_date
    from memo_items
    left join items as sold on sold.item_id = memo_items.order_item_id
    left join roles on roles.item_id = memo_items.order_item_id
),

heads as (
    select
        'order' as document_type, order_id as document_id, order_id, increment_id as document_number, exclusion_reason,
        document_state, created_at, updated_at, customer_id, customer_record, currency, decimals, base_to_order_rate,
        base_to_global_rate, coupon_code, discount_description, applied_rule_ids, website_code, timezone,
        prices_include_tax, sequence, line_number, delivery_date
    from order_heads
    union all
    select
        'credit_memo', memo_id, order_id, increment_id, exclusion_reason,
        'closed', created_at, updated_at, customer_id, customer_record, currency, decimals, base_to_order_rate,
        base_to_global_rate, coupon_code, discount_description, applied_rule_ids, website_code, timezone,
        prices_include_tax, sequence, line_number, delivery_date
    from memo_heads
),

-- what a header says of shipping and adjustments becomes lines: (type, amount incl. tax, tax, discount incl. tax)
header_lines as (
    select
        'order' as document_type, order_id as document_id, order_id, 'shipping' as source_line_id, 'shipping' as line_type,
        1 as direction,
        coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0)) as gross_incl,
        shipping_amount as gross_excl,
        coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0))
        - coalesce(shipping_discount_amount, 0) as net_incl,
        coalesce(shipping_tax_amount, 0) as tax,
        sequence, line_number, delivery_date
    from order_heads
    where shipping_amount <> 0
    union all
    select
        'credit_memo', memo_id, order_id, 'shipping', 'shipping',
        -1,
        coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0)),
        shipping_amount,
        coalesce(shipping_incl_tax, shipping_amount + coalesce(shipping_tax_amount, 0)),
        coalesce(shipping_tax_amount, 0),
        sequence, line_number, delivery_date
    from memo_heads
    where shipping_amount <> 0
    union all
    select
        'credit_memo', memo_id, order_id, 'adjustment', 'adjustment',
        case when adjustment > 0 then -1 else 1 end,
        abs(adjustment), abs(adjustment), abs(adjustment), 0,
        sequence, line_number, delivery_date
    from memo_heads
    where adjustment <> 0
),

all_lines as (
    select * from order_item_lines
    union all
    select * from memo_item_lines
    union all
    select
        document_type, document_id, order_id, source_line_id, 9000000000000000000, direction, line_type, null, null, null,
        null, 1, 1, null, null, gross_incl, gross_excl, net_incl - tax, tax, null, null, null, null, null,
        sequence, line_number, delivery_date
    from header_lines
),

-- the part of a line that was cancelled is taken out of its amounts, which Magento never reduces
kept as (
    select
        all_lines.*,
        heads.decimals,
        coalesce(quantity < quantity_of_amounts and quantity_of_amounts > 0, false) as is_partly_cancelled,
        case
            when heads.document_id is not null then heads.exclusion_reason
            when all_lines.document_type = 'credit_memo' then 'credit_memo_not_delivered'
        end as head_exclusion_reason
    from all_lines
    left join heads on heads.document_type = all_lines.document_type and heads.document_id = all_lines.document_id
),

prorated as (
    select
        document_type, document_id, order_id, source_line_id, line_rank, direction, line_type, original_item_id, sku, name,
        quantity, original_price, tax_percent, eco_contribution, base_cost, applied_rule_ids, sequence, line_number,
        delivery_date, coalesce(decimals, 2) as decimals,
        case when document_type = 'credit_memo' then coalesce(head_exclusion_reason, exclusion_reason)
            when line_type = 'shipping' then head_exclusion_reason
            else exclusion_reason
        end as exclusion_reason,
        case when is_partly_cancelled then share_of(gross_incl, quantity, quantity_of_amounts) else gross_incl end as gross_incl,
        case when is_partly_cancelled then share_of(gross_excl, quantity, quantity_of_amounts) else gross_excl end as gross_excl,
        case when is_partly_cancelled then share_of(net_excl, quantity, quantity_of_amounts) else net_excl end as net_excl,
        case when is_partly_cancelled then share_of(tax, quantity, quantity_of_amounts) else tax end as tax,
        case when is_partly_cancelled then share_of(base_net_excl, quantity, quantity_of_amounts) else base_net_excl end
            as base_net_excl,
        case when is_partly_cancelled then share_of(base_tax, quantity, quantity_of_amounts) else base_tax end as base_tax,
        case when is_partly_cancelled then share_of(base_cost, quantity, quantity_of_amounts) else base_cost end
            as base_cost_sold
    from kept
),

-- four decimals become the currency's own; what rounding leaves goes to the document's largest line
rounded as (
    select
        *,
        to_currency(net_excl, decimals) as net_excl_rounded,
        to_currency(net_excl + tax, decimals) as net_incl_rounded,
        row_number() over (
            partition by document_type, document_id, exclusion_reason is null order by abs(net_excl) desc nulls last, line_rank, source_line_id
        ) as size_rank
    from prorated
),

residues as (
    select
        document_type,
        document_id,
        to_currency(cast(sum(net_excl) as decimal(18,4)), max(decimals)) - sum(net_excl_rounded) as net_excl_residue,
        to_currency(cast(sum(net_excl + tax) as decimal(18,4)), max(decimals)) - sum(net_incl_rounded) as net_incl_residue
    from rounded
    where exclusion_reason is null
    group by document_type, document_id
),

settled as (
    select
        rounded.*,
        heads.document_number,
        coalesce(heads.document_state, 'open') as document_state,
        heads.created_at,
        heads.updated_at,
        heads.customer_id,
        heads.customer_record,
        heads.currency,
        coalesce(heads.base_to_order_rate, 1) as base_to_order_rate,
        coalesce(heads.base_to_global_rate, 1) as base_to_global_rate,
        heads.coupon_code,
        heads.discount_description,
        heads.applied_rule_ids as document_rule_ids,
        coalesce(heads.website_code, 'unknown') as website_code,
        heads.timezone,
        coalesce(heads.prices_include_tax, true) as prices_include_tax,
        case when size_rank = 1 and exclusion_reason_is_null then net_excl_rounded + coalesce(residues.net_excl_residue, 0)
            else net_excl_rounded end as net_excl_settled,
        case when size_rank = 1 and exclusion_reason_is_null then net_incl_rounded + coalesce(residues.net_incl_residue, 0)
            else net_incl_rounded end as net_incl_settled
    from (select rounded.*, exclusion_reason is null as exclusion_reason_is_null from rounded) as rounded
    left join heads on heads.document_type = rounded.document_type and heads.document_id = rounded.document_id
    left join residues on residues.document_type = rounded.document_type and residues.document_id = rounded.document_id
),

-- the list price is the catalogue's before any markdown, but never less than what was asked
listed as (
    select
        settled.*,
        greatest(
            to_currency(gross_incl, decimals),
            net_incl_settled,
            case
                when original_price is null then 0
                when prices_include_tax then to_currency(original_price * quantity, decimals)
                else to_currency(original_price * quantity * (100 + coalesce(tax_percent, 0)) * 0.01, decimals)
            end
        ) as list_incl,
        to_currency(gross_incl, decimals) - net_incl_settled as item_discount_incl
    from settled
),

placed as (
    select
        listed.*,
        case when list_incl = to_currency(gross_incl, decimals) then to_currency(gross_excl, decimals)
            else to_currency(share_of(cast(list_incl as decimal(18,4)), 100, 100 + coalesce(tax_percent, 0)), decimals)
        end as list_excl,
        case when base_to_order_rate = 1 then cast(base_cost_sold as decimal(18,4))
            else cast(base_cost_sold * base_to_order_rate as decimal(18,4)) end as cost_sold,
        listed.created_at + (
            case when zones.shift_at_utc is null or listed.created_at < zones.shift_at_utc then zones.utc_before
                else zones.utc_after end
        ) * interval '1 minute' as created_at_local
    from listed
    left join zones on zones.time_zone = listed.timezone and zones.day = cast(listed.created_at as date)
)

select
    sha256_hex('magento|main|' || placed.document_type || '|' || placed.document_id || '|' || source_line_id) as sales_line_id,
    'magento' as source_system,
    'main' as source_account,
    placed.document_type,
    cast(placed.document_id as varchar) as source_document_id,
    document_number,
    source_line_id,
    cast(case when line_rank < 9000000000000000000 then line_rank end as bigint) as line_number,
    line_type,
    case when direction < 0 then 'return' else 'sale' end as transaction_type,
    line_type <> 'gift_card_sale' as is_revenue,
    case when original_item_id is not null and order_id is not null
        then sha256_hex('magento|main|order|' || order_id || '|' || original_item_id) end as original_sales_line_id,
    cast(null as varchar) as exchange_group_id,
    cast(null as varchar) as return_reason_code,
    cast(null as varchar) as return_reason_raw,
    created_at as sold_at_utc,
    created_at_local as sold_at_local,
    timezone,
    cast(created_at_local as date) as business_date,
    updated_at as source_updated_at,
    files.received_at as loaded_at,
    files.file_name as source_file,
    placed.line_number as source_file_line,
    'ecommerce' as channel,
    'magento_' || website_code as sales_channel_code,
    cast(null as varchar) as marketplace_order_id,
    'magento:' || website_code as store_key,
    cast(null as varchar) as register_code,
    cast(null as varchar) as shift_code,
    cast(null as varchar) as staff_key,
    cast(customer_id as varchar) as source_customer_id,
    customer_record,
    case when line_type in ('product', 'gift_card_sale') then sku end as source_product_code,
    sku,
    cast(null as varchar) as ean,
    name as product_name,
    cast(null as varchar) as size,
    cast(null as varchar) as colour,
    cast(null as varchar) as brand,
    cast(direction * quantity as decimal(18,4)) as quantity,
    cast(case when quantity > 0 then share_of(cast(list_incl as decimal(18,4)), 1, quantity) else 0 end as decimal(18,4))
        as unit_list_price_incl_tax,
    cast(direction * list_incl as decimal(18,4)) as gross_amount_incl_tax,
    cast(direction * list_excl as decimal(18,4)) as gross_amount_excl_tax,
    cast(direction * (list_incl - net_incl_settled
        - case when coupon_code is not null and line_type <> 'adjustment' then item_discount_incl else 0 end) as decimal(18,4))
        as line_discount_incl_tax,
    cast(direction * case when coupon_code is not null and line_type <> 'adjustment' then item_discount_incl else 0 end
        as decimal(18,4)) as order_discount_incl_tax,
    cast(0 as decimal(18,4)) as loyalty_discount_incl_tax,
    coupon_code as promotion_code,
    coalesce(applied_rule_ids, document_rule_ids) as promotion_ids,
    discount_description as discount_reason,
    cast(direction * net_excl_settled as decimal(18,4)) as net_amount_excl_tax,
    cast(direction * (net_incl_settled - net_excl_settled) as decimal(18,4)) as tax_amount,
    cast(direction * net_incl_settled as decimal(18,4)) as net_amount_incl_tax,
    cast(case when tax_percent <> 0 or tax = 0 then tax_percent end as decimal(9,4)) as tax_rate,
    case when line_type = 'gift_card_sale' then 'exempt' when tax = 0 and net_excl <> 0 then 'zero_rated' else 'standard' end
        as tax_treatment,
    prices_include_tax,
    cast(direction * eco_contribution as decimal(18,4)) as eco_contribution_excl_tax,
    currency,
    divide(base_to_global_rate, base_to_order_rate) as fx_rate,
    'document' as fx_source,
    cast(created_at_local as date) as fx_date,
    cast(direction * case when base_to_order_rate = 1 and base_to_global_rate = 1 then net_excl_settled
        when base_net_excl is not null then round(base_net_excl * base_to_global_rate, 2) end as decimal(18,4))
        as net_amount_excl_tax_reporting,
    cast(direction * case when base_to_order_rate = 1 and base_to_global_rate = 1 then net_incl_settled - net_excl_settled
        when base_net_excl is not null then round(base_tax * base_to_global_rate, 2) end as decimal(18,4))
        as tax_amount_reporting,
    case when quantity > 0 then share_of(cost_sold, 1, quantity) end as unit_cost,
    cast(direction * cost_sold as decimal(18,4)) as cost_amount,
    case when base_cost_sold is not null then 'document' end as cost_source,
    document_state,
    placed.exclusion_reason,
    placed.delivery_date
from placed
join files on files.sequence = placed.sequence
