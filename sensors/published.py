"""After a publish the boards are drawn and the daily report goes; and there is an hour by which people expect it."""

from typing import Any

import dagster as dg

from goldline.graph.boards import PUBLISHED
from goldline.home import Home


def published_sensor(job: Any) -> dg.SensorDefinition:
    """Make the sensor that starts ``job`` after each publish."""

    @dg.asset_sensor(
        asset_key=PUBLISHED,
        name="published",
        job=job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Draws the boards and sends the daily report after each publish, in a run of its own.",
    )
    def published(context: dg.SensorEvaluationContext, event: dg.EventLogEntry) -> dg.RunRequest:  # noqa: ARG001
        return dg.RunRequest(run_key=event.run_id)

    return published


def report_schedule(home: Home, job: Any) -> dg.ScheduleDefinition:
    """Make the schedule that sends what the night could not, or says that it is held back."""
    at = home.settings.report_at
    return dg.ScheduleDefinition(
        name="daily_report",
        job=job,
        cron_schedule=f"{at.minute} {at.hour} * * *",
        execution_timezone=home.settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Sends the daily report to everybody who has not had it; when it is held back, says so and why.",
    )
