-- One row per order or credit memo that counts: the document's own total beside the sum of its lines as delivered, in the
-- document's currency and before cancelled parts are taken out.
with
roles as (select * from magento.order_lines where not is_shadow),
item_sums as (
    select
        items.order_id,
        sum(items.row_total - coalesce(items.discount_amount, 0) + coalesce(items.tax_amount, 0)
            + coalesce(items.discount_tax_compensation_amount, 0) + coalesce(items.weee_tax_applied_row_amount, 0)) as amount,
        count(*) as line_count
    from magento.sales_order_item as items
    join roles on roles.item_id = items.item_id
    group by items.order_id
),
memo_sums as (
    select source_document_id, sum(-net_amount_incl_tax) as amount, count(*) as line_count
    from magento.sales
    where document_type = 'credit_memo' and exclusion_reason is null
    group by source_document_id
),
states as (select * from magento.setting_order_state where exclusion_reason is null)

select
    'order' as document_type,
    cast(orders.entity_id as varchar) as source_document_id,
    orders.increment_id as document_number,
    cast(orders.created_at as date) as created_on,
    cast(orders.grand_total + coalesce(orders.gift_cards_amount, 0) + coalesce(orders.customer_balance_amount, 0)
        as decimal(18,4)) as document_amount,
    cast(coalesce(item_sums.amount, 0) + coalesce(orders.shipping_incl_tax, orders.shipping_amount, 0)
        - coalesce(orders.shipping_discount_amount, 0) as decimal(18,4)) as line_amount,
    coalesce(item_sums.line_count, 0) as line_count -- Lines that carry money; of credit memos with, of orders without shipping.
from magento.sales_order as orders
join states on states.state = orders.state
left join item_sums on item_sums.order_id = orders.entity_id
union all
select
    'credit_memo',
    cast(memos.entity_id as varchar),
    memos.increment_id,
    cast(memos.created_at as date),
    cast(memos.grand_total as decimal(18,4)),
    cast(coalesce(memo_sums.amount, 0) as decimal(18,4)),
    coalesce(memo_sums.line_count, 0)
from magento.sales_creditmemo as memos
left join memo_sums on memo_sums.source_document_id = cast(memos.entity_id as varchar)
where memos.state = 2
