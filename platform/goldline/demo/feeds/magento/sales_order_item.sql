with wanted as (
    select v.*, o.entity, o.created, store_of(o.british, o.person) as store, o.virtual, o.cancel_day, o.ship_day,
        o.promotion
    from order_version v join web_order o using (o)
    where v.day between getvariable('begin_day') and getvariable('end_day')
),
line as (
    select w.*, l.*, g.* exclude (v),
        if(w.cancelled, l.qty, if(w.shipped, l.cancelled_units, 0)) as units_cancelled,
        if(w.paid, l.qty - if(w.shipped, l.cancelled_units, 0), 0) as units_invoiced,
        if(w.shipped and g.kind <> 3, l.qty - l.cancelled_units, 0) as units_shipped,
        if(w.refunded_once, l.ref1, 0) + if(w.refunded_twice, l.ref2, 0) as units_refunded
    from wanted w
    join (select * exclude (cancelled), cancelled as cancelled_units from web_line) l using (o)
    join variant g using (v)
),
money as (
    select day as _day, item as _key, item as item_id, entity as order_id,
        case when parent > 0 then parent end as parent_item_id, store, created,
        if(kind = 1, parent_id, product_id) as product_id,
        ['simple', 'configurable', 'grouped', 'giftcard', 'bundle'][kind + 1] as product_type,
        sku, if(kind = 1, model_name, name) as name, if(kind = 3, 1, 0) as is_virtual,
        qty, units_invoiced, units_shipped, units_cancelled, units_refunded,
        list, list_base, price, price_base, unit, unit_base, row, row_base, row_incl, row_incl_base,
        tax_rate, tax, tax_base, percent, discount, discount_base, compensation, compensation_base,
        if(refunded_once, ref1_row, 0) + if(refunded_twice, ref2_row, 0) as ref_row,
        if(refunded_once, ref1_row_base, 0) + if(refunded_twice, ref2_row_base, 0) as ref_row_base,
        if(refunded_once, ref1_tax, 0) + if(refunded_twice, ref2_tax, 0) as ref_tax,
        if(refunded_once, ref1_discount, 0) + if(refunded_twice, ref2_discount, 0) as ref_discount,
        case when kind in (0, 2) then pa end as cost,
        case when percent > 0 then ['3', '5', '"5,8"', '7'][promotion] end as rules,
        options
    from line
),
child as (
    select day as _day, item + n as _key, item + n as item_id, entity as order_id, item as parent_item_id, store, created,
        product_id, 'simple' as product_type, sku, name, 0 as is_virtual,
        qty, units_invoiced, units_shipped, units_cancelled, units_refunded, pa as cost
    from (
        select *, 1 as n from line where kind = 1
        union all by name
        select l.* replace (c.sku as sku, c.name as name, c.product_id as product_id, c.pa as pa)
        from (select *, unnest([part1, part2]) as part, unnest([1, 2]) as n from line where kind = 4) l
        join variant c on c.v = l.part
    )
),
lot as (
    select day as _day, parent as _key, parent as item_id, entity as order_id, any_value(store) as store,
        any_value(created) as created, any_value(b.product_id) as product_id, any_value(b.sku) as sku,
        any_value(b.name) as name, any_value(b.options) as options,
        bool_or(l.cancelled) as cancelled, bool_or(paid) as paid, bool_or(shipped) as shipped,
        sum(row_incl)::bigint as unit, sum(row_incl_base)::bigint as unit_base,
        sum(row)::bigint as row, sum(row_base)::bigint as row_base, sum(row_incl)::bigint as row_incl,
        sum(row_incl_base)::bigint as row_incl_base, sum(tax)::bigint as tax, sum(tax_base)::bigint as tax_base
    from line l join variant b on b.v = l.lot
    where l.lot >= 0 group by day, entity, parent
),
every as (
    select * from money
    union all by name
    select *, 0 as list, 0 as list_base, 0 as price, 0 as price_base, 0 as row, 0 as row_base, 0 as tax_rate,
        0 as tax, 0 as tax_base, 0 as percent, 0 as discount, 0 as discount_base, 0 as compensation,
        0 as compensation_base, 0 as ref_row, 0 as ref_row_base from child
    union all by name
    select * exclude (cancelled, paid, shipped), 'bundle' as product_type, 0 as is_virtual, 1 as qty,
        if(cancelled, 1, 0) as units_cancelled, if(paid, 1, 0) as units_invoiced, if(shipped, 1, 0) as units_shipped,
        0 as units_refunded, row_incl as list, row_incl_base as list_base, row as price, row_base as price_base,
        200 as tax_rate, 0 as percent, 0 as discount, 0 as discount_base, 0 as compensation,
        0 as compensation_base, 0 as ref_row, 0 as ref_row_base from lot
)
select _day, _key,
    item_id, order_id, parent_item_id,
    store as store_id,
    utc(created) as created_at,
    utc(created) as updated_at,
    product_id, product_type, sku, name, is_virtual,
    count4(qty) as qty_ordered,
    count4(units_invoiced) as qty_invoiced,
    count4(units_shipped) as qty_shipped,
    count4(units_cancelled) as qty_canceled,
    count4(units_refunded) as qty_refunded,
    eur(list) as original_price,
    eur(list_base) as base_original_price,
    eur(price) as price,
    eur(price_base) as base_price,
    eur(unit) as price_incl_tax,
    eur(unit_base) as base_price_incl_tax,
    eur(row) as row_total,
    eur(row_base) as base_row_total,
    eur(row_incl) as row_total_incl_tax,
    eur(row_incl_base) as base_row_total_incl_tax,
    case tax_rate when 200 then '20.0000' when 55 then '5.5000' else '0.0000' end as tax_percent,
    eur(tax) as tax_amount,
    eur(tax_base) as base_tax_amount,
    count4(percent) as discount_percent,
    eur(discount) as discount_amount,
    eur(discount_base) as base_discount_amount,
    eur(compensation) as discount_tax_compensation_amount,
    eur(compensation_base) as base_discount_tax_compensation_amount,
    eur(ref_row) as amount_refunded,
    eur(ref_row_base) as base_amount_refunded,
    case when units_refunded > 0 then eur(ref_tax) end as tax_refunded,
    case when units_refunded > 0 then eur(ref_discount) end as discount_refunded,
    eur(cost) as base_cost,
    rules as applied_rule_ids,
    options as product_options,
    null as weee_tax_applied_row_amount
from every
