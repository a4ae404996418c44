-- One row per customer record of a source: an account, a client, a guest or a loyalty card.
select * from magento.customers
union all
select * from cashmere.customers
