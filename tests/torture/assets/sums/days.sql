-- One row per shop, day and currency.
with
lines as (select * from tills.lines)
select
    shop, -- The shop.
    day, -- The day of business.
    currency, -- ISO 4217.
    count(*) as line_count, -- Lines sold.
    sum(amount) as amount -- What was paid, tax included.
from lines
group by shop, day, currency
