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

if TYPE_CHECKING:
    from goldline.quality.result import CheckResult

_CREATE = """
create schema if not exists operation;
create table if not exists operation.table_build (
    table_name varchar primary key, build_id varchar not null, built_at timestamp not null, run_id varchar not null,
    row_count bigint not null, inputs varchar not null, build_number bigint not null, changes_since bigint not null
);
create table if not exists operation.check_result (
    table_name varchar not null, check_name varchar not null, build_id varchar not null, severity varchar not null,
    status varchar not null, failing bigint not null, message varchar not null, keys varchar not null
);
create table if not exists operation.published (version varchar not null, builds varchar not null);
"""


@dataclass(frozen=True)
class Build:
    """One build of a table.

    Attributes:
        table: The table's full name.
        build_id: Its identity; the checks' results name it.
        run_id: The run that built it.
        row_count: Rows of the table.
        inputs: The state of everything that was read, by name.
        number: Builds that changed the table are numbered from 1.
        changes_since: What changed is on record for the builds after this number.
    """

    table: str
    build_id: str
    run_id: str
    row_count: int
    inputs: Mapping[str, str]
    number: int
    changes_since: int

    @property
    def state(self) -> str:
        """The state as tables downstream remember it."""
        return f"{self.number}:{self.build_id[:8]}"


def prepare_builds(session: Session) -> None:
    """Create the record's tables."""
    session.execute(_CREATE)


def new_build(
    table: str, *, run_id: str, rows: int, inputs: Mapping[str, str], number: int, changes_since: int
) -> Build:
    """Name a build that is being made."""
    return Build(table, uuid.uuid4().hex, run_id, rows, inputs, number, changes_since)


def record_build(session: Session, build: Build) -> Build:
    """Write that a table is now as this build made it."""
    session.execute("delete from operation.table_build where table_name = ?", [build.table])
    session.execute(
        "insert into operation.table_build"
        " (table_name, build_id, built_at, run_id, row_count, inputs, build_number, changes_since)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            build.table,
            build.build_id,
            datetime.now(UTC).replace(tzinfo=None),
            build.run_id,
            build.row_count,
            json.dumps(dict(build.inputs)),
            build.number,
            build.changes_since,
        ],
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
            "keys": json.dumps([dict(key) for key in result.keys]),
        }
        for result in results
    ]
    if rows:
        session.insert_arrow("operation.check_result", pa.Table.from_pylist(rows))


def passed_checks(session: Session, build: Build) -> frozenset[str]:
    """Return the names of the checks that a build passed."""
    rows = session.rows(
        "select check_name from operation.check_result where table_name = ? and build_id = ? and status = 'passed'",
        [build.table, build.build_id],
    )
    return frozenset(name for (name,) in rows)


def builds(session: Session) -> dict[str, Build]:
    """Return the newest build of each table."""
    rows = session.rows(
        "select table_name, build_id, run_id, row_count, inputs, build_number, changes_since from operation.table_build"
    )
    return {
        name: Build(name, build_id, run_id, count, json.loads(inputs), number, since)
        for name, build_id, run_id, count, inputs, number, since in rows
    }


def record_published(session: Session, version: str) -> None:
    """Write which builds the published version shows."""
    session.execute("delete from operation.published")
    session.execute("insert into operation.published values (?, ?)", [version, json.dumps(_states(session))])


def published_states(session: Session) -> tuple[str | None, dict[str, str]]:
    """Return the version that was published last from this warehouse, and the state of each table that it shows."""
    rows = session.rows("select version, builds from operation.published")
    return (str(rows[0][0]), json.loads(rows[0][1])) if rows else (None, {})


def is_newest_published(session: Session) -> bool:
    """Say whether the newest build of every table is the one that was published."""
    _, shown = published_states(session)
    return bool(shown) and shown == _states(session)


def _states(session: Session) -> dict[str, str]:
    return {name: build.state for name, build in builds(session).items()}
