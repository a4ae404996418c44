"""The tables that hold what arrived: one per feed, views of the rows that count, and the contract's settings.

``<source>.raw_<feed>`` keeps every row that was ever loaded; a row that a corrected file replaced names that file in
``superseded_by``. The SQL of a source reads two views: ``<source>.versions_<feed>``, the rows that count, and
``<source>.<feed>``, the newest version of each of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from goldline.contracts import Contract, Feed
from goldline.errors import GoldlineError
from goldline.intake import expected, newest
from goldline.intake.newest import META, newest_of_all_sql
from goldline.intake.register import CREATE
from goldline.intake.rules import identifier
from goldline.warehouse.engine import Session

SUPERSEDED = {"superseded_by": "bigint"}  # the ledger sequence of the file that replaced the row


def prepare(session: Session, contracts: Iterable[Contract]) -> None:
    """Create what is missing for these contracts, and refresh views and settings; nothing, where that was done before.

    Raises:
        GoldlineError: A table has columns of another type than the contract now says.
    """
    contracts = list(contracts)
    session.execute(f"create schema if not exists intake; {CREATE}; {_CREATE_PREPARED}")
    wanted = _fingerprint(contracts)
    if session.scalar("select fingerprint from intake.prepared") == wanted:
        return
    session.execute("delete from intake.prepared")
    session.execute("insert into intake.prepared values (?)", [wanted])
    for contract in contracts:
        session.execute(f"create schema if not exists {contract.source}")
        for feed in contract.feeds.values():
            _raw_table(session, contract, feed)
            versions = contract.versions(feed.name)
            session.create_view(versions, versions_sql(contract, feed))
            session.create_view(contract.newest(feed.name), newest_of_all_sql(feed, versions))
        for name, rows in contract.settings.items():
            _setting(session, f"{contract.source}.setting_{name}", rows)
        expected.prepare_expected(session, contract)


_CREATE_PREPARED = "create table if not exists intake.prepared (fingerprint varchar not null)"


def _fingerprint(contracts: Iterable[Contract]) -> str:
    """Return a text that changes with the contracts and with what this release makes of them."""
    made_by = b"".join(Path(file).read_bytes() for file in (__file__, expected.__file__, newest.__file__))
    return hashlib.sha256(made_by + "".join(contract.digest for contract in contracts).encode()).hexdigest()


def _raw_table(session: Session, contract: Contract, feed: Feed) -> None:
    table = contract.table(feed.name)
    wanted = META | SUPERSEDED | {name: column.sql_type for name, column in feed.columns.items()}
    columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in wanted.items())
    session.execute(f"create table if not exists {table} ({columns})")
    existing = dict(session.columns(table))
    for name, kind in wanted.items():
        if name not in existing:
            session.execute(f"alter table {table} add column {identifier(name)} {kind}")
        elif existing[name] != kind:
            raise GoldlineError(
                f"column {name} is {existing[name]}, the contract says {kind}",
                where=table,
                remedy="run 'goldline rebuild' to load everything again from the archive",
            )
    if feed.key:
        session.index(table, feed.key)
    session.index(table, ["sequence"])


def versions_sql(contract: Contract, feed: Feed) -> str:
    """Select the rows of a feed that count: those that no corrected file replaced."""
    columns = ", ".join(map(identifier, (*META, *feed.columns)))
    return f"select {columns} from {contract.table(feed.name)} where superseded_by is null"


def _setting(session: Session, table: str, rows: list[dict[str, Any]]) -> None:
    """Write a table of settings; fractional numbers stay exact."""
    exact = [{k: Decimal(str(v)) if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    data = pa.Table.from_pylist(exact)
    kinds = {"int64": "bigint", "bool": "boolean", "date32[day]": "date", "null": "varchar"}
    columns = ", ".join(f"{identifier(f.name)} {kinds.get(str(f.type), _decimal_or_text(f.type))}" for f in data.schema)
    session.execute(f"drop table if exists {table}")
    session.execute(f"create table {table} ({columns})")
    session.insert_arrow(table, data)


def _decimal_or_text(kind: pa.DataType) -> str:
    return "decimal(18,8)" if pa.types.is_decimal(kind) else "varchar"
