"""The sensor that starts a run as soon as a delivery is complete.

What waits is decided in ``waiting``; here Dagster is asked for runs, and people are told what lies in the
landing zone that no run will take.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from goldline.alerts import Incident
from goldline.errors import GoldlineError, TransientError
from goldline.graph.jobs import plan_runs
from goldline.landing.found import Found, Refusal
from sensors.conditions import follow
from sensors.waiting import Watch, identity, is_busy, steady_days

SCOPE = "landing:"
RUN_KEY = "dagster/run_key"
RELOAD = (
    "reload the code location (in the UI: Deployment, Code locations, Reload), so that its calendar begins"
    " with the first delivery known; if the landing zone is not a local folder, set GOLDLINE_FIRST_DAY first"
)


def deliveries_sensor(watch: Watch, jobs: Sequence[Any]) -> dg.SensorDefinition:
    """Make the sensor; ``jobs`` are those that it may start."""

    @dg.sensor(
        name="deliveries",
        jobs=jobs,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"mailer"},
        description="Starts a run as soon as the files of a delivery day are complete and no run is active.",
    )
    def deliveries(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        outbox, now = context.resources.mailer.outbox, datetime.now(UTC)
        try:
            scan = watch.scan(now)
        except TransientError as error:
            follow(outbox, SCOPE, [unreachable(error, now)], now)
            return dg.SensorResult(skip_reason=f"the landing zone is away: {error.what}")
        outside = watch.outside(scan, now)
        follow(outbox, SCOPE, strangers(scan.refused, outside, watch.first_day.isoformat(), now), now)
        if is_busy(context.instance):
            return dg.SensorResult(skip_reason="a run is queued or in progress")
        days = [day for day in steady_days(scan) if day not in {file.delivery_date for file in outside}]
        requests = [
            dg.RunRequest(run_key=identity(planned, scan.complete), job_name=planned.job, tags=planned.tags)
            for planned in plan_runs(days)
        ]
        if not requests:
            return dg.SensorResult(skip_reason=nothing(len(scan.growing), outside))
        if all(_was_asked(context.instance, request) for request in requests):
            return dg.SensorResult(
                skip_reason="a run for exactly these files was started before; the night tries again"
            )
        if not watch.claim(repr(days), "deliveries", now):
            return dg.SensorResult(skip_reason="the nightly schedule has just asked for these days")
        return dg.SensorResult(run_requests=requests)

    return deliveries


def _was_asked(instance: dg.DagsterInstance, request: dg.RunRequest) -> bool:
    return bool(instance.get_runs_count(dg.RunsFilter(tags={RUN_KEY: request.run_key or ""})))


def nothing(growing: int, outside: Sequence[Found]) -> str:
    """Say why there is nothing to start."""
    if outside:
        days = ", ".join(sorted({file.delivery_date.isoformat() for file in outside})[:3])
        return f"{len(outside)} files of {days} lie outside the calendar: {RELOAD}"
    if growing:
        return f"{growing} files are still being written"
    return "no complete delivery waits"


def unreachable(error: GoldlineError, now: datetime) -> Incident:
    """The incident of a landing zone that is away."""
    return Incident(
        key=f"{SCOPE}unreachable",
        kind="landing_unreachable",
        group="platform",
        title="The landing zone cannot be reached",
        cause=str(error),
        since=now,
        how_to_reproduce="goldline doctor",
    )


def strangers(
    refused: Sequence[Refusal], outside: Sequence[Found], first: str, now: datetime
) -> list[Incident]:
    """The incidents of files that no run will take: names that fit nothing, days outside the calendar."""
    found = []
    if refused:
        found.append(
            _untaken(
                "refused",
                f"{len(refused)} files in the landing zone belong to no delivery",
                (f"{refusal.source}/{refusal.name}: {refusal.reason}" for refusal in refused),
                "give each file the name that its contract states, or move it away",
                now,
            )
        )
    if outside:
        found.append(
            _untaken(
                "outside",
                f"{len(outside)} files of days outside the calendar ({first} to today)",
                (f"{file.source}/{file.name}" for file in outside),
                RELOAD,
                now,
            )
        )
    return found


def _untaken(name: str, title: str, lines: Iterable[str], remedy: str, now: datetime) -> Incident:
    shown = list(lines)
    more = [f"... and {len(shown) - 10} more"] if len(shown) > 10 else []
    return Incident(
        key=f"{SCOPE}{name}",
        kind="files_not_taken",
        group="platform",
        title=title,
        cause="\n".join([*shown[:10], *more, f"What to do: {remedy}"]),
        since=now,
        severity="warning",
        how_to_reproduce="goldline run",
    )
