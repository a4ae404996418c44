-- One row per customer record and identifier that it has shown.
select * from magento.customer_identifiers
union all
select * from cashmere.customer_identifiers
