"""The version of the warehouse's own layout, and the steps from each version to the next.

Belongs here: which steps there are, and carrying them out, each in a transaction of its own, so that a process that
dies leaves the old layout or the new one. What a step changes is in a module of its own. The layout of derived tables
is none of it: they are built anew when their definition changes.

A new step: write ``m<version>_<name>.py`` with a ``MIGRATION``, add it to ``STEPS``. Where the warehouse does not have
what the new layout needs, a step says so instead of making it up; then the warehouse is built anew from the archive.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from goldline.errors import GoldlineError
from goldline.faultpoint import reach
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.migrations.m2_everything_kept import EVERYTHING_KEPT
from goldline.warehouse.migrations.step import Migration

__all__ = ["CURRENT", "STEPS", "Migration", "RebuildNeeded", "migrate", "schema_version"]

STEPS: tuple[Migration, ...] = (EVERYTHING_KEPT,)
FIRST = 1
CURRENT = FIRST + len(STEPS)
"""The version that this Goldline works with."""

_TABLE = "operation.schema_version"
_CREATE = f"""
create schema if not exists operation;
create table if not exists {_TABLE} (
    version integer primary key, applied_at timestamp not null, what varchar not null, rebuild_because varchar not null
)
"""
_log = logging.getLogger(__name__)


class RebuildNeeded(GoldlineError):
    """The warehouse lacks what the present layout needs; the archive has it."""


def schema_version(session: Session) -> int:
    """Return the version of the layout: 0 for an empty warehouse, 1 for one from before versions were written down."""
    if session.has_table(_TABLE):
        return int(session.scalar(f"select coalesce(max(version), 0) from {_TABLE}"))
    return FIRST if session.has_table("intake.delivery_file") else 0


def migrate(warehouse: Warehouse, steps: Sequence[Migration] = STEPS) -> list[Migration]:
    """Bring the layout up to date; return the steps that were carried out now.

    Raises:
        GoldlineError: The warehouse was made by a newer Goldline.
        RebuildNeeded: A step, now or earlier, found that the warehouse has to be built anew.
    """
    known, done = FIRST + len(steps), []
    with warehouse.transaction() as session:
        version = schema_version(session)
        if version == known:
            _require_whole(session)
            return []
        if version > known:
            raise _too_new(version, known)
        if version == 0:
            _record(session, Migration(known, "made in this layout", lambda _: ""), "")
            return []
    for step in steps[version - FIRST :]:
        with warehouse.transaction() as session:
            because = step.apply(session)
            _record(session, step, because)
            reach("migration.before_commit")
        reach("migration.committed")
        _log.info("warehouse.migrated", extra={"layout": step.version, "what": step.what, "rebuild_because": because})
        done.append(step)
    with warehouse.transaction() as session:
        _require_whole(session)
    return done


def _record(session: Session, step: Migration, because: str) -> None:
    session.execute(_CREATE)
    now = datetime.now(UTC).replace(tzinfo=None)
    session.execute(f"insert into {_TABLE} values (?, ?, ?, ?)", [step.version, now, step.what, because])


def _require_whole(session: Session) -> None:
    found = session.rows(f"select rebuild_because from {_TABLE} where rebuild_because <> '' order by version")
    if found:
        raise RebuildNeeded(
            f"the warehouse was made by an earlier Goldline, which {found[-1][0]}; it has to be built anew",
            where="warehouse",
            remedy="run 'goldline rebuild': it loads everything again from the archive; what is published stays"
            " readable meanwhile",
        )


def _too_new(version: int, known: int) -> GoldlineError:
    return GoldlineError(
        f"the warehouse was made by a newer Goldline (layout {version}; this one knows {known})",
        where="warehouse",
        remedy="install that Goldline again; or, to stay with this one, build the warehouse anew with"
        " 'goldline rebuild', or restore a backup of before the upgrade with 'goldline restore'",
    )
