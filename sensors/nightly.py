"""The schedule of the night: everything that waits, also what earlier nights missed.

It asks for the same run as the ``deliveries`` sensor would; only what is in the ledger and was never loaded
is looked for here alone.
"""

from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from goldline.errors import TransientError
from goldline.graph.jobs import plan_runs
from sensors.waiting import Watch, is_busy, ledger_days

Outcome = dg.SkipReason | list[dg.RunRequest]


def nightly_schedule(watch: Watch, job: Any) -> dg.ScheduleDefinition:
    """Make the schedule of ``job``."""
    at = watch.home.settings.night_at

    @dg.schedule(
        name="nightly",
        job=job,
        cron_schedule=f"{at.minute} {at.hour} * * *",
        execution_timezone=watch.home.settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Loads all deliveries that wait, from any night, builds all tables, checks, publishes.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> Outcome:
        now = datetime.now(UTC)
        if is_busy(context.instance):
            return dg.SkipReason("a run is queued or in progress")
        try:
            days = waiting_days(watch, now)
        except TransientError as error:
            context.log.warning(f"the landing zone is away: {error}")
            days = ledger_days(watch.home)
        planned = plan_runs(day for day in days if day <= watch.today(now))
        if not planned:
            return dg.SkipReason("every delivery that arrived is loaded")
        if not watch.claim("nightly", now):
            return dg.SkipReason("the deliveries sensor has just asked for a run")
        return [watch.request(run, f"{run.days.first}:{run.days.last}") for run in planned]

    return nightly


def waiting_days(watch: Watch, now: datetime) -> set[date]:
    """Days with complete files in the landing zone, and days received and not loaded."""
    return {file.delivery_date for file in watch.scan(now).complete} | ledger_days(watch.home)
