select
    channel,
    customer_id,
    min(gender) as gender,
    max(age) as age,
    count(*) as receipts,
    bool_and(discounted_lines = sold_lines) as is_discount_only
from receipt
where has_sale and customer_id is not null and business_date >= $start and business_date < $end
group by channel, customer_id
