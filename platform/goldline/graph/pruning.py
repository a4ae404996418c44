"""Old runs, their events and the looks of sensors, removed from Dagster's storage.

Dagster 1.13 cannot do this by itself (dagster-io/dagster#33785), and deleting a run takes along the materializations
that it made: its days would show as missing. So an old run is deleted only when each of its materializations has been
superseded; of the others the log goes, and the newest materialization of each asset and day, and the newest result of
each check, stay. Works on SQLite and PostgreSQL, through the table definitions that both storages share.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable

from goldline.retention import Pruned
from goldline.settings import Settings

PRUNED_TAG = "goldline/pruned"
AT_ONCE = 100
FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
_EVENTS, _CHECKS = SqlEventLogStorageTable, AssetCheckExecutionsTable
_MATERIALIZED = dg.DagsterEventType.ASSET_MATERIALIZATION.value


def prune_dagster(
    instance: dg.DagsterInstance, settings: Settings, now: datetime, *, is_rehearsal: bool = False, limit: int = AT_ONCE
) -> list[Pruned]:
    """Prune at most ``limit`` old runs, and all old ticks.

    Returns:
        What was removed; the note of the first says whether more runs wait.
    """
    before = now - timedelta(days=settings.keep_runs_days)
    waiting = _old_runs(instance, before)
    deleted = thinned = 0
    for run in waiting[:limit] if not is_rehearsal else ():
        if _prune_run(instance, run):
            deleted += 1
        else:
            thinned += 1
    ticks = _prune_ticks(instance, now - timedelta(days=settings.keep_ticks_days), is_rehearsal=is_rehearsal)
    if deleted or thinned or (ticks and not is_rehearsal):
        folder = settings.dagster_dir
        _vacuum(folder / "history/runs/index.db", folder / "history/runs.db", folder / "schedules/schedules.db")
    if is_rehearsal:
        return [Pruned("old runs", len(waiting)), Pruned("looks of sensors and schedules", ticks)]
    note = f"{len(waiting) - limit} more wait" if len(waiting) > limit else ""
    return [
        Pruned("old runs", deleted, note=note),
        Pruned("logs of old runs", thinned),
        Pruned("looks of sensors and schedules", ticks),
    ]


def _old_runs(instance: dg.DagsterInstance, before: datetime) -> list[dg.DagsterRun]:
    """Return finished runs that were last heard of before that, oldest first."""
    wanted = dg.RunsFilter(statuses=list(FINISHED), updated_before=before)
    records = instance.get_run_records(wanted, ascending=True)
    return [record.dagster_run for record in records if PRUNED_TAG not in record.dagster_run.tags]


def _prune_run(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Delete a run; or, if it made something that still is the newest, all but that. Say whether it is gone."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        instance.delete_run(run.run_id)
        return True
    kept = _newest_of(storage, run.run_id)
    if kept:
        _thin(storage, run.run_id, kept)
        instance.add_run_tags(run.run_id, {PRUNED_TAG: "true"})
    else:
        with storage.index_connection() as db:
            db.execute(_CHECKS.delete().where(_CHECKS.c.run_id == run.run_id))
        instance.delete_run(run.run_id)
    if isinstance(storage, SqliteEventLogStorage):
        _empty_file(storage, run.run_id, is_kept=bool(kept))
    instance.compute_log_manager.delete_logs(prefix=[run.run_id])
    return not kept


def _newest_of(storage: SqlEventLogStorage, run_id: str) -> set[int]:
    """Return the events of a run that nothing has superseded."""
    newer = _EVENTS.alias("newer")
    superseded = sa.exists().where(
        newer.c.asset_key == _EVENTS.c.asset_key,
        sa.func.coalesce(newer.c.partition, "") == sa.func.coalesce(_EVENTS.c.partition, ""),
        newer.c.dagster_event_type == _MATERIALIZED,
        newer.c.id > _EVENTS.c.id,
    )
    made = sa.select(_EVENTS.c.id).where(
        _EVENTS.c.run_id == run_id, _EVENTS.c.dagster_event_type == _MATERIALIZED, ~superseded
    )
    later = _CHECKS.alias("later")
    repeated = sa.exists().where(
        later.c.asset_key == _CHECKS.c.asset_key,
        later.c.check_name == _CHECKS.c.check_name,
        later.c.evaluation_event_storage_id.is_not(None),
        later.c.id > _CHECKS.c.id,
    )
    checked = sa.select(_CHECKS.c.evaluation_event_storage_id).where(
        _CHECKS.c.run_id == run_id, _CHECKS.c.evaluation_event_storage_id.is_not(None), ~repeated
    )
    with storage.index_connection() as db:
        return {int(number) for query in (made, checked) for (number,) in db.execute(query)}


def _thin(storage: SqlEventLogStorage, run_id: str, kept: set[int]) -> None:
    """Delete all events and check results of a run but these."""
    with storage.index_connection() as db:
        db.execute(_EVENTS.delete().where(_EVENTS.c.run_id == run_id, _EVENTS.c.id.not_in(kept)))
        db.execute(
            _CHECKS.delete().where(
                _CHECKS.c.run_id == run_id,
                sa.func.coalesce(_CHECKS.c.evaluation_event_storage_id, 0).not_in(kept),
            )
        )


def _empty_file(storage: SqliteEventLogStorage, run_id: str, *, is_kept: bool) -> None:
    """Empty the file that has the log of one run; it stays while the UI shows the run, as its tables are looked for."""
    path = Path(storage.path_for_shard(run_id))
    if is_kept:
        with storage.run_connection(run_id) as db:
            db.execute(_EVENTS.delete())
        _vacuum(path)
        return
    for each in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        each.unlink(missing_ok=True)


def _prune_ticks(instance: dg.DagsterInstance, before: datetime, *, is_rehearsal: bool) -> int:
    count = 0
    for state in instance.all_instigator_state():
        old = instance.get_ticks(state.instigator_origin_id, state.selector_id, before=before.timestamp())
        count += len(old)
        if old and not is_rehearsal:
            instance.purge_ticks(state.instigator_origin_id, state.selector_id, before.timestamp())
    return count


def _vacuum(*paths: Path) -> None:
    """Give the room of deleted rows back to the disk; a file that is in use is left for the next time."""
    for path in paths:
        if path.exists():
            try:
                with closing(sqlite3.connect(path, timeout=5)) as db:
                    db.execute("vacuum")
            except sqlite3.OperationalError:
                continue
