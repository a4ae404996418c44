-- One row per line sold or returned: the unified line with its product, selling point, seller and customer. Every dashboard
-- is made from this table.
with
sales as (select * from merge.unified_sales),
products as (select * from merge.unified_products),
stores as (select * from merge.unified_stores),
staff as (select * from merge.unified_staff),
customers as (select * from golden_customer.golden_customer),
days as (select * from golden_customer.customer_days)

select
    sales.*,
    sales.is_revenue and sales.line_type in ('product', 'service', 'fee') as is_net_sales,
    cast(case when sales.cost_amount_reporting is not null
        then sales.net_amount_excl_tax_reporting - sales.cost_amount_reporting end as decimal(18,4)) as margin_amount_reporting,
    sales.discount_amount_incl_tax <> 0 as is_discounted,
    cast(extract(year from sales.business_date) as bigint) as business_year,
    cast(extract(month from sales.business_date) as bigint) as business_month,
    cast(extract(isodow from sales.business_date) as bigint) as business_weekday,
    cast(date_trunc('month', sales.business_date) as date) as month_start,
    cast(date_trunc('week', sales.business_date) as date) as week_start,
    products.model_key,
    products.product_name as catalogue_name,
    products.brand as catalogue_brand,
    products.department,
    products.category,
    products.subcategory,
    products.size_norm,
    products.colour_norm,
    products.season,
    products.is_known as is_product_known,
    stores.store_code,
    stores.store_name,
    stores.store_type,
    stores.banner as store_banner,
    stores.country as store_country,
    stores.city as store_city,
    stores.opened_on as store_opened_on,
    staff.staff_pseudonym,
    sales.customer_key <> 'anonymous' as is_identified,
    customers.first_source as customer_first_source,
    customers.country as customer_country,
    customers.postal_prefix as customer_postal_prefix,
    customers.gender as customer_gender,
    customers.birth_year as customer_birth_year,
    case when extract(year from sales.business_date) - customers.birth_year between 14 and 100
        then cast(extract(year from sales.business_date) - customers.birth_year as bigint) end as customer_age_at_purchase,
    customers.has_loyalty_card as customer_has_loyalty_card,
    customers.home_store_key as customer_home_store_key,
    customers.first_purchase_date as customer_first_purchase_date,
    days.segment as customer_segment_on_day,
    coalesce(days.purchase_day_number = 1 and sales.transaction_type = 'sale', false) as is_first_purchase,
    case when sales.transaction_type = 'sale' then days.purchase_day_number end as purchase_day_number,
    case when sales.transaction_type = 'sale' then cast(sales.business_date - days.previous_purchase_date as bigint) end
        as days_since_previous_purchase
from sales
left join products on products.product_key = sales.product_key
left join stores on stores.store_key = sales.store_key
left join staff on staff.staff_key = sales.staff_key
left join customers on customers.customer_key = sales.customer_key
left join days on days.customer_key = sales.customer_key and days.business_date = sales.business_date
