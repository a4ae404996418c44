"""What the suite of ``merge.delivery_days`` says of ten weeks of deliveries: late, held, stale, too few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from goldline.home import assets_folder
from goldline.quality.result import CheckResult
from goldline.quality.run import run_suite
from goldline.quality.suite import load_suite
from goldline.warehouse.engine import Session, Warehouse

NEWEST = date(2026, 4, 4)
SUITE = load_suite(assets_folder() / "merge/delivery_days.checks.yaml")


@pytest.fixture
def history() -> Iterator[Session]:
    """Ten weeks of daily deliveries of both sources, 100 sale lines each."""
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        session.execute("create schema merge")
        session.execute(
            "create table merge.delivery_days as select source_system,"
            " cast(date '2026-04-04' - cast(days_ago as integer) as date) as delivery_date,"
            " cast(null as varchar) as missing_feeds, cast(0 as bigint) as rows_quarantined,"
            " cast(0 as bigint) as rows_duplicate, cast(100 as bigint) as sale_row_count"
            " from (values ('magento'), ('cashmere')) as sources (source_system), range(70) as d (days_ago)"
        )
        yield session


def checked(session: Session) -> dict[str, CheckResult]:
    return {result.name: result for result in run_suite(session, SUITE, parameters={"today": NEWEST})}


def lose(session: Session, condition: str, *days: date) -> None:
    session.execute(f"delete from merge.delivery_days where source_system = 'cashmere' and {condition}", list(days))


def test_ten_weeks_of_like_deliveries_fail_nothing(history: Session) -> None:
    assert [result.name for result in checked(history).values() if not result.passed] == []


@pytest.mark.parametrize(("lines", "passes"), [(33, False), (34, True), (300, True), (301, False)])
def test_the_volume_of_the_newest_delivery_is_compared_with_its_own_weekday(
    lines: int, passes: bool, history: Session
) -> None:
    history.execute("update merge.delivery_days set sale_row_count = 1 where isodow(delivery_date) = 7")
    history.execute(
        "update merge.delivery_days set sale_row_count = ? where source_system = 'cashmere' and delivery_date = ?",
        [lines, NEWEST],
    )
    result = checked(history)["volume_is_as_usual"]
    assert result.passed is passes
    named = {"source_system": "cashmere", "delivery_date": "2026-04-04", "sale_row_count": str(lines)}
    assert result.keys == (() if passes else (named,))


def test_the_volume_is_not_judged_before_four_weeks_are_known(history: Session) -> None:
    history.execute("delete from merge.delivery_days where delivery_date < ?", [NEWEST - timedelta(days=27)])
    history.execute("update merge.delivery_days set sale_row_count = 1 where delivery_date = ?", [NEWEST])
    assert checked(history)["volume_is_as_usual"].passed


def test_a_day_that_was_held_or_is_late_is_missed_on_its_weekday(history: Session) -> None:
    missed = NEWEST - timedelta(days=3)
    lose(history, "delivery_date = ?", missed)
    result = checked(history)["no_delivery_day_is_missing"]
    assert result.keys == ({"source_system": "cashmere", "delivery_date": missed.isoformat()},)


def test_a_source_that_never_delivers_on_sundays_is_not_missed_on_one(history: Session) -> None:
    lose(history, "isodow(delivery_date) = 7")
    assert checked(history)["no_delivery_day_is_missing"].passed


def test_a_source_that_stays_away_for_three_days_is_not_fresh(history: Session) -> None:
    lose(history, "delivery_date > ?", NEWEST - timedelta(days=2))
    assert checked(history)["every_source_is_fresh"].passed
    lose(history, "delivery_date > ?", NEWEST - timedelta(days=3))
    result = checked(history)["every_source_is_fresh"]
    assert result.keys == ({"source_system": "cashmere", "delivery_date": "2026-04-01"},)


def test_tomorrows_delivery_is_early_and_that_of_the_day_after_impossible(history: Session) -> None:
    moved = "update merge.delivery_days set delivery_date = delivery_date + 1"
    history.execute(moved)
    assert checked(history)["no_delivery_comes_from_the_future"].passed
    history.execute(moved)
    result = checked(history)["no_delivery_comes_from_the_future"]
    assert result.blocks
    assert result.failing == 2
