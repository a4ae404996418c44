-- One row per order line as Magento stores it, with the role it plays: which of parent and children carries the money,
-- how much of it was cancelled, and why a line is left out.
with
orders as (select * from magento.sales_order),
items as (select * from magento.sales_order_item),
states as (select * from magento.setting_order_state),

children as (
    select
        parent_item_id,
        sum(base_cost * qty_ordered) as base_cost_of_children,
        sum(row_total) as money_of_children
    from items
    where parent_item_id is not null
    group by parent_item_id
),

-- `product_calculations` 0: the components carry the price of a bundle; anything else: the parent does
parents as (
    select
        items.item_id,
        children.base_cost_of_children,
        case
            when items.product_type <> 'bundle' then false
            when replace(replace(items.product_options, ' ', ''), '"', '') like '%product_calculations:1%' then false
            when replace(replace(items.product_options, ' ', ''), '"', '') like '%product_calculations:0%' then true
            else children.money_of_children > 0
        end as is_priced_by_children
    from items
    join children on children.parent_item_id = items.item_id
)

select
    items.item_id,
    items.order_id,
    items.parent_item_id,
    case
        when orders.entity_id is null then 'order_not_delivered'
        when states.state is null then 'unknown_state'
        when states.exclusion_reason is not null then states.exclusion_reason
        when own.is_priced_by_children then 'priced_by_components'
        when parent.is_priced_by_children = false then 'priced_by_parent'
        when items.qty_canceled > 0 and items.qty_canceled >= items.qty_ordered then 'cancelled'
    end as exclusion_reason,
    coalesce(own.is_priced_by_children, false) or coalesce(not parent.is_priced_by_children, false) as is_shadow,
    cast(
        coalesce(own.base_cost_of_children, items.base_cost * items.qty_ordered) as decimal(18,4)
    ) as base_cost_ordered
from items
left join orders on orders.entity_id = items.order_id
left join states on states.state = orders.state
left join parents as own on own.item_id = items.item_id
left join parents as parent on parent.item_id = items.parent_item_id
