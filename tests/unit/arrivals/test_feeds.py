"""Feeds that did not come: the same answer from the ledger, in Python, and from the warehouse, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

import pytest

from goldline.arrivals import interval
from goldline.arrivals.feeds import Came, missed_feeds
from goldline.contracts import Contract
from tests.unit.arrivals.world import World, days

FIRST, LAST = date(2026, 1, 19), date(2026, 3, 28)
EVERY = days(FIRST, LAST)
TICKETS = ("VENTES", "REGLEMENTS", "CLOTURES")


def both(
    world: World, came: Mapping[str, Collection[date]], empty: Mapping[str, Collection[date]] | None = None
) -> set[str]:
    """Ask both ways which feeds are missing on any day; they must agree."""
    contract = world.contracts["cashmere"]
    for feed, known in came.items():
        world.deliver(known, feed=feed)
    for feed, known in (empty or {}).items():
        world.deliver(known, feed=feed, rows_received=0, rows_loaded=0)
    world.build("control.feed_arrivals")
    by_sql = world.session.rows(
        "select feed, delivery_date from control.feed_arrivals where status = 'expected_missing' order by 1, 2"
    )
    everything = {feed: {*came.get(feed, ()), *(empty or {}).get(feed, ())} for feed in {*came, *(empty or {})}}
    told = Came(everything, came)
    by_python = [(feed, day) for day in sorted(told.deliveries) for feed in missed_feeds(contract, told, day)]
    assert sorted(by_python) == by_sql
    return {f"{feed} {day}" for feed, day in by_sql}


def test_feeds_that_come_together_are_missed_as_soon_as_one_of_them_came(world: World) -> None:
    came = {"VENTES": [FIRST], "REGLEMENTS": [FIRST]}
    assert both(world, came) == {f"CLOTURES {FIRST}"}


def test_a_feed_that_came_on_this_weekday_for_weeks_is_missed_when_another_came_alone(world: World) -> None:
    came: dict[str, Collection[date]] = dict.fromkeys(TICKETS, EVERY[:-1])
    assert both(world, {**came, "CLIENTS": [LAST]}) == {f"{feed} {LAST}" for feed in TICKETS}


def test_a_feed_that_is_empty_on_sundays_may_be_absent_on_one(world: World) -> None:
    sundays = [day for day in EVERY if day.isoweekday() == 7]
    weekdays = [day for day in EVERY if day.isoweekday() < 7]
    came: dict[str, Collection[date]] = dict.fromkeys(TICKETS, weekdays)
    empty: dict[str, Collection[date]] = dict.fromkeys(TICKETS, sundays[:-1])
    assert both(world, {**came, "CLIENTS": sundays}, empty) == set()


def test_a_feed_that_comes_when_something_changed_is_never_missed(world: World) -> None:
    came: dict[str, Collection[date]] = {**dict.fromkeys(TICKETS, EVERY), "ARTICLES": EVERY[:-10]}
    assert both(world, came) == set()


def test_a_weekly_feed_is_missed_on_the_eighth_day_and_not_before_its_first(world: World) -> None:
    expect(world, "MAGASINS", "weekly")
    came: dict[str, Collection[date]] = {**dict.fromkeys(TICKETS, EVERY[:20]), "MAGASINS": EVERY[3:10]}
    assert both(world, came) == {f"MAGASINS {day}" for day in EVERY[16:20]}


def test_on_a_stated_holiday_nothing_that_usually_comes_is_missed(world: World) -> None:
    world.expect(holidays=["03-28"])
    came: dict[str, Collection[date]] = dict.fromkeys(TICKETS, EVERY[:-1])
    assert both(world, {**came, "CLIENTS": [LAST]}) == set()


def expect(world: World, feed: str, expected: str) -> None:
    contract: Contract = world.contracts["cashmere"]
    feeds = {**contract.feeds, feed: contract.feeds[feed].model_copy(update={"expected": expected})}
    world.contracts["cashmere"] = contract.model_copy(update={"feeds": feeds})
    world.expect()


@pytest.mark.parametrize(
    ("declared", "step", "count", "expected"),
    [
        ("daily", 1, 30, 1),
        ("daily", 7, 5, 7),
        ("daily", 7, 4, 1),
        ("weekly", 1, 30, 7),
        ("weekly", 14, 9, 14),
        ("irregular", 1, 30, None),
    ],
)
def test_a_source_is_measured_by_its_contract_or_by_a_slower_rhythm_that_it_has_kept(
    declared: str, step: int, count: int, expected: int | None
) -> None:
    assert interval(declared, {FIRST + timedelta(days=step * number) for number in range(count)}) == expected


def test_a_missed_day_does_not_make_a_daily_source_a_slower_one() -> None:
    assert interval("daily", {day for day in EVERY if day.day not in (3, 4, 17)}) == 1
