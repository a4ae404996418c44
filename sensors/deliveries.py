"""The sensor that starts a run as soon as a delivery is complete.

What waits is decided in ``waiting``; here Dagster is asked for a run, and people are told what lies in the
landing zone that no run will take.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
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
SHOWN = 10


def deliveries_sensor(watch: Watch, job: Any) -> dg.SensorDefinition:
    """Make the sensor that starts ``job``."""

    @dg.sensor(
        name="deliveries",
        job=job,
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
        follow(outbox, SCOPE, strangers(scan.refused, scan.complete, watch.today(now), now), now)
        if is_busy(context.instance):
            return dg.SensorResult(skip_reason="a run is queued or in progress")
        days = steady_days(scan, watch.today(now))
        requests = [watch.request(run, identity(run, scan.complete)) for run in plan_runs(days)]
        if not requests:
            return dg.SensorResult(skip_reason=nothing(len(scan.growing)))
        if all(_was_asked(context.instance, request) for request in requests):
            reason = "a run for exactly these files was started before; the night tries again"
            return dg.SensorResult(skip_reason=reason)
        if not watch.claim("deliveries", now):
            return dg.SensorResult(skip_reason="the nightly schedule has just asked for a run")
        return dg.SensorResult(run_requests=requests)

    return deliveries


def nothing(growing: int) -> str:
    """Say why there is nothing to start."""
    return f"{growing} files are still being written" if growing else "no complete delivery waits"


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


def strangers(refused: Sequence[Refusal], files: Iterable[Found], today: date, now: datetime) -> list[Incident]:
    """The incidents of files that no run will take: names that fit nothing, days that have not come yet."""
    misnamed = [f"{each.source}/{each.name}: {each.reason}" for each in refused]
    early = [f"{file.source}/{file.name}" for file in files if file.delivery_date > today]
    remedy = "give each file the name that its contract states, or move it away"
    found = []
    if misnamed:
        found.append(_untaken("refused", "files that belong to no delivery", misnamed, remedy, now))
    if early:
        found.append(_untaken("future", "files of days that have not come yet", early, remedy, now))
    return found


def _was_asked(instance: dg.DagsterInstance, request: dg.RunRequest) -> bool:
    return bool(instance.get_runs_count(dg.RunsFilter(tags={RUN_KEY: request.run_key or ""})))


def _untaken(name: str, what: str, files: Sequence[str], remedy: str, now: datetime) -> Incident:
    more = [f"... and {len(files) - SHOWN} more"] if len(files) > SHOWN else []
    return Incident(
        key=f"{SCOPE}{name}",
        kind="files_not_taken",
        group="platform",
        title=f"Landing zone: {what} ({len(files)})",
        cause="\n".join([*files[:SHOWN], *more, f"What to do: {remedy}"]),
        since=now,
        severity="warning",
        how_to_reproduce="goldline run",
    )
