-- One row per document: a ticket, a web order or a credit memo. has_sale tells receipts from pure returns.
create table receipt as
select
    sale.receipt_id,
    min(sale.business_date) as business_date,
    min(sale.shop) as shop,
    min(sale.channel) as channel,
    min(sale.country) as country,
    min(sale.customer_id) as customer_id,
    bool_or(sale.was_known) as was_known,
    min(sale.gender) as gender,
    min(sale.age) as age,
    min(sale.age_band) as age_band,
    min(sale.segment) as segment,
    coalesce(bool_or(sale.is_first_purchase), false) as is_first_purchase,
    bool_or(sale.is_sale) as has_sale,
    cast(sum(case when sale.is_sale then 1 else 0 end) as integer) as sold_lines,
    cast(sum(case when sale.is_sale then 0 else 1 end) as integer) as returned_lines,
    cast(sum(case when sale.is_sale then sale.quantity else 0 end) as decimal(18,4)) as sold_units,
    cast(sum(case when sale.is_sale then 0 else -sale.quantity end) as decimal(18,4)) as returned_units,
    cast(sum(sale.net_amount) as decimal(18,4)) as net_amount,
    cast(sum(case when sale.is_sale then sale.net_amount else 0 end) as decimal(18,4)) as sale_amount,
    cast(sum(case when sale.is_sale then sale.list_amount else 0 end) as decimal(18,4)) as list_amount,
    cast(sum(case when sale.is_sale then sale.discount_amount else 0 end) as decimal(18,4)) as discount_amount,
    cast(sum(sale.margin_amount) as decimal(18,4)) as margin_amount,
    cast(sum(case when sale.margin_amount is not null then sale.net_amount else 0 end) as decimal(18,4)) as costed_amount,
    cast(sum(case when sale.is_discounted then 1 else 0 end) as integer) as discounted_lines,
    cast(sum(case when sale.is_discounted then sale.quantity else 0 end) as decimal(18,4)) as discounted_units,
    bool_or(sale.is_sale and sale.has_code) as has_code
from sale
group by sale.receipt_id
order by business_date;
-- The products of a receipt as one number, where the same set was bought at least twice.
create temp table product_set as
select receipt_id, list_sort(list(distinct product)) as products
from sale
where is_sale and product is not null
group by receipt_id
having count(distinct product) > 1;
create temp table repeated_set as
select cast(row_number() over (order by count(*) desc, products) as integer) as basket_id, products
from product_set
group by products
having count(*) > 1;
create table basket_receipt as
select product_set.receipt_id, repeated_set.basket_id
from product_set
join repeated_set on repeated_set.products = product_set.products;
create table basket as
select
    basket_id,
    array_to_string(list_transform(products, one -> cast(one as varchar)), ' + ') as basket,
    cast(len(products) as integer) as product_count
from repeated_set;
insert into member
select 'basket', basket.basket, string_agg(names.label, ' + ' order by names.label)
from basket
join (select basket_id, cast(unnest(products) as varchar) as product from repeated_set) as inside
    on inside.basket_id = basket.basket_id
join member as names on names.dimension = 'product' and names.value = inside.product
group by basket.basket;
