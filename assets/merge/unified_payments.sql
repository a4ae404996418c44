-- One row per tender of a document that counts: how it was paid, or paid back.
with
tenders as (
    select * from magento.tenders
    union all
    select * from cashmere.tenders
)

select
    source_system,
    document_type,
    source_document_id,
    cast(tender_number as bigint) as tender_number,
    method,
    source_method,
    amount,
    currency,
    reference_hash,
    paid_at,
    business_date,
    store_key
from tenders
where not is_without_ticket
