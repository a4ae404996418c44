"""The sensor that keeps the house: closes runs whose process is gone, and once a day removes what is old.

How such a run is recognised is in ``goldline.graph.orphans``; what is old, in ``goldline.retention`` and
``goldline.graph.pruning``.
"""

from datetime import UTC, datetime

import dagster as dg

from goldline.graph.orphans import close_orphans
from goldline.graph.pruning import prune_dagster
from goldline.home import Home
from goldline.retention import prune_home
from sensors.waiting import is_busy


def housekeeping_sensor(home: Home) -> dg.SensorDefinition:
    """Make the sensor."""

    @dg.sensor(
        name="housekeeping",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks runs as failed whose process is gone, so that they don't keep the queue closed; and removes"
        " once a day what is older than the settings want to keep.",
    )
    def housekeeping(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        closed = close_orphans(context.instance)
        for run_id in closed:
            context.log.warning(f"run {run_id} was marked as failed: its process is gone")
        if closed:
            return dg.SkipReason(f"{len(closed)} runs whose process is gone were closed")
        now = datetime.now(UTC)
        today = now.date().isoformat()
        if context.cursor == today or is_busy(context.instance):
            return dg.SkipReason("all runs are alive")
        runs, *others = prune_dagster(context.instance, home.settings, now)
        if not runs.note:  # else more runs wait for the next look
            others += prune_home(home, now)
            context.update_cursor(today)
        said = ", ".join(f"{each.count} {each.what}" for each in (runs, *others) if each.count)
        return dg.SkipReason(f"all runs are alive; removed: {said or 'nothing'}")

    return housekeeping
