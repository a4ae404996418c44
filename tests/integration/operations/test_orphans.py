"""A run that was killed together with everything that would have noticed is closed by the next start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from goldline.demo import write_deliveries
from goldline.faultpoint import EXIT_CODE, VARIABLE
from goldline.graph.orphans import GONE
from goldline.graph.runs import open_instance
from goldline.home import Home
from goldline.settings import load_settings
from tests.integration.operations.processes import ENVIRONMENT, ROOT

pytestmark = pytest.mark.integration

PATIENCE = 240.0
LOCATION = """
import time, dagster as dg
from goldline.home import Home
from goldline.settings import load_settings
from sensors.housekeeping import housekeeping_sensor

@dg.op
def endless():
    time.sleep(3600)

@dg.job(tags={"dagster/max_retries": "0"})  # a second run would stand beside the one that is closed
def nightly():
    endless()

@dg.sensor(job=nightly, minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
def once():
    return dg.RunRequest(run_key="once")

defs = dg.Definitions(jobs=[nightly], sensors=[once, housekeeping_sensor(Home(load_settings()))])
"""


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    return {**ENVIRONMENT, "GOLDLINE_HOME": str(home), "GOLDLINE_SETTLE_SECONDS": "0"}


@pytest.fixture
def instance(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", "")
    with open_instance(Home(load_settings(home=home)).settings) as instance:
        yield instance


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def statuses(instance: dg.DagsterInstance) -> list[dg.DagsterRunStatus]:
    return [run.status for run in instance.get_runs()]


def test_a_run_of_the_command_line_that_was_killed_is_closed_by_the_next_one(
    home: Path, environment: dict[str, str], instance: dg.DagsterInstance
) -> None:
    write_deliveries(home / "landing", days=2, customers=20, last_day=date(2026, 3, 28))
    words = [sys.executable, "-u", "-m", "goldline", "run"]
    environment |= {VARIABLE: "intake.before_commit", "COLUMNS": "400"}

    def killed_run() -> str:
        done = subprocess.run(words, env=environment, cwd=home, capture_output=True, text=True, check=False)
        assert done.returncode == EXIT_CODE, done.stdout + done.stderr
        return done.stdout

    killed_run()
    (run,) = instance.get_runs()
    assert run.status == dg.DagsterRunStatus.STARTED
    assert f"run {run.run_id[:8]} was cut off earlier; it is now marked as failed" in killed_run()
    assert statuses(instance) == [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE]


def test_a_run_that_the_daemon_launched_and_that_died_with_it_is_closed_when_the_daemon_starts_again(
    home: Path, environment: dict[str, str], instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    location = tmp_path / "location.py"
    location.write_text(LOCATION)
    environment["DAGSTER_HOME"] = str(home / "dagster")
    with daemon(location, environment):
        wait_for(lambda: statuses(instance) == [dg.DagsterRunStatus.STARTED] and _worker(instance))
    worker = _worker(instance)
    assert worker
    os.kill(worker, signal.SIGKILL)
    assert statuses(instance) == [dg.DagsterRunStatus.STARTED]
    with daemon(location, environment):
        wait_for(lambda: statuses(instance) == [dg.DagsterRunStatus.FAILURE])
    (run,) = instance.get_runs()
    messages = [e.dagster_event.message for e in instance.all_logs(run.run_id) if e.dagster_event]
    assert GONE in messages


def _worker(instance: dg.DagsterInstance) -> int:
    """The process of the run, as it has told in its log."""
    (run,) = instance.get_runs()
    for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        event = entry.dagster_event
        if event and "pid" in event.engine_event_data.metadata:
            return int(str(event.engine_event_data.metadata["pid"].value))
    return 0


@contextmanager
def daemon(location: Path, environment: dict[str, str]) -> Iterator[None]:
    """Dagster's daemon with its code server; killed with all its children at the end, as when power goes."""
    words = [sys.executable, "-m", "dagster._daemon", "run", "-f", str(location)]
    with subprocess.Popen(words, env=environment, cwd=ROOT, start_new_session=True) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
