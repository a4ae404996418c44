"""The record of how each table was built and what its checks found, in the schema ``operation``.

A build remembers the builds it read, so that publishing can tell whether all tables belong together and were checked.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from goldline.warehouse.engine import Session
from goldline.warehouse.tables import Catalogue, TableFile

if TYPE_CHECKING:
    from goldline.quality.result import CheckResult

_CREATE = """
create schema if not exists operation;
create table if not exists operation.table_build (
    table_name varchar primary key, build_id varchar not null, built_at timestamp not null, run_id varchar not null,
    row_count bigint not null, inputs varchar not null
);
create table if not exists operation.check_result (
    table_name varchar not null, check_name varchar not null, build_id varchar not null, severity varchar not null,
    status varchar not null, failing bigint not null, message varchar not null
);
create table if not exists operation.published (version varchar not null, builds varchar not null);
"""


@dataclass(frozen=True)
class Build:
    """One build of a table."""

    table: str
    build_id: str
    run_id: str
    row_count: int
    inputs: Mapping[str, str]


def prepare_builds(session: Session) -> None:
    """Create the record's tables."""
    session.execute(_CREATE)


def input_states(session: Session, table: TableFile, catalogue: Catalogue) -> dict[str, str]:
    """Return what a table would be built from now: upstream build ids, and the state of each source that it reads."""
    known = builds(session)
    states = {up.table: known[up.table].build_id if up.table in known else "" for up in catalogue.upstream(table)}
    outside = {name.split(".")[0] for name in table.depends_on if name not in catalogue.by_name}
    for source in sorted(outside - {"intake", "reference"}):
        states[source] = source_state(session, source)
    return states


def source_state(session: Session, source: str) -> str:
    """Return a text that changes whenever files of a source were loaded."""
    newest = session.rows("select count(*), max(sequence) from intake.delivery_file where source = ?", [source])
    return ":".join(map(str, newest[0]))


def record_build(session: Session, table: TableFile, *, run_id: str, rows: int, inputs: Mapping[str, str]) -> Build:
    """Write that a table was just built."""
    build = Build(table.table, uuid.uuid4().hex, run_id, rows, inputs)
    session.execute("delete from operation.table_build where table_name = ?", [table.table])
    session.execute(
        "insert into operation.table_build values (?, ?, ?, ?, ?, ?)",
        [table.table, build.build_id, datetime.now(UTC).replace(tzinfo=None), run_id, rows, json.dumps(dict(inputs))],
    )
    return build


def record_checks(session: Session, build: Build, results: tuple[CheckResult, ...]) -> None:
    """Write what the checks of a build found, in place of what earlier ones found."""
    session.execute("delete from operation.check_result where table_name = ?", [build.table])
    rows = [
        {
            "table_name": build.table,
            "check_name": result.name,
            "build_id": build.build_id,
            "severity": result.severity,
            "status": result.status,
            "failing": result.failing,
            "message": result.message,
        }
        for result in results
    ]
    if rows:
        session.insert_arrow("operation.check_result", pa.Table.from_pylist(rows))


def builds(session: Session) -> dict[str, Build]:
    """Return the newest build of each table."""
    rows = session.rows("select table_name, build_id, run_id, row_count, inputs from operation.table_build")
    return {
        name: Build(name, build_id, run_id, count, json.loads(inputs)) for name, build_id, run_id, count, inputs in rows
    }


def record_published(session: Session, version: str) -> None:
    """Write which builds the published version shows."""
    session.execute("delete from operation.published")
    session.execute("insert into operation.published values (?, ?)", [version, _fingerprint(session)])


def is_newest_published(session: Session) -> bool:
    """Say whether the newest build of every table is the one that was published."""
    shown = session.scalar("select builds from operation.published")
    return bool(shown) and shown == _fingerprint(session)


def _fingerprint(session: Session) -> str:
    return str(session.scalar("select string_agg(build_id, ',' order by table_name) from operation.table_build"))
