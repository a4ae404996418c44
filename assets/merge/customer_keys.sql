-- One row per customer record: the customer it belongs to. Keys of records that are not the oldest of their customer are
-- redirected by this table, for as long as the records stay together.
select
    identity.customer_record, -- The record of the source, as the source flows name it.
    identity.customer_key,
    records.founding_key as record_key, -- The key this record would found alone, and founds again when it is split off.
    records.founding_key <> identity.customer_key as is_redirected -- True where the record's own key gave way to an older one.
from merge.customer_identity as identity
join merge.customer_records as records on records.customer_record = identity.customer_record
where identity.identifier_type = 'source_id'
