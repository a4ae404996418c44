with bought as (
    select distinct receipt_id, product as item
    from sale
    where is_sale and product is not null and business_date >= $start and business_date < $end
),
baskets as (
    select count(*) as baskets, sum(case when items > 1 then 1 else 0 end) as larger_baskets
    from (select receipt_id, count(*) as items from bought group by receipt_id) as sizes
),
frequent as (select item, count(*) as with_item from bought group by item order by with_item desc, item limit 400),
kept as (select bought.receipt_id, bought.item from bought join frequent on frequent.item = bought.item),
pairs as (
    select one.item as one, other.item as other, count(*) as with_both
    from kept as one
    join kept as other on other.receipt_id = one.receipt_id and other.item > one.item
    group by one.item, other.item
    having count(*) >= cast($at_least as integer)
),
sized as (
    select
        case when a.with_item <= b.with_item then pairs.one else pairs.other end as product,
        case when a.with_item <= b.with_item then pairs.other else pairs.one end as with_product,
        pairs.with_both,
        least(a.with_item, b.with_item) as with_first,
        greatest(a.with_item, b.with_item) as with_second,
        baskets.baskets,
        baskets.larger_baskets
    from pairs
    join frequent as a on a.item = pairs.one
    join frequent as b on b.item = pairs.other
    cross join baskets
)
select
    *,
    exp(
        ln(cast(with_both as double) * baskets / (cast(with_first as double) * with_second))
        - 1.96 * sqrt(greatest(1.0 / with_both - 1.0 / with_first + 1.0 / with_second - 1.0 / baskets, 0))
    ) as lift_low,
    case when with_first < baskets and with_second < baskets then
        cast(baskets as double) * power(cast(with_both as double) * baskets - cast(with_first as double) * with_second, 2)
        / (cast(with_first as double) * with_second * (baskets - with_first) * (baskets - with_second)) end as chi_square
from sized
