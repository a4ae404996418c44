"""What counts as wrong, look by look, at hours that people in Paris know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from goldline.definitions import build_definitions
from goldline.home import Home
from goldline.landing.events import Received
from goldline.settings import load_settings
from goldline.watchdog.dagster_state import WATCHED, DagsterState, Look, Run, Tick
from goldline.watchdog.looks import LOOKS, Scene

NOW = datetime(2026, 3, 29, 5, 12, tzinfo=UTC)  # 07:12 in Paris, where the clock went forward that night
ALIVE = {"SENSOR": NOW - timedelta(seconds=40), "SCHEDULER": NOW - timedelta(days=2)}


def minutes(number: float) -> datetime:
    return NOW - timedelta(minutes=number)


def found(home: Path, state: DagsterState, look: str) -> list[str]:
    scene = Scene(load_settings(home=home), state, NOW)
    return [condition.key for condition in LOOKS[look](scene)]


def test_what_is_watched_is_what_the_platform_runs(home: Path) -> None:
    definitions = build_definitions(load_settings())
    names = {each.name for each in (*(definitions.sensors or ()), *(definitions.schedules or ()))}
    assert set(WATCHED) == names


@pytest.mark.parametrize(
    ("beats", "keys"),
    [
        ({}, ["daemon:never"]),
        ({"SENSOR": minutes(4)}, ["daemon:dead"]),
        ({"SENSOR": minutes(4), "SCHEDULER": minutes(1)}, []),
    ],
)
def test_the_daemon_is_dead_when_no_part_of_it_has_shown_life_for_minutes(
    beats: dict[str, datetime], keys: list[str], home: Path
) -> None:
    assert found(home, DagsterState(heartbeats=beats), "daemon") == keys


def looks(**changed: Look) -> DagsterState:
    known = {
        name: Look(
            name=name, is_schedule=name == "nightly", is_stopped=False, ticks=(Tick(at=minutes(1), status="SKIPPED"),)
        )
        for name in WATCHED
    }
    return DagsterState(heartbeats=ALIVE, looks=known | changed)


def a_look(*statuses: str, name: str = "alerts", minute: float = 1, stopped: bool = False) -> Look:
    ticks = tuple(
        Tick(at=minutes(minute + n), status=status, error="no such table") for n, status in enumerate(statuses)
    )
    return Look(name=name, is_schedule=name == "nightly", is_stopped=stopped, ticks=ticks)


@pytest.mark.parametrize(
    ("look", "keys"),
    [
        (a_look("SKIPPED"), []),
        (a_look("SKIPPED", stopped=True), ["sensors:alerts:stopped"]),
        (a_look("FAILURE", "SKIPPED"), []),
        (a_look("FAILURE", "FAILURE", "SKIPPED"), ["sensors:alerts:fails"]),
        (a_look("STARTED", "FAILURE", "FAILURE"), ["sensors:alerts:fails"]),
        (a_look("SKIPPED", minute=11), ["sensors:alerts:sleeps"]),
    ],
)
def test_a_sensor_is_told_when_it_is_stopped_fails_twice_or_sleeps(look: Look, keys: list[str], home: Path) -> None:
    assert found(home, looks(alerts=look), "sensors") == keys


def test_a_schedule_is_told_at_its_first_failure_and_may_rest_for_a_day(home: Path) -> None:
    assert found(home, looks(nightly=a_look("FAILURE", name="nightly")), "sensors") == ["sensors:nightly:fails"]
    assert found(home, looks(nightly=a_look("SKIPPED", name="nightly", minute=1400)), "sensors") == []


def test_sensors_are_not_blamed_for_a_dead_daemon(home: Path) -> None:
    assert found(home, DagsterState(heartbeats={"SENSOR": minutes(5)}), "sensors") == []
    assert found(home, DagsterState(heartbeats=ALIVE), "sensors") == [f"sensors:{name}:unknown" for name in WATCHED]


def a_run(status: str, minute: float, job: str = "nightly") -> Run:
    ended = None if status == "STARTED" else minutes(minute)
    return Run(run_id="0123456789", job=job, status=status, created_at=minutes(minute + 5), ended_at=ended)


@pytest.mark.parametrize(
    ("runs", "ticks", "is_late"),
    [
        ((a_run("SUCCESS", 100),), (), False),
        ((a_run("SUCCESS", 1500),), (), True),  # the night before
        ((a_run("FAILURE", 100),), (), True),
        ((a_run("SUCCESS", 10), a_run("FAILURE", 100)), (), False),
        ((a_run("FAILURE", 10), a_run("SUCCESS", 100)), (), True),
        ((a_run("STARTED", 240),), (), True),
        ((a_run("SUCCESS", 10, "__ASSET_JOB"),), (), True),
        ((), (), True),
        ((), (Tick(at=minutes(255), status="SKIPPED"),), True),  # before 03:00 in Paris
        ((), (Tick(at=minutes(250), status="SKIPPED"),), False),
        ((), (Tick(at=minutes(250), status="FAILURE"),), True),
    ],
)
def test_the_night_must_have_succeeded_by_the_deadline_or_found_nothing_to_do(
    runs: tuple[Run, ...], ticks: tuple[Tick, ...], is_late: bool, home: Path
) -> None:
    receive(home)
    look = Look(name="nightly", is_schedule=True, is_stopped=False, ticks=ticks)
    assert found(home, DagsterState(runs=runs, looks={"nightly": look}), "night") == ["night:late"] * is_late


def receive(home: Path) -> None:
    event = Received(
        source="cashmere", feed="VENTES", delivery_date=NOW.date(), name="VENTES_20260328.csv", sha256="0" * 64, size=1
    )
    Home(load_settings(home=home)).ledger.append([event])


def test_a_home_that_has_never_received_anything_has_no_night_to_miss(home: Path) -> None:
    assert found(home, DagsterState(), "night") == []


def test_a_disk_below_its_limit_is_told_with_what_is_left(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(home, DagsterState(), "disk") == []
    monkeypatch.setenv("GOLDLINE_WATCH_DISK_GB", "1e9")
    assert found(home, DagsterState(), "disk") == ["disk:full"]


def test_nothing_published_yet_and_no_outbox_yet_are_no_faults(home: Path) -> None:
    assert found(home, DagsterState(), "published") == []
    assert found(home, DagsterState(), "outbox") == []
