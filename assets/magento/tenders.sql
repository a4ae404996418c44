-- One row per tender of an order or credit memo that counts: gift card, store credit, and whatever else was paid.
with
documents as (
    select document_type, source_document_id, min(sold_at_utc) as paid_at, min(business_date) as business_date,
        min(store_key) as store_key, min(currency) as currency
    from magento.sales
    where exclusion_reason is null
    group by document_type, source_document_id
),

stated as (
    select 'order' as document_type, cast(entity_id as varchar) as source_document_id, 1 as tender_number,
        'other' as method, grand_total as amount
    from magento.sales_order
    union all
    select 'order', cast(entity_id as varchar), 2, 'gift_card', gift_cards_amount
    from magento.sales_order
    union all
    select 'order', cast(entity_id as varchar), 3, 'store_credit', customer_balance_amount
    from magento.sales_order
    union all
    select 'credit_memo', cast(entity_id as varchar), 1, 'other', -grand_total
    from magento.sales_creditmemo
)

select
    'magento' as source_system,
    stated.document_type,
    stated.source_document_id,
    stated.tender_number,
    stated.method,
    cast(null as varchar) as source_method,
    cast(stated.amount as decimal(18,4)) as amount,
    documents.currency,
    cast(null as varchar) as reference_hash,
    documents.paid_at,
    documents.business_date,
    documents.store_key,
    false as is_without_ticket
from stated
join documents
    on documents.document_type = stated.document_type and documents.source_document_id = stated.source_document_id
where stated.amount <> 0
