"""Runs whose process is gone: killed together with everything that would have noticed.

Dagster notices a run that dies alone. When its code server dies with it (a reboot, a container out of
memory), the run stays "started" for ever and keeps the queue closed. Who calls this, and when, is decided
elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg

from goldline.processes import started_at, state_of

OWNER_TAG = "goldline/process"
LAUNCHED_TAG = ".dagster/grpc_info"
CLOCK_TOLERANCE = timedelta(seconds=3)
GONE = "the process of this run is gone: it was killed, or the machine restarted"


def close_orphans(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs as failed whose process is gone; return their ids.

    A run of the command line carries the name of its process. One that the daemon launched has told its
    process number in its log; a process of that number that began later is another one. Runs that other
    machines carry out (their launcher watches them) are left alone.
    """
    running = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    orphans = [r.dagster_run for r in instance.get_run_records(running) if _is_orphan(instance, r.dagster_run)]
    for run in orphans:
        instance.report_run_failed(run, GONE)
    return [run.run_id for run in orphans]


def _is_orphan(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    if LAUNCHED_TAG in run.tags:  # asked first: running a run again copies the other tag
        told = None if instance.run_launcher.supports_check_run_worker_health else _told_process(instance, run.run_id)
        return told is not None and not _is_same_process(*told)
    owner = run.tags.get(OWNER_TAG)
    return owner is not None and state_of(owner) == "dead"


def _told_process(instance: dg.DagsterInstance, run_id: str) -> tuple[int, datetime] | None:
    """Return the process number that a run's worker wrote into its log, and when."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        event = entry.dagster_event
        pid = event.engine_event_data.metadata.get("pid") if event else None
        if pid is not None:
            return int(str(pid.value)), datetime.fromtimestamp(entry.timestamp, UTC)
    return None


def _is_same_process(pid: int, told_at: datetime) -> bool:
    started = started_at(pid)
    return started is not None and started <= told_at + CLOCK_TOLERANCE
