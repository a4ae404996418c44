-- One row per customer and day with a purchase or a return. Two receipts on one day are one visit.
create temp table customer_day as
select
    customer_id,
    business_date,
    bool_or(has_sale) as is_purchase,
    cast(sum(case when has_sale then 1 else 0 end) as integer) as receipts,
    cast(sum(net_amount) as decimal(18,4)) as net_amount,
    cast(sum(margin_amount) as decimal(18,4)) as margin_amount,
    min(case when has_sale then channel end) as channel,
    min(gender) as gender
from receipt
where customer_id is not null
group by customer_id, business_date;
create temp table purchase_day as
select
    customer_id,
    business_date,
    cast(row_number() over purchases as integer) as visit_number,
    lag(business_date) over purchases as previous_date,
    lead(business_date) over purchases as next_date
from customer_day
where is_purchase
window purchases as (partition by customer_id order by business_date);
create table customer as
select
    day.customer_id,
    min(case when day.is_purchase then day.business_date end) as first_date,
    max(case when day.is_purchase then day.business_date end) as last_date,
    cast(date_trunc('month', min(case when day.is_purchase then day.business_date end)) as date) as cohort,
    arg_min(day.channel, day.business_date) filter (where day.is_purchase) as first_channel,
    min(day.gender) as gender,
    cast(sum(day.receipts) as integer) as receipts,
    cast(sum(case when day.is_purchase then 1 else 0 end) as integer) as visits,
    cast(sum(day.net_amount) as decimal(18,4)) as net_amount,
    cast(sum(day.margin_amount) as decimal(18,4)) as margin_amount
from customer_day as day
group by day.customer_id;
create table visit as
select
    day.customer_id,
    day.business_date,
    day.is_purchase,
    day.receipts,
    day.net_amount,
    day.margin_amount,
    purchase.visit_number,
    purchase.previous_date,
    purchase.next_date,
    cast(day.business_date - purchase.previous_date as integer) as days_since_previous,
    customer.cohort,
    customer.first_date,
    customer.first_channel,
    customer.gender,
    cast(date_diff('month', customer.cohort, day.business_date) as integer) as months_since,
    cast(date_sub('month', customer.first_date, day.business_date) as integer) as life_month
from customer_day as day
join customer on customer.customer_id = day.customer_id
left join purchase_day as purchase on purchase.customer_id = day.customer_id and purchase.business_date = day.business_date
where customer.first_date is not null
order by day.business_date;
