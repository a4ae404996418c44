"""A run whose process was killed keeps no later run from starting."""

from __future__ import annotations

import os
import subprocess
import sys

import dagster as dg
import pytest
from dagster._core.events import EngineEventData

from goldline.graph.orphans import GONE, LAUNCHED_TAG, OWNER_TAG, close_orphans
from goldline.home import Home
from goldline.processes import process_name
from sensors.housekeeping import housekeeping_sensor

pytestmark = pytest.mark.integration

STARTED = dg.DagsterRunStatus.STARTED


@pytest.fixture
def job() -> dg.JobDefinition:
    @dg.job
    def nightly() -> None:
        pass

    return nightly


def launched(instance: dg.DagsterInstance, job: dg.JobDefinition, pid: int) -> str:
    """A run that a daemon launched, whose worker has told its process number."""
    run = instance.create_run_for_job(job, status=STARTED, tags={LAUNCHED_TAG: "{}"})
    instance.report_engine_event(f"Started process for run (pid: {pid}).", run, EngineEventData.in_process(pid))
    return run.run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def a_dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_run_whose_process_was_killed_is_closed_and_a_living_one_is_not(
    instance: dg.DagsterInstance, installation: Home, job: dg.JobDefinition
) -> None:
    dead, alive = launched(instance, job, a_dead_pid()), launched(instance, job, os.getpid())
    result = housekeeping_sensor(installation).evaluate_tick(dg.build_sensor_context(instance=instance))
    assert result.skip_message == "1 runs whose process is gone were closed"
    assert status(instance, dead) == dg.DagsterRunStatus.FAILURE
    assert status(instance, alive) == STARTED
    (failure,) = instance.all_logs(dead, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert failure.dagster_event and failure.dagster_event.message == GONE


def test_a_process_that_got_the_number_of_a_dead_one_does_not_keep_its_run_alive(
    instance: dg.DagsterInstance, job: dg.JobDefinition, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(["sleep", "60"]) as later:
        monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)
        run_id = launched(instance, job, later.pid)
        monkeypatch.undo()
        assert close_orphans(instance) == [run_id]
        later.kill()


def test_a_zombie_counts_as_dead(instance: dg.DagsterInstance, job: dg.JobDefinition) -> None:
    process = subprocess.Popen(["sleep", "60"])
    run_id = launched(instance, job, process.pid)
    assert close_orphans(instance) == []
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert close_orphans(instance) == [run_id]
    process.wait()


def test_a_run_of_the_command_line_is_known_by_the_name_of_its_process(
    instance: dg.DagsterInstance, job: dg.JobDefinition
) -> None:
    mine = process_name(os.getpid())
    before_reboot = mine.rpartition("@")[0] + "@00000000"
    alive = instance.create_run_for_job(job, status=STARTED, tags={OWNER_TAG: mine})
    dead = instance.create_run_for_job(job, status=STARTED, tags={OWNER_TAG: before_reboot})
    assert close_orphans(instance) == [dead.run_id]
    assert status(instance, alive.run_id) == STARTED


def test_a_run_started_again_from_the_ui_is_not_judged_by_the_copied_name_of_the_first_process(
    instance: dg.DagsterInstance, job: dg.JobDefinition
) -> None:
    tags = {OWNER_TAG: f"{a_dead_pid()}@1@00000000", LAUNCHED_TAG: "{}"}
    instance.create_run_for_job(job, status=STARTED, tags=tags)
    assert close_orphans(instance) == []
