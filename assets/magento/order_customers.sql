-- One row per order: the customer it was first delivered with. Magento empties the customer of an order when the account
-- is deleted, and an order keeps its first account when it is assigned to another one.
with
versions as (
    select
        entity_id,
        customer_id,
        row_number() over (
            partition by entity_id order by customer_id is null, updated_at, delivery_date, line_number
        ) as nth
    from magento.versions_sales_order
),
orders as (select entity_id, customer_email_hash from magento.sales_order)

select
    orders.entity_id as order_id,
    versions.customer_id, -- The account; null for a guest.
    orders.customer_email_hash as email_hash, -- Pseudonym of the order's e-mail address.
    case
        when versions.customer_id is not null then 'magento:account:' || versions.customer_id
        when orders.customer_email_hash is not null then 'magento:guest:' || orders.customer_email_hash
    end as customer_record
from orders
join versions on versions.entity_id = orders.entity_id and versions.nth = 1
