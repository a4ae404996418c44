"""The sensor that keeps the queue open: runs whose process is gone are closed, so that others can start.

How such a run is recognised is in ``goldline.graph.orphans``.
"""

import dagster as dg

from goldline.graph.orphans import close_orphans


def housekeeping_sensor() -> dg.SensorDefinition:
    """Make the sensor."""

    @dg.sensor(
        name="housekeeping",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks runs as failed whose process is gone, so that they don't keep the queue closed.",
    )
    def housekeeping(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        closed = close_orphans(context.instance)
        for run_id in closed:
            context.log.warning(f"run {run_id} was marked as failed: its process is gone")
        return dg.SkipReason(
            f"{len(closed)} runs whose process is gone were closed" if closed else "all runs are alive"
        )

    return housekeeping
