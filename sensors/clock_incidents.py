"""Sensors and schedules that fail or were stopped, and backfills that failed.

A sensor must fail twice in a row: while code is reloaded, one look may go wrong. The alerts sensor cannot
tell of itself that it is stopped: that needs an eye from outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorTick,
    InstigatorType,
    TickStatus,
)

from goldline.alerts import Incident

TICKS_READ = 5


@dataclass(frozen=True, kw_only=True)
class Clockwork:
    """A sensor or schedule: whether it is on, and how its last looks ended, newest first."""

    name: str
    is_schedule: bool
    is_stopped: bool
    failures: tuple[tuple[datetime, str], ...] = ()

    @property
    def is_failing(self) -> bool:
        """Whether people must be told."""
        return not self.is_stopped and len(self.failures) >= (1 if self.is_schedule else 2)

    @property
    def label(self) -> str:
        """What it is called."""
        return f"{'schedule' if self.is_schedule else 'sensor'} {self.name}"


def read_clockwork(instance: dg.DagsterInstance, names: Collection[str]) -> list[Clockwork]:
    """Read the state of all sensors and schedules of these names; others were removed from the code."""
    return [_clockwork(instance, state) for state in instance.all_instigator_state() if state.name in names]


def clock_incidents(clockworks: Iterable[Clockwork], ui_url: str, now: datetime) -> Iterator[Incident]:
    """Describe those that are stopped or failing."""
    for work in clockworks:
        if work.is_stopped:
            cause = "Nothing that it would start or report happens until it is switched on again."
            yield _clock_incident(work, "is stopped", cause, now, ui_url, severity="warning")
        elif work.is_failing:
            yield _clock_incident(work, "fails", work.failures[0][1], work.failures[-1][0], ui_url)


def backfill_key(backfill: PartitionBackfill) -> str:
    """The identity of what a backfill was about: the same assets again, successfully, end the incident."""
    assets = sorted(key.to_user_string() for key in backfill.asset_selection or ())
    return f"backfill:{hashlib.sha256(repr(assets or backfill.job_name).encode()).hexdigest()[:16]}"


def backfill_incident(backfill: PartitionBackfill, ui_url: str) -> Incident:
    """Describe a failed backfill."""
    assets = [key.to_user_string() for key in backfill.asset_selection or ()]
    cause = backfill.error.message if backfill.error else "Some of its runs failed; each has an alert of its own."
    return Incident(
        key=backfill_key(backfill),
        kind="backfill_failed",
        group=assets[0].split("/")[0] if len({asset.split("/")[0] for asset in assets}) == 1 else "platform",
        title=f"backfill {backfill.backfill_id} of {_some(assets)}",
        cause=cause,
        since=datetime.fromtimestamp(backfill.backfill_end_timestamp or backfill.backfill_timestamp, UTC),
        link=f"{ui_url.rstrip('/')}/runs/b/{backfill.backfill_id}",
        how_to_reproduce="start the backfill again from its page",
    )


def ended_backfills(instance: dg.DagsterInstance, seen: Collection[str]) -> list[PartitionBackfill]:
    """Return backfills that ended and were not seen yet, the oldest first."""
    ended = (BulkActionStatus.FAILED, BulkActionStatus.COMPLETED_FAILED, BulkActionStatus.COMPLETED_SUCCESS)
    latest = [backfill for backfill in instance.get_backfills(limit=50) if backfill.status in ended]
    return [backfill for backfill in reversed(latest) if backfill.backfill_id not in seen]


def has_failed(backfill: PartitionBackfill) -> bool:
    """Whether a backfill that ended has failed."""
    return backfill.status != BulkActionStatus.COMPLETED_SUCCESS


def _clockwork(instance: dg.DagsterInstance, state: InstigatorState) -> Clockwork:
    ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=TICKS_READ)
    return Clockwork(
        name=state.name,
        is_schedule=state.instigator_type == InstigatorType.SCHEDULE,
        is_stopped=state.status == InstigatorStatus.STOPPED,
        failures=tuple(_failures(ticks)),
    )


def _failures(ticks: Sequence[InstigatorTick]) -> Iterator[tuple[datetime, str]]:
    """Yield the failures since the last look that ended well, newest first."""
    for tick in ticks:
        if tick.status == TickStatus.STARTED:
            continue
        if tick.status != TickStatus.FAILURE:
            return
        yield (
            datetime.fromtimestamp(tick.timestamp, UTC),
            tick.error.message.strip() if tick.error else "unknown error",
        )


def _clock_incident(
    work: Clockwork, what: str, cause: str, since: datetime, ui_url: str, *, severity: str = "error"
) -> Incident:
    folder = "schedules" if work.is_schedule else "sensors"
    return Incident(
        key=f"clock:{work.label}:{what}",
        kind="sensor_stopped" if work.is_stopped else "sensor_failed",
        group="platform",
        title=f"{work.label} {what}",
        cause=cause,
        since=since,
        severity="warning" if severity == "warning" else "error",
        link=f"{ui_url.rstrip('/')}/locations/goldline/{folder}/{work.name}",
    )


def _some(assets: Sequence[str]) -> str:
    if not assets:
        return "a job"
    return assets[0] if len(assets) == 1 else f"{assets[0]} and {len(assets) - 1} more assets"
