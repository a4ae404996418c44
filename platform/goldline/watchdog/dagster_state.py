"""What Dagster's storage says of its daemon, its sensors and its runs; read from SQLite without importing Dagster.

An installation with another storage is read through Dagster itself, by ``goldline.graph.watched``; both give the same
values.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from goldline.settings import Settings
from goldline.yaml_text import read_yaml

WATCHED = ("nightly", "deliveries", "published", "daily_report", "housekeeping", "alerts", "weekly_proof")
TICKS_READ, RUNS_READ = 5, 20
OTHER_STORAGE = ("storage", "run_storage", "schedule_storage")
LOOK_BACK = timedelta(days=3)
BUSY_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One look of a sensor or schedule: how it ended, such as ``SKIPPED`` or ``FAILURE``."""

    at: datetime
    status: str
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Look:
    """A sensor or schedule: whether somebody stopped it, and its last looks, newest first."""

    name: str
    is_schedule: bool
    is_stopped: bool
    ticks: tuple[Tick, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run of the last days: ``ended_at`` is None while it is going on."""

    run_id: str
    job: str
    status: str
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DagsterState:
    """What there is to know.

    Attributes:
        heartbeats: When each part of the daemon last said that it is alive.
        looks: The sensors and schedules, by name.
        runs: Runs of the last days, newest first.
    """

    heartbeats: Mapping[str, datetime] = field(default_factory=dict)
    looks: Mapping[str, Look] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()


def is_readable_here(settings: Settings) -> bool:
    """Say whether Dagster keeps its records in the SQLite files of its home."""
    try:
        config = read_yaml((settings.dagster_dir / "dagster.yaml").read_text("utf-8")) or {}
    except FileNotFoundError:
        return True
    return not any(name in config for name in OTHER_STORAGE)


def read_sqlite(settings: Settings, now: datetime) -> DagsterState:
    """Read the SQLite files; what does not exist yet is empty.

    Raises:
        sqlite3.Error: A file is damaged or locked.
        ValueError: A record cannot be understood.
    """
    return DagsterState(
        heartbeats=_heartbeats(settings.dagster_dir / "history" / "runs.db"),
        looks={look.name: look for look in _looks(settings.dagster_dir / "schedules" / "schedules.db")},
        runs=tuple(_runs(settings.dagster_dir / "history" / "runs.db", now)),
    )


def _heartbeats(path: Path) -> dict[str, datetime]:
    with _opened(path) as db:
        found = db.execute("select daemon_type, max(timestamp) as at from daemon_heartbeats group by 1") if db else ()
        return {row["daemon_type"]: _instant(row["at"]) for row in found}


def _looks(path: Path) -> Iterator[Look]:
    with _opened(path) as db:
        if db is None:
            return
        for row in db.execute(
            "select selector_id, status, instigator_type, instigator_body from instigators"
        ).fetchall():
            origin = json.loads(row["instigator_body"])["origin"]
            name = origin.get("job_name") or origin.get("instigator_name") or ""
            if name in WATCHED:
                yield Look(
                    name=name,
                    is_schedule=row["instigator_type"] == "SCHEDULE",
                    is_stopped=row["status"] == "STOPPED",
                    ticks=tuple(_ticks(db, row["selector_id"])),
                )


def _ticks(db: sqlite3.Connection, selector: str) -> Iterator[Tick]:
    found = db.execute(
        "select timestamp, status, tick_body from job_ticks where selector_id = ? order by timestamp desc limit ?",
        (selector, TICKS_READ),
    )
    for row in found:
        error = json.loads(row["tick_body"]).get("error") or {}
        yield Tick(at=_instant(row["timestamp"]), status=row["status"], error=str(error.get("message", "")).strip())


def _runs(path: Path, now: datetime) -> Iterator[Run]:
    with _opened(path) as db:
        if db is None:
            return
        since = (now - LOOK_BACK).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        found = db.execute(
            "select run_id, pipeline_name, status, create_timestamp, end_time from runs"
            " where create_timestamp >= ? order by id desc limit ?",
            (since, RUNS_READ),
        )
        for row in found:
            yield Run(
                run_id=row["run_id"],
                job=row["pipeline_name"],
                status=row["status"],
                created_at=_instant(row["create_timestamp"]),
                ended_at=datetime.fromtimestamp(row["end_time"], UTC) if row["end_time"] else None,
            )


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection | None]:
    if not path.exists():
        yield None
        return
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as db:
        db.row_factory = _row
        db.execute("pragma query_only = on")
        yield db


def _row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> dict[str, Any]:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
