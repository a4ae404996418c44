"""Runs started from the command line: ordinary Dagster runs, executed in this process and shown by the UI.

Also here: Dagster's own home with its ``dagster.yaml``, and closing runs whose process is gone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from goldline.settings import Settings

OWNER_TAG = "goldline/process"

DAGSTER_YAML = """\
# Written by Goldline; change it freely, it is not written again.
telemetry: {enabled: false}
nux: {enabled: false}
concurrency:
  runs: {max_concurrent_runs: 1}
run_monitoring: {enabled: true, max_runtime_seconds: 21600}
run_retries: {enabled: true, max_retries: 1, retry_on_asset_or_op_failure: false}
"""


def prepare_dagster_home(settings: Settings) -> Path:
    """Create Dagster's home with its configuration, and point this process at it."""
    folder = settings.dagster_dir
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "dagster.yaml"
    if not config.exists():
        config.write_text(DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open the Dagster instance of the home."""
    prepare_dagster_home(settings)
    return dg.DagsterInstance.get()


def execute(
    definitions: dg.Definitions, job: str, instance: dg.DagsterInstance, tags: Mapping[str, str]
) -> dg.ExecuteInProcessResult:
    """Carry out a job in this process; a failed run is returned, not raised."""
    return definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        tags={**tags, OWNER_TAG: _process(os.getpid())},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )


def first_failure(result: dg.ExecuteInProcessResult) -> str:
    """Return the message of the step that failed first."""
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data and data.user_failure_data.description:
                return f"{event.step_key}: {data.user_failure_data.description}"
            error = data.error
            cause = error.cause if error and error.cause else error
            return f"{event.step_key}: {cause.message.strip() if cause else 'unknown error'}"
        if event.event_type == dg.DagsterEventType.RUN_FAILURE:
            return str(event.message)
    return "the run failed"


def close_orphans(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs of the command line as failed when their process is gone; return their ids."""
    closed = []
    running = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    for record in instance.get_run_records(running):
        owner = record.dagster_run.tags.get(OWNER_TAG)
        if owner and owner != _process(int(owner.split("@")[0])):
            instance.report_run_failed(record.dagster_run, "the process of this run is gone")
            closed.append(record.dagster_run.run_id)
    return closed


def _process(pid: int) -> str:
    """Name a process so that a later one with the same number is told apart; empty if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return ""
    started = stat.rpartition(")")[2].split()[19]
    return f"{pid}@{started}@{_boot()}"


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()[:8]
    except OSError:
        return ""


