-- One row per customer who has bought, as of the newest delivery day.
create table profile as
select
    customer.customer_id,
    customer.cohort,
    customer.first_channel,
    customer.gender,
    golden.age_band::t_age_band as age_band,
    golden.segment::t_segment as segment,
    cast(golden.recency_score as tinyint) as recency_score,
    cast(golden.frequency_score as tinyint) as frequency_score,
    cast(golden.monetary_score as tinyint) as monetary_score,
    golden.revenue_last_12_months as revenue_12_months,
    customer.net_amount as lifetime_revenue,
    customer.margin_amount as lifetime_margin,
    customer.receipts,
    golden.is_contactable_by_email or golden.is_contactable_by_sms as is_contactable,
    customer.last_date + about.lapse_days < about.last_day as is_lapsed
from customer
cross join about
join customer_number as number on number.customer_id = customer.customer_id
join golden_customer as golden on golden.customer_key = number.customer_key
where customer.first_date is not null;
