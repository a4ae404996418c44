with line as (
    select m.day, r.n, r.memo, l.item, r.qty, g.kind, g.product_id, g.parent_id, g.sku, g.name, g.model_name, g.pa,
        r.* exclude (n, memo, qty, line)
    from web_memo_line r
    join web_memo m using (memo)
    join web_line l on l.l = r.line
    join variant g using (v)
    where m.day between getvariable('begin_day') and getvariable('end_day')
)
select day as _day, 2 * n as _key,
    2 * n as entity_id, memo as parent_id, item as order_item_id, if(kind = 1, parent_id, product_id) as product_id,
    sku, if(kind = 1, model_name, name) as name, count4(qty) as qty,
    eur(price) as price, eur(unit) as price_incl_tax, eur(row) as row_total, eur(row_incl) as row_total_incl_tax,
    eur(tax) as tax_amount, eur(discount) as discount_amount, eur(compensation) as discount_tax_compensation_amount,
    eur(row_base) as base_row_total, eur(tax_base) as base_tax_amount, eur(discount_base) as base_discount_amount,
    case when kind <> 1 then eur(pa) end as base_cost
from line
union all
select day, 2 * n + 1, 2 * n + 1, memo, item + 1, product_id, sku, name, count4(qty), '0.0000', null, '0.0000', null, '0.0000',
    '0.0000', '0.0000', '0.0000', '0.0000', '0.0000', eur(pa)
from line where kind = 1
