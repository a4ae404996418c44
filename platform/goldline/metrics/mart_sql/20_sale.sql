-- One row per line of net sales, in the order of the weeks. Ids are numbers of this file only: keys of customers stay out.
create temp table customer_number as
select
    cast(row_number() over (order by customer_key) as integer) as customer_id,
    customer_key,
    least(first_seen_on, coalesce(first_purchase_date, first_seen_on)) as known_on
from golden_customer;
create temp table receipt_number as
select cast(row_number() over (order by min(business_date), document) as integer) as receipt_id, document
from (
    select hash(source_system, document_type, source_document_id) as document, business_date
    from enriched_model
    where is_net_sales
)
group by document;
create table sale as
select
    line.business_date,
    line.store_key::t_shop as shop,
    line.channel::t_channel as channel,
    line.store_country::t_country as country,
    line.staff_key::t_staff as staff,
    line.department::t_department as department,
    line.category::t_category as category,
    line.subcategory::t_subcategory as subcategory,
    coalesce(line.catalogue_brand, line.brand)::t_brand as brand,
    coalesce(line.model_key, line.product_key)::t_product as product,
    number.customer_id,
    coalesce(number.known_on <= line.business_date, false) as was_known,
    receipt.receipt_id,
    hash(line.sales_line_id) as line_id,
    line.transaction_type = 'sale' as is_sale,
    line.quantity,
    line.net_amount_excl_tax_reporting as net_amount,
    line.gross_amount_incl_tax_reporting as list_amount,
    line.discount_amount_incl_tax_reporting as discount_amount,
    line.cost_amount_reporting as cost_amount,
    line.margin_amount_reporting as margin_amount,
    line.transaction_type = 'sale' and line.discount_amount_incl_tax > 0 as is_discounted,
    line.promotion_code is not null as has_code,
    line.customer_gender::t_gender as gender,
    cast(line.customer_age_at_purchase as tinyint) as age,
    (case
        when line.customer_age_at_purchase < 25 then '14-24' when line.customer_age_at_purchase < 35 then '25-34'
        when line.customer_age_at_purchase < 45 then '35-44' when line.customer_age_at_purchase < 55 then '45-54'
        when line.customer_age_at_purchase < 65 then '55-64' when line.customer_age_at_purchase >= 65 then '65+'
    end)::t_age_band as age_band,
    line.customer_segment_on_day::t_segment as segment,
    line.is_first_purchase
from enriched_model as line
left join customer_number as number on number.customer_key = line.customer_key
join receipt_number as receipt
    on receipt.document = hash(line.source_system, line.document_type, line.source_document_id)
where line.is_net_sales;
