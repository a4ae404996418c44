"""The floor's identity: customer records that share a card, an e-mail or a phone are one customer.

With the guards that the data model asks for.

Sets are found with SQL, connected components with SciPy.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

MOST_RECORDS = 20  # of one e-mail or card
MOST_GROUPS = 3  # of one phone
MOST_IDENTIFIERS = 15  # of one customer

_NUMBERED = f"""
create temp table record as
select row_number() over (order by customer_record) - 1 as r, * from merge.customer_records;
create temp table edge as
select record.r, i.*, dense_rank() over (order by identifier_type, identifier_value) - 1 as i
from merge.customer_identifiers as i join record using (customer_record);
create temp table identifier as
select i, any_value(identifier_type) as kind,
    case when bool_or(is_relay) then 'relay_address'
        when any_value(identifier_type) <> 'phone_hash' and count(distinct r) > {MOST_RECORDS} then 'shared_by_too_many'
    end as guard
from edge group by i;
"""

_CLOSE = f"""
create temp table too_large as
select g from close_label left join edge using (r) left join identifier using (i) where guard is null
group by g having count(distinct r) + count(distinct i) > {MOST_IDENTIFIERS};
create temp table close_group as
select r, case when too_large.g is null then close_label.g else r end as g, too_large.g is not null as is_too_large
from close_label left join too_large on too_large.g = close_label.g;
create temp table facts as
select g, max(case kind when 'email_hash' then 1 else 0 end) as emails,
    max(case kind when 'card_hash' then 1 else 0 end) as cards
from close_group join edge using (r) join identifier using (i) where guard is null group by g;
create temp table phone as
select i, case when count(*) > {MOST_GROUPS} then 'shared_phone'
    when sum(emails) > 1 or sum(cards) > 1 then 'contradicted' end as phone_guard
from (
    select distinct i, g from edge join identifier using (i) join close_group using (r)
    where kind = 'phone_hash' and guard is null and not is_too_large
) join facts using (g) group by i;
"""

_FINAL = f"""
create temp table broken as
select w.g from wide_label as w join facts on facts.g = w.r group by w.g having sum(emails) > 1 or sum(cards) > 1;
create temp table wide as
select c.r, c.g as close_g, c.is_too_large, w.g as wide_g from close_group as c join wide_label as w on w.r = c.g;
create temp table undone as
select g from broken
union
select wide_g from wide join edge using (r) join identifier using (i) where guard is null
group by wide_g having count(distinct r) + count(distinct i) > {MOST_IDENTIFIERS};
create temp table customer as
select wide.r, is_too_large, undone.g is not null as is_undone,
    case when undone.g is null then wide_g else close_g end as g
from wide left join undone on undone.g = wide.wide_g;
create temp table keys as
select g, first(founding_key order by cast(first_seen_at as date),
    case record_type when 'account' then 0 when 'client' then 1 else 2 end, founding_key) as customer_key
from customer join record using (r) group by g;
create temp table keyed as
select record.*, customer.is_too_large, customer.is_undone, keys.customer_key
from record join customer using (r) join keys using (g);
create temp table identity_rows as
with judged as (
    select keyed.customer_key, edge.customer_record, keyed.source_system, edge.identifier_type, edge.identifier_value,
        edge.first_seen_on, edge.last_seen_on,
        coalesce(identifier.guard, case when keyed.is_too_large then 'group_too_large' end, phone.phone_guard,
            case when edge.identifier_type = 'phone_hash' and keyed.is_undone then 'contradicted' end)
            as rejected_because
    from edge join identifier using (i) join keyed using (r) left join phone using (i)
)
select customer_key, customer_record, source_system, 'main' as source_account, identifier_type, identifier_value,
    nullif(regexp_extract(identifier_value, '^([kv][0-9]+):', 1), '') as key_id, first_seen_on, last_seen_on,
    case identifier_type when 'card_hash' then 'loyalty_card' when 'email_hash' then 'email' else 'phone' end
        as match_rule,
    rejected_because is null as is_active, rejected_because
from judged
union all
select customer_key, customer_record, source_system, 'main', 'source_id', coalesce(source_customer_id, founding_key),
    null, cast(first_seen_at as date), cast(first_seen_at as date), 'same_record', true, null
from keyed;
"""


def make_identity(db: duckdb.DuckDBPyConnection) -> None:
    """Create ``merge.customer_identity`` from the records and what they showed."""
    find_identity(db)
    db.execute("create table merge.customer_identity as select * from identity_rows")


def find_identity(db: duckdb.DuckDBPyConnection) -> None:
    """Put the rows of the identity into the temporary table ``identity_rows``."""
    db.execute(_NUMBERED)
    _label(db, "close_label", "identifier.guard is null and kind in ('card_hash', 'email_hash')", "edge", "edge.r")
    db.execute(_CLOSE)
    wide = "edge join phone using (i) join close_group using (r)"
    _label(db, "wide_label", "phone.phone_guard is null", wide, "close_group.g")
    db.execute(_FINAL)


def _label(db: duckdb.DuckDBPyConnection, table: str, condition: str, source: str, node: str) -> None:
    """Store the smallest record that each record is connected to."""
    pairs = db.execute(
        f"select distinct {node} as r, i from {source} join identifier using (i) where {condition}"
    ).fetchnumpy()
    sizes = db.execute("select (select count(*) from record), (select count(*) from identifier)").fetchone() or (0, 0)
    records, identifiers = int(sizes[0]), int(sizes[1])
    left, right = np.asarray(pairs["r"]), np.asarray(pairs["i"]) + records
    graph = coo_array(
        (np.ones(len(left), np.int8), (left, right)), shape=(records + identifiers, records + identifiers)
    )
    _, labels = connected_components(graph, directed=False)
    _, first, place = np.unique(labels[:records], return_index=True, return_inverse=True)
    db.register("labels", pa.table({"r": pa.array(range(records)), "g": pa.array(first[place])}))
    db.execute(f"create temp table {table} as select * from labels")
    db.unregister("labels")
