from __future__ import annotations

from datetime import date

import pytest

from goldline.deliver import Days
from sensors.finished_runs import FinishedRun, days_of
from sensors.run_incidents import ended_by, failure_incident, failure_key, how_to_reproduce
from tests.unit.sensors.runs import RUN, UI, a_run, a_success, days

DELIVERY = "cashmere/delivery"
TABLE = "merge/unified_sales"


def test_a_failed_delivery_names_its_step_day_cause_command_and_page() -> None:
    incident = failure_incident(a_run(), UI)
    assert incident.title == "cashmere/delivery, 28 Mar 2026"
    assert (incident.group, incident.kind, incident.severity) == ("cashmere", "run_failed", "error")
    assert incident.cause == "VENTES_20260328.csv: line 812 breaks off"
    assert incident.how_to_reproduce == "goldline run --date 2026-03-28"
    assert incident.link == f"{UI}/runs/{RUN}"
    assert incident.facts["Delivery days"] == "28 Mar 2026"


def test_a_run_that_fails_outside_of_any_step_is_the_platforms() -> None:
    incident = failure_incident(a_run(failed_step="", days=None, cause="the process is gone"), UI)
    assert (incident.group, incident.title, incident.key) == ("platform", "job nightly", "run:nightly:")


def test_a_run_of_the_ui_is_not_shown_under_dagsters_inner_name() -> None:
    incident = failure_incident(a_run(job="__ASSET_JOB", failed_step=TABLE, days=None), UI)
    assert incident.facts["Job"] == "materialize"
    assert "__" not in incident.title


@pytest.mark.parametrize(
    ("asset", "of", "command"),
    [
        (DELIVERY, days(28), "goldline run --date 2026-03-28"),
        (DELIVERY, days(1, 28), "goldline backfill --from 2026-03-01 --to 2026-03-28"),
        (DELIVERY, None, "goldline run"),
        ("", days(28), "goldline run --date 2026-03-28"),
        (
            TABLE,
            days(28),
            "dagster asset materialize -m goldline.definitions --select 'key:\"merge/unified_sales\"'",
        ),
    ],
)
def test_the_command_does_what_the_failed_step_did(asset: str, of: Days | None, command: str) -> None:
    assert how_to_reproduce(asset, of) == command


def test_another_refused_day_is_another_incident_although_the_first_one_is_still_open() -> None:
    assert failure_key(a_run(days=days(28))) != failure_key(a_run(days=days(29)))


def test_a_table_that_fails_every_night_is_one_incident() -> None:
    assert failure_key(a_run(failed_step=TABLE, days=days(28))) == failure_key(a_run(failed_step=TABLE, days=days(29)))


def over(key: str, run: FinishedRun, blocked: set[date] | None = None) -> bool:
    return ended_by(run, [key], {"cashmere": blocked or set()}) == [key]


def test_a_tables_failure_is_over_when_the_table_was_built_even_if_another_step_failed_then() -> None:
    key = failure_key(a_run(failed_step=TABLE))
    assert over(key, a_success(TABLE, job="refresh"))
    assert over(key, a_run(failed_step="publish/published", succeeded=frozenset({TABLE})))
    assert not over(key, a_success("merge/unified_staff"))


def test_the_next_nights_success_does_not_end_a_refused_delivery_that_still_keeps_its_day_out() -> None:
    key = failure_key(a_run(days=days(28)))
    assert not over(key, a_success(DELIVERY, days=days(29)), blocked={date(2026, 3, 28)})


def test_a_refused_delivery_is_over_when_a_corrected_file_was_loaded() -> None:
    key = failure_key(a_run(days=days(20, 29)))
    assert over(key, a_success(DELIVERY, days=days(28)), blocked={date(2026, 3, 1)})


def test_a_run_without_a_step_is_over_when_its_own_job_succeeds() -> None:
    key = failure_key(a_run(failed_step=""))
    assert over(key, a_success(DELIVERY))
    assert not over(key, a_success(DELIVERY, job="refresh"))
    assert not over(key, a_run())


def test_other_sorts_of_incidents_are_not_touched() -> None:
    assert ended_by(a_success(TABLE), ["check:merge/unified_sales:x", "late:cashmere:2026-03-28"], {}) == []


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"dagster/partition": "2026-03-28"}, days(28)),
        (
            {
                "dagster/asset_partition_range_start": "2026-03-01",
                "dagster/asset_partition_range_end": "2026-03-28",
            },
            days(1, 28),
        ),
        ({"goldline/first_day": "2026-03-01", "goldline/last_day": "2026-03-28"}, days(1, 28)),
        ({}, None),
        ({"dagster/partition": "Paris"}, None),
    ],
)
def test_the_days_of_a_run_are_read_from_every_kind_of_tag(tags: dict[str, str], found: Days | None) -> None:
    assert days_of(tags) == found
