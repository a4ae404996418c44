"""Resolving customer identity, set by set.

Records that share a loyalty card or an e-mail pseudonym are one customer; then groups that share a phone, unless the
groups contradict each other. The guards: placeholders and relay addresses identify nobody, an identifier that too many
records share identifies nobody, a group larger than the cap is left apart. The customer's key is the one that its
oldest record founds, so that it depends on the data alone: never on the order of arrival, and never on a pseudonym.

The work is done in an in-memory DuckDB, whatever the warehouse is; only the components are found outside SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from goldline.identity.components import components


@dataclass(frozen=True)
class IdentityRules:
    """The guards.

    Attributes:
        placeholders: Pseudonyms of placeholders ('', 'x@x.fr', the shop's own address...).
        max_records: More records than this on one e-mail or card: it identifies nobody.
        max_phone_groups: More groups than this on one phone: a shared phone.
        max_identifiers: A group with more identifiers than this is not merged.
    """

    placeholders: frozenset[str] = field(default_factory=frozenset)
    max_records: int = 20
    max_phone_groups: int = 3
    max_identifiers: int = 15


def resolve(records: pa.Table, identifiers: pa.Table, rules: IdentityRules) -> pa.Table:
    """Find the customers.

    Args:
        records: One row per record: customer_record, founding_key, source_system, record_type, source_customer_id,
            first_seen_at.
        identifiers: One row per record and identifier: customer_record, identifier_type (email_hash, phone_hash,
            card_hash), identifier_value, first_seen_on, last_seen_on, is_relay.
        rules: The guards.

    Returns:
        One row per record and identifier, with one row of type ``source_id`` for each record: customer_key,
        customer_record, source_system, source_account, identifier_type, identifier_value, key_id, first_seen_on,
        last_seen_on, match_rule, is_active, rejected_because.
    """
    with duckdb.connect() as db:
        db.register("records_in", records)
        db.register("identifiers_in", identifiers)
        _number(db, rules)
        _match_cards_and_emails(db, rules)
        _match_phones(db, rules)
        _choose_keys(db)
        return db.execute(_EDGES_SQL).to_arrow_table()


def _number(db: duckdb.DuckDBPyConnection, rules: IdentityRules) -> None:
    """Number records and identifiers, and say which identifiers identify nobody."""
    db.register("placeholders", pa.table({"value": pa.array(sorted(rules.placeholders), pa.string())}))
    db.execute(
        "create temp table record as"
        " select row_number() over (order by customer_record) - 1 as record_id, * from records_in"
    )
    db.execute(
        "create temp table edge as select record.record_id, i.*,"
        " dense_rank() over (order by identifier_type, identifier_value) - 1 as identifier_id"
        " from identifiers_in as i join record using (customer_record)"
    )
    db.execute(
        "create temp table identifier as select identifier_id, any_value(identifier_type) as identifier_type, case"
        " when any_value(regexp_replace(identifier_value, '^[kv][0-9]+:', '')) in (select value from placeholders)"
        " then 'placeholder' when max(is_relay::int) = 1 then 'relay_address'"
        " when any_value(identifier_type) <> 'phone_hash' and count(distinct record_id) > ?"
        " then 'shared_by_too_many' end as rejected_because from edge group by identifier_id",
        [rules.max_records],
    )


def _label(db: duckdb.DuckDBPyConnection, edges_sql: str, table: str) -> None:
    """Store (record_id, group_id) where records are joined through identifiers of the given edges."""
    edges = db.execute(edges_sql).to_arrow_table()
    sizes = db.execute("select count(*), (select count(*) from identifier) from record").fetchone() or (0, 0)
    record_count = int(sizes[0])
    left = edges["record_id"].to_numpy()
    right = edges["identifier_id"].to_numpy() + record_count
    labels = components(left, right, record_count + int(sizes[1]))[:record_count]
    db.register(
        "labels", pa.table({"record_id": pa.array(range(record_count), pa.int64()), "group_id": pa.array(labels)})
    )
    db.execute(f"create temp table {table} as select * from labels")
    db.unregister("labels")


def _match_cards_and_emails(db: duckdb.DuckDBPyConnection, rules: IdentityRules) -> None:
    """Group records by card and e-mail; groups above the cap fall apart into their records."""
    _label(
        db,
        "select record_id, identifier_id from edge join identifier using (identifier_id)"
        " where rejected_because is null and identifier.identifier_type in ('card_hash', 'email_hash')",
        "first_group",
    )
    db.execute(
        "create temp table too_large as select group_id from first_group left join edge using (record_id)"
        " left join identifier using (identifier_id) where rejected_because is null group by group_id"
        " having count(distinct record_id) + count(distinct identifier_id) > ?",
        [rules.max_identifiers],
    )
    db.execute(
        "create temp table close_group as select record_id, case when group_id in (from too_large) then record_id"
        " else group_id end as group_id, group_id in (from too_large) as is_too_large from first_group"
    )


def _match_phones(db: duckdb.DuckDBPyConnection, rules: IdentityRules) -> None:
    """Join groups through phones, unless they contradict each other: two with e-mails, or two with cards."""
    db.execute(
        "create temp table group_facts as select group_id,"
        " max((identifier.identifier_type = 'email_hash')::int) as has_email,"
        " max((identifier.identifier_type = 'card_hash')::int) as has_card"
        " from close_group join edge using (record_id) join identifier using (identifier_id)"
        " where rejected_because is null group by group_id"
    )
    db.execute(
        "create temp table phone as select identifier_id, case when count(*) > ? then 'shared_phone'"
        " when sum(has_email) > 1 or sum(has_card) > 1 then 'contradicted' end as rejected_because"
        " from (select distinct identifier_id, group_id from edge join identifier using (identifier_id)"
        " join close_group using (record_id) where identifier.identifier_type = 'phone_hash'"
        " and identifier.rejected_because is null and not is_too_large) join group_facts using (group_id)"
        " group by identifier_id",
        [rules.max_phone_groups],
    )
    db.execute(
        "create temp table wide_edge as select distinct group_id as record_id, identifier_id from edge"
        " join phone using (identifier_id) join close_group using (record_id) where phone.rejected_because is null"
    )
    _label(db, "select record_id, identifier_id from wide_edge", "wide_group")
    db.execute(
        "create temp table broken as select wide_group.group_id from wide_group"
        " join group_facts on group_facts.group_id = wide_group.record_id"
        " group by wide_group.group_id having sum(has_email) > 1 or sum(has_card) > 1"
    )
    db.execute(
        "create temp table final_group as with wide as (select c.record_id, c.group_id as close_id, c.is_too_large,"
        " w.group_id as wide_id, w.group_id in (from broken) as is_broken"
        " from close_group c join wide_group w on w.record_id = c.group_id),"
        " large as (select wide_id from wide join edge using (record_id) join identifier using (identifier_id)"
        " where rejected_because is null group by wide_id"
        " having count(distinct record_id) + count(distinct identifier_id) > ?)"
        " select record_id, close_id, is_too_large, is_broken or wide_id in (from large) as is_phone_undone,"
        " case when is_broken or wide_id in (from large) then close_id else wide_id end as group_id from wide",
        [rules.max_identifiers],
    )


def _choose_keys(db: duckdb.DuckDBPyConnection) -> None:
    """The oldest record of a group founds the key; accounts before guests and cards of the same instant."""
    db.execute(
        "create temp table customer as select group_id, first(founding_key order by cast(first_seen_at as date),"
        " case record_type when 'account' then 0 when 'client' then 1 else 2 end, founding_key) as customer_key"
        " from final_group join record using (record_id) group by group_id"
    )


_EDGES_SQL = """
with keyed as (
    select record.*, final_group.*, customer.customer_key
    from record join final_group using (record_id) join customer using (group_id)
),
judged as (
    select
        keyed.customer_key, edge.customer_record, keyed.source_system, edge.identifier_type, edge.identifier_value,
        edge.first_seen_on, edge.last_seen_on,
        coalesce(
            identifier.rejected_because,
            case when keyed.is_too_large then 'group_too_large' end,
            phone.rejected_because,
            case when edge.identifier_type = 'phone_hash' and keyed.is_phone_undone then 'contradicted' end
        ) as rejected_because
    from edge
    join identifier using (identifier_id)
    join keyed using (record_id)
    left join phone using (identifier_id)
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
from keyed
order by all
"""
