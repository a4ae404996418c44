-- One row per line sold.
with
delivered as (select * from tills.sales)
select
    shop, -- The shop.
    day, -- The day of business.
    ticket, -- Number of the ticket.
    line, -- Number of the line on its ticket.
    currency, -- ISO 4217.
    amount, -- What was paid, tax included.
    label -- What was sold.
from delivered
