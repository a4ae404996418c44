-- One row per delivered line that is no sale, with the reason why it was left out.
with
lines as (
    select * from magento.sales where exclusion_reason is not null
    union all
    select * from cashmere.sales where exclusion_reason is not null
)

select
    sales_line_id,
    source_system,
    document_type,
    source_document_id,
    document_number,
    source_line_id,
    line_type,
    exclusion_reason,
    business_date,
    store_key,
    quantity,
    net_amount_excl_tax,
    net_amount_incl_tax,
    currency,
    source_updated_at,
    loaded_at,
    source_file,
    source_file_line,
    delivery_date
from lines
