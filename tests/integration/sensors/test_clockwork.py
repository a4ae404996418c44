"""A sensor or schedule that fails or was stopped is told once, and called off."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    InProcessCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import SerializableErrorInfo

from sensors.clock_incidents import Clockwork, clock_incidents, read_clockwork

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 29, 5, 12, tzinfo=UTC)
UI = "http://127.0.0.1:3000"


def a_state(instance: dg.DagsterInstance, name: str, kind: InstigatorType, status: InstigatorStatus) -> InstigatorState:
    location = InProcessCodeLocationOrigin(LoadableTargetOrigin(python_file="none"), location_name="goldline")
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
    data = ScheduleInstigatorData("0 3 * * *") if kind == InstigatorType.SCHEDULE else SensorInstigatorData()
    return instance.add_instigator_state(InstigatorState(origin, kind, status, data))


def a_tick(instance: dg.DagsterInstance, state: InstigatorState, minute: int, status: TickStatus) -> None:
    error = SerializableErrorInfo("no such table", [], "CatalogError") if status == TickStatus.FAILURE else None
    instance.create_tick(
        TickData(
            instigator_origin_id=state.instigator_origin_id,
            instigator_name=state.instigator_name,
            instigator_type=state.instigator_type,
            status=status,
            timestamp=NOW.timestamp() + 60 * minute,
            run_ids=[],
            error=error,
            selector_id=state.selector_id,
        )
    )


def told(instance: dg.DagsterInstance) -> list[tuple[str, str, str]]:
    found = clock_incidents(read_clockwork(instance, {"deliveries", "nightly"}), UI, NOW)
    return [(incident.kind, incident.title, incident.cause) for incident in found]


def test_a_sensor_that_fails_twice_in_a_row_is_told_until_it_works_again(instance: dg.DagsterInstance) -> None:
    state = a_state(instance, "deliveries", InstigatorType.SENSOR, InstigatorStatus.DECLARED_IN_CODE)
    a_tick(instance, state, 0, TickStatus.SKIPPED)
    a_tick(instance, state, 1, TickStatus.FAILURE)
    assert told(instance) == []
    a_tick(instance, state, 2, TickStatus.FAILURE)
    a_tick(instance, state, 3, TickStatus.STARTED)
    assert told(instance) == [("sensor_failed", "sensor deliveries fails", "no such table")]
    a_tick(instance, state, 4, TickStatus.SUCCESS)
    assert told(instance) == []


def test_a_schedule_that_fails_once_is_told_as_its_next_chance_is_a_day_away(
    instance: dg.DagsterInstance,
) -> None:
    state = a_state(instance, "nightly", InstigatorType.SCHEDULE, InstigatorStatus.DECLARED_IN_CODE)
    a_tick(instance, state, 0, TickStatus.FAILURE)
    assert told(instance) == [("sensor_failed", "schedule nightly fails", "no such table")]


def test_a_stopped_sensor_is_told_and_one_that_is_no_longer_in_the_code_is_not(
    instance: dg.DagsterInstance,
) -> None:
    for name in ("deliveries", "renamed_since"):
        a_state(instance, name, InstigatorType.SENSOR, InstigatorStatus.STOPPED)
    ((kind, title, _),) = told(instance)
    assert (kind, title) == ("sensor_stopped", "sensor deliveries is stopped")


def test_the_beginning_of_a_failure_stays_the_same_while_it_lasts() -> None:
    failures = tuple((NOW.replace(minute=minute), "no such table") for minute in (14, 13, 12))
    work = Clockwork(name="deliveries", is_schedule=False, is_stopped=False, failures=failures)
    (incident,) = clock_incidents([work], UI, NOW)
    assert incident.since == NOW
    assert incident.link == f"{UI}/locations/goldline/sensors/deliveries"
