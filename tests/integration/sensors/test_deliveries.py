"""What the sensor and the schedule ask Dagster for, on a real landing zone and a real ledger."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from goldline.deliver import blocked_days, land
from goldline.home import Home
from goldline.landing.events import Refused, Retry
from goldline.settings import load_settings
from resources.mailer import MailerResource
from sensors.deliveries import deliveries_sensor
from sensors.nightly import nightly_schedule
from sensors.waiting import Watch

pytestmark = pytest.mark.integration

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)


def drop(home: Home, *days: date, source: str = "cashmere", text: str = "x", age: float = 3600) -> None:
    folder = home.settings.home / "landing" / source
    folder.mkdir(parents=True, exist_ok=True)
    for day in days:
        path = folder / (f"VENTES_{day:%Y%m%d}.csv" if source == "cashmere" else f"sales_order_{day:%Y%m%d}.csv")
        path.write_text(text)
        os.utime(path, (time.time() - age, time.time() - age))


@dg.job
def nightly() -> None:
    """The night's job, of which sensor and schedule need no more than the name."""


class Clockwork:
    """Sensor and schedule of one code location, as a daemon keeps it open."""

    def __init__(self, home: Home, instance: dg.DagsterInstance, mailer: MailerResource) -> None:
        self.watch = Watch(home, first_day=TODAY - timedelta(days=2))
        self.instance, self.mailer = instance, mailer

    def look(self) -> tuple[list[dg.RunRequest], str]:
        """Let the sensor look once; return what it asks for and what it says."""
        context = dg.build_sensor_context(instance=self.instance, resources={"mailer": self.mailer})
        result = deliveries_sensor(self.watch, nightly).evaluate_tick(context)
        return list(result.run_requests or ()), str(result.skip_message)

    def night(self) -> tuple[list[dg.RunRequest], str]:
        """Let the schedule look once; return what it asks for and what it says."""
        context = dg.build_schedule_context(instance=self.instance, scheduled_execution_time=datetime.now(UTC))
        result = nightly_schedule(self.watch, nightly).evaluate_tick(context)
        return list(result.run_requests or ()), str(result.skip_message)


@pytest.fixture
def clockwork(installation: Home, instance: dg.DagsterInstance, mailer: MailerResource) -> Clockwork:
    return Clockwork(installation, instance, mailer)


def test_complete_files_ask_for_one_run_over_all_sources(installation: Home, clockwork: Clockwork) -> None:
    assert clockwork.look() == ([], "no complete delivery waits")
    drop(installation, YESTERDAY)
    drop(installation, YESTERDAY, source="magento")
    (request,), _ = clockwork.look()
    assert request.job_name == "nightly"
    assert request.tags["dagster/partition"] == YESTERDAY.isoformat()


def test_nothing_is_asked_for_while_a_run_is_active(
    installation: Home, instance: dg.DagsterInstance, clockwork: Clockwork
) -> None:
    drop(installation, YESTERDAY)
    instance.create_run_for_job(nightly, status=dg.DagsterRunStatus.STARTED)
    assert clockwork.look() == ([], "a run is queued or in progress")
    assert clockwork.night() == ([], "a run is queued or in progress")


def test_files_whose_run_failed_are_left_to_the_night_and_a_corrected_file_is_not(
    installation: Home, instance: dg.DagsterInstance, clockwork: Clockwork
) -> None:
    drop(installation, YESTERDAY)
    (request,), _ = clockwork.look()
    tags = {**request.tags, "dagster/run_key": str(request.run_key)}
    instance.create_run_for_job(nightly, status=dg.DagsterRunStatus.FAILURE, tags=tags)
    assert clockwork.look()[1].startswith("a run for exactly these files was started before")
    drop(installation, YESTERDAY, text="corrected")
    (corrected,), _ = clockwork.look()
    assert corrected.run_key != request.run_key


def test_the_night_also_takes_what_was_received_and_never_loaded(installation: Home, clockwork: Clockwork) -> None:
    assert clockwork.night() == ([], "every delivery that arrived is loaded")
    drop(installation, TODAY - timedelta(days=2))
    land(installation, sources=["cashmere"], days=None)
    drop(installation, YESTERDAY)
    (request,), _ = clockwork.night()
    assert request.tags["dagster/asset_partition_range_start"] == (TODAY - timedelta(days=2)).isoformat()
    assert request.tags["dagster/asset_partition_range_end"] == YESTERDAY.isoformat()


def test_the_night_leaves_a_refused_day_alone_until_it_is_to_be_tried_again(
    installation: Home, clockwork: Clockwork
) -> None:
    drop(installation, YESTERDAY)
    (entry,) = land(installation, sources=["cashmere"], days=None).new
    contract = installation.contracts["cashmere"]
    refused = Refused(entry=entry.sequence, run_id="", reasons=("cut",), contract=contract.digest)
    installation.ledger.append([refused])
    assert blocked_days(installation, contract) == {YESTERDAY}
    assert clockwork.night() == ([], "every delivery that arrived is loaded")
    installation.ledger.append([Retry(entry=entry.sequence)])
    (request,), _ = clockwork.night()
    assert request.tags["dagster/partition"] == YESTERDAY.isoformat()


def test_sensor_and_schedule_at_the_same_moment_ask_for_one_run(installation: Home, clockwork: Clockwork) -> None:
    drop(installation, YESTERDAY)
    assert len(clockwork.night()[0]) == 1
    assert clockwork.look() == ([], "the nightly schedule has just asked for a run")


def test_days_older_than_the_calendar_are_loaded_without_reloading_the_code(
    installation: Home, clockwork: Clockwork
) -> None:
    old = TODAY - timedelta(days=40)
    drop(installation, old)
    (request,), _ = clockwork.look()
    assert request.tags["goldline/first_day"] == old.isoformat()


def test_files_that_fit_nothing_are_reported_until_they_are_gone(
    installation: Home, clockwork: Clockwork, mailer: MailerResource
) -> None:
    stray = installation.settings.home / "landing" / "cashmere" / "ventes du samedi.csv"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_text("x")
    clockwork.look()
    clockwork.look()
    (record,) = mailer.outbox.open_incidents()
    assert (record.incident.key, record.count) == ("landing:refused", 1)
    assert "ventes du samedi.csv" in record.incident.cause
    stray.unlink()
    clockwork.look()
    assert mailer.outbox.open_incidents() == ()


def test_a_landing_zone_that_is_away_is_a_skip_and_an_incident_never_a_failed_tick(
    home: Path, installation: Home, instance: dg.DagsterInstance, mailer: MailerResource
) -> None:
    settings = load_settings(home=home, landing="sftp://goldline@127.0.0.1:9/landing")
    clockwork = Clockwork(Home(settings), instance, mailer)
    requests, said = clockwork.look()
    assert (requests, said.split(":")[0]) == ([], "the landing zone is away")
    (record,) = mailer.outbox.open_incidents()
    assert record.incident.key == "landing:unreachable"
    assert clockwork.night() == ([], "every delivery that arrived is loaded")
