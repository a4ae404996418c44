-- One row per contact: a customer whom a source knows, whether or not anything was bought. Its shop is the one that registered
-- it, its day the first on which any source knew it.
create table contact as
select
    number.customer_id,
    number.known_on as business_date,
    shop.shop,
    try_cast(shop.channel as t_channel) as channel,
    shop.country,
    golden.gender::t_gender as gender,
    golden.first_purchase_date,
    golden.is_contactable_by_email as by_email,
    golden.is_contactable_by_sms as by_sms,
    golden.is_contactable_by_email or golden.is_contactable_by_sms as by_any,
    golden.has_loyalty_card
from golden_customer as golden
join customer_number as number on number.customer_key = golden.customer_key
left join shop on cast(shop.shop as varchar) = golden.home_store_key
order by business_date;
