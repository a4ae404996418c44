-- One row per seller, by pseudonym, with a member for each one that lines name and no source has described.
with
described as (select * from cashmere.staff),
named as (select staff_key, min(source_system) as source_system from cashmere.sales where staff_key is not null group by staff_key)

select
    staff_key,
    source_system,
    staff_code,
    staff_pseudonym,
    store_key, -- Shop that the seller belongs to; null where unknown.
    active_from,
    active_until,
    true as is_known -- False where the seller is known from lines only.
from described
union all
select named.staff_key, named.source_system, substr(named.staff_key, length(named.source_system) + 2), null, null, null, null, false
from named
left join described on described.staff_key = named.staff_key
where described.staff_key is null
