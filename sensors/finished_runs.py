"""Finished runs as values, read from Dagster's storage: what succeeded, what failed and why, the checks.

Works for runs of the UI, of sensors and schedules and of the command line alike. What of it people must be
told is decided in ``run_incidents`` and ``check_incidents``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from goldline.deliver import Days
from goldline.graph.jobs import FIRST_DAY, LAST_DAY, PARTITION, RANGE_END, RANGE_START
from goldline.graph.runs import step_failure

WILL_RETRY = "dagster/will_retry"
AT_ONCE = 100
Kind = dg.DagsterEventType


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The outcome of one check in a run."""

    asset: str
    name: str
    passed: bool
    is_error: bool
    at: datetime
    message: str = ""
    failing: int | None = None
    keys: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, kw_only=True)
class FinishedRun:
    """A run that is over.

    Attributes:
        run_id: Its id.
        job: Its job.
        is_success: Whether it succeeded.
        ended_at: When.
        will_retry: Whether Dagster starts it again by itself.
        days: Its delivery days, if it has any.
        succeeded: Steps (as ``group/name``) that succeeded.
        failed_step: The step that failed first; empty if the run failed outside of any step.
        cause: Why it failed.
        checks: Outcomes of checks, in order.
    """

    run_id: str
    job: str
    is_success: bool
    ended_at: datetime
    will_retry: bool = False
    days: Days | None = None
    succeeded: frozenset[str] = frozenset()
    failed_step: str = ""
    cause: str = ""
    checks: Sequence[Checked] = field(default=())


def finished_after(
    instance: dg.DagsterInstance, event_type: Any, *, reached: int | None, since: datetime
) -> tuple[list[tuple[int, str]], int]:
    """Return (storage id, run id) of runs that ended so, oldest first, and the storage id reached now.

    Args:
        instance: Where runs are stored.
        event_type: RUN_SUCCESS or RUN_FAILURE.
        reached: The storage id reached before; None at the very first look.
        since: Where the very first look begins.
    """
    if reached is None:
        before = instance.fetch_run_status_changes(
            dg.RunStatusChangeRecordsFilter(event_type=event_type, before_timestamp=since.timestamp()),
            limit=1,
        ).records
        reached = before[0].storage_id if before else 0
    wanted = dg.RunStatusChangeRecordsFilter(event_type=event_type, after_storage_id=reached)
    records = instance.fetch_run_status_changes(wanted, limit=AT_ONCE, ascending=True).records
    found = [(record.storage_id, record.run_id) for record in records]
    return found, max([reached, *(storage_id for storage_id, _ in found)])


def read_run(instance: dg.DagsterInstance, run_id: str) -> FinishedRun | None:
    """Read what happened in a run; None if it was deleted meanwhile."""
    run = instance.get_run_by_id(run_id)
    if run is None:
        return None
    wanted = {
        Kind.STEP_SUCCESS,
        Kind.STEP_FAILURE,
        Kind.RUN_FAILURE,
        Kind.RUN_SUCCESS,
        Kind.ASSET_CHECK_EVALUATION,
    }
    events = [
        (e.dagster_event, _instant(e.timestamp)) for e in instance.all_logs(run_id, of_type=wanted) if e.dagster_event
    ]
    failures = [event for event, _ in events if event.event_type == Kind.STEP_FAILURE]
    messages = [event.message or "" for event, _ in events if event.event_type == Kind.RUN_FAILURE]
    return FinishedRun(
        run_id=run_id,
        job=run.job_name,
        is_success=run.status == dg.DagsterRunStatus.SUCCESS,
        ended_at=max(
            (at for event, at in events if event.event_type in (Kind.RUN_FAILURE, Kind.RUN_SUCCESS)),
            default=_now(),
        ),
        will_retry=run.tags.get(WILL_RETRY) == "true" and run.remote_job_origin is not None,
        days=days_of(run.tags),
        succeeded=frozenset(_asset(event) for event, _ in events if event.event_type == Kind.STEP_SUCCESS),
        failed_step=_asset(failures[0]) if failures else "",
        cause=step_failure(failures[0]) if failures else next(iter(messages), ""),
        checks=tuple(_checks(events)),
    )


def days_of(tags: Mapping[str, str]) -> Days | None:
    """Return the delivery days that a run's tags name."""
    names = ((FIRST_DAY, LAST_DAY), (RANGE_START, RANGE_END), (PARTITION, PARTITION))
    named = next(((first, last) for first, last in names if first in tags and last in tags), None)
    try:
        return Days(*(date.fromisoformat(tags[name]) for name in named)) if named else None
    except ValueError:
        return None


def _checks(events: Sequence[tuple[dg.DagsterEvent, datetime]]) -> Iterator[Checked]:
    for event, at in events:
        if event.event_type != Kind.ASSET_CHECK_EVALUATION:
            continue
        data = event.asset_check_evaluation_data
        failing = data.metadata.get("failing rows")
        keys = data.metadata.get("keys of failing rows")
        yield Checked(
            asset=data.asset_key.to_user_string(),
            name=data.check_name,
            passed=data.passed,
            is_error=data.severity == dg.AssetCheckSeverity.ERROR,
            at=at,
            message=data.description or "",
            failing=failing.value if isinstance(failing, dg.IntMetadataValue) else None,
            keys=tuple(record.data for record in keys.records) if isinstance(keys, dg.TableMetadataValue) else (),
        )


def _asset(event: dg.DagsterEvent) -> str:
    return (event.step_key or "").replace("__", "/")


def _instant(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _now() -> datetime:
    return datetime.now(UTC)
