"""Runs started from the command line: ordinary Dagster runs, executed in this process and shown by the UI.

Also here: Dagster's own home with its ``dagster.yaml``.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from goldline.graph.orphans import OWNER_TAG
from goldline.processes import process_name
from goldline.settings import Settings

_log = logging.getLogger(__name__)

DAGSTER_YAML = """\
# Written by Goldline; change it freely, it is not written again.
telemetry: {enabled: false}
event_log_storage:
  module: goldline.graph.event_log
  class: PooledSqliteEventLogStorage
  config: {base_dir: {env: DAGSTER_HOME}}
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
    _log.info("run.started", extra={"job": job, "tags": dict(tags)})
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        tags={**tags, OWNER_TAG: process_name(os.getpid())},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    _log.info("run.ended", extra={"job": job, "run_id": result.run_id, "is_success": result.success})
    return result


def first_failure(result: dg.ExecuteInProcessResult) -> str:
    """Return the message of the step that failed first."""
    for event in result.all_events:
        if event.is_step_failure:
            return f"{event.step_key}: {step_failure(event)}"
        if event.event_type == dg.DagsterEventType.RUN_FAILURE:
            return str(event.message)
    return "the run failed"


def step_failure(event: dg.DagsterEvent) -> str:
    """Return why a step failed: what Goldline said of it, or the message of the exception."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error.cause if data.error and data.error.cause else data.error
    return error.message.strip() if error else "unknown error"
