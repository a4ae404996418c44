"""The tables that hold what a contract expects: opening rules of shops, rhythms of feeds, the limits of "usual".

They are written from the contract whenever the warehouse is prepared; ``assets/control`` compares them with what came.
"""

from __future__ import annotations

from dataclasses import asdict

import pyarrow as pa

from goldline.contracts import Contract
from goldline.warehouse.engine import Session

_OPENING_RULE: dict[str, pa.DataType] = {
    "rank": pa.int32(),
    "store_code": pa.string(),
    "weekday": pa.int32(),
    "month": pa.int32(),
    "day": pa.int32(),
    "first_day": pa.date32(),
    "last_day": pa.date32(),
}
_EXPECTED_FEED: dict[str, pa.DataType] = {"feed": pa.string(), "expected": pa.string(), "together": pa.string()}
_ARRIVAL_LIMIT: dict[str, pa.DataType] = {"usual_tickets": pa.int32(), "small_share": pa.decimal128(18, 8)}
_SQL = {"int32": "integer", "string": "varchar", "date32[day]": "date", "decimal128(18, 8)": "decimal(18,8)"}


def prepare_expected(session: Session, contract: Contract) -> None:
    """Write the contract's expectations: ``<source>.opening_rule``, ``expected_feed`` and ``arrival_limit``."""
    arrivals = contract.arrivals
    _write(session, f"{contract.source}.opening_rule", _OPENING_RULE, [asdict(rule) for rule in arrivals.rules()])
    feeds: list[dict[str, object]] = [
        {"feed": feed.name, "expected": feed.expected, "together": feed.together or None}
        for feed in contract.feeds.values()
    ]
    _write(session, f"{contract.source}.expected_feed", _EXPECTED_FEED, feeds)
    limits: dict[str, object] = {"usual_tickets": arrivals.usual_tickets, "small_share": arrivals.small_share}
    _write(session, f"{contract.source}.arrival_limit", _ARRIVAL_LIMIT, [limits])


def _write(session: Session, table: str, types: dict[str, pa.DataType], rows: list[dict[str, object]]) -> None:
    columns = ", ".join(f"{name} {_SQL[str(kind)]}" for name, kind in types.items())
    session.execute(f"create table if not exists {table} ({columns})")
    session.execute(f"delete from {table}")
    if rows:
        session.insert_arrow(table, pa.Table.from_pylist(rows, schema=pa.schema(types)))
