"""Which days a shop is expected on, and what the calendar calls a day on which nothing, little or much came."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from goldline.arrivals import silences_of
from goldline.arrivals.silence import Silences
from tests.unit.arrivals.world import SHOPS, World, days

FIRST, LAST = date(2026, 1, 19), date(2026, 3, 28)  # Monday, Saturday
WORKING = [day for day in days(FIRST, LAST) if day.isoweekday() < 7]
ONE, TWO, THREE = SHOPS


@pytest.fixture
def season(world: World) -> World:
    """Ten weeks of daily deliveries; three shops that are closed on Sundays, which nobody has declared."""
    world.deliver(days(FIRST, LAST))
    for store in SHOPS:
        world.sell(store, WORKING)
    return world


def news(world: World) -> list[tuple[str, str, date]]:
    return [(each.kind, each.store_key, each.day) for each in silences_of(world.session).news]


def test_weekdays_are_learnt_so_a_sunday_without_sales_is_closed_and_no_news(season: World) -> None:
    found = season.statuses(ONE)
    assert {found[day] for day in WORKING} == {"received"}
    assert {found[day] for day in days(FIRST, LAST) if day.isoweekday() == 7} == {"closed"}
    assert news(season) == []


def test_a_shop_that_is_silent_on_the_newest_day_while_others_sold_is_news(season: World) -> None:
    season.forget(TWO, LAST)
    assert season.statuses(TWO)[LAST] == "expected_missing"
    assert news(season) == [("silent", TWO, LAST)]


def test_history_is_never_news_but_stays_open(season: World) -> None:
    gone = LAST - timedelta(days=4)
    season.forget(TWO, gone)
    assert season.statuses(TWO)[gone] == "expected_missing"
    found = silences_of(season.session)
    assert found.news == ()
    assert f"{TWO}:{gone}" in found.lasting


def test_a_closing_without_sales_is_no_silence(season: World) -> None:
    season.forget(TWO, LAST)
    season.sell(TWO, [LAST], tickets=0, closing_ticket_count=0)
    assert season.statuses(TWO)[LAST] == "zero_sales"
    assert news(season) == []


def test_a_till_that_closed_with_tickets_of_which_no_line_came_is_silent_even_on_an_unexpected_day(
    season: World,
) -> None:
    season.forget(TWO, LAST)
    season.expect(weekdays=["mon"])
    season.sell(TWO, [LAST], tickets=0, closing_ticket_count=12, missing_line_count=20)
    assert season.statuses(TWO)[LAST] == "expected_missing"


def test_a_late_shop_turns_from_missing_to_late_when_its_day_comes(season: World) -> None:
    season.forget(THREE, LAST)
    assert season.statuses(THREE)[LAST] == "expected_missing"
    season.deliver(days(LAST + timedelta(days=1), LAST + timedelta(days=2)))
    season.sell(THREE, [LAST], late=2)
    assert season.statuses(THREE)[LAST] == "late"
    assert season.session.scalar("select days_late from control.arrivals where status = 'late'") == 2
    assert f"{THREE}:{LAST}" not in silences_of(season.session).lasting


def test_before_it_opens_and_after_it_closes_nothing_is_expected_of_a_shop(season: World) -> None:
    season.expect(weekdays=["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
    season.open("cashmere:009", first=date(2026, 3, 1), last=date(2026, 3, 10))
    found = season.statuses("cashmere:009")
    assert {day for day, status in found.items() if status == "expected_missing"} == set(
        days(date(2026, 3, 1), date(2026, 3, 10))
    )
    assert {status for day, status in found.items() if day.month < 3} == {"closed"}


def test_a_stated_weekday_wins_over_what_is_learnt_and_a_shops_own_over_that_of_all(season: World) -> None:
    season.forget(ONE, LAST)
    season.forget(TWO, LAST)
    season.expect(weekdays=["mon", "tue", "wed", "thu", "fri"], shops={"002": ["sat"]})
    assert season.statuses(ONE)[LAST] == "closed"
    assert season.statuses(TWO)[LAST] == "expected_missing"
    assert season.statuses(THREE)[LAST] == "unexpected"


def test_holidays_close_every_year_and_exceptions_of_a_shop_win(season: World) -> None:
    for store in SHOPS:
        season.forget(store, LAST)
    season.sell(ONE, [LAST])
    open_all_the_same = {"first": LAST, "shop": "003", "open": True}
    season.expect(holidays=["03-28"], exceptions=[open_all_the_same, {"first": LAST, "shop": "001"}])
    assert season.statuses(ONE)[LAST] == "unexpected"
    assert season.statuses(TWO)[LAST] == "closed"
    assert season.statuses(THREE)[LAST] == "expected_missing"


def test_a_closure_stated_afterwards_ends_the_silence(season: World) -> None:
    season.forget(TWO, LAST)
    season.expect(exceptions=[{"first": LAST - timedelta(days=3), "last": LAST, "shop": "002"}])
    assert season.statuses(TWO)[LAST] == "closed"
    assert silences_of(season.session) == Silences((), frozenset())


def test_a_day_on_which_nobody_sold_is_learnt_as_closed_but_stated_as_open_it_is_one_silence(season: World) -> None:
    for store in SHOPS:
        season.forget(store, LAST)
    assert {season.statuses(store)[LAST] for store in SHOPS} == {"closed"}
    assert news(season) == []
    season.expect(weekdays=["mon", "tue", "wed", "thu", "fri", "sat"])
    season.build("control.arrivals")
    assert news(season) == [("all_silent", "", LAST)]


def test_a_shop_too_small_or_too_new_to_be_judged_is_not_expected(season: World) -> None:
    season.open("cashmere:small")
    season.sell("cashmere:small", WORKING[:-1], tickets=9)
    season.open("cashmere:new")
    season.sell("cashmere:new", [day for day in WORKING if LAST - timedelta(days=27) <= day < LAST])
    assert season.statuses("cashmere:small")[LAST] == "not_expected"
    assert season.statuses("cashmere:new")[LAST] == "not_expected"


def test_weekly_deliveries_are_never_late_and_their_days_are_all_newest(world: World) -> None:
    sundays = [day for day in days(FIRST, LAST + timedelta(days=1)) if day.isoweekday() == 7]
    world.deliver(sundays)
    for store in SHOPS:
        for day in WORKING:
            world.sell(store, [day], late=7 - day.isoweekday())
    world.forget(TWO, date(2026, 3, 25))
    found = world.statuses(TWO)
    assert set(found.values()) == {"received", "closed", "expected_missing"}
    assert news(world) == [("silent", TWO, date(2026, 3, 25))]


@pytest.mark.parametrize(("tickets", "status"), [(5, True), (6, False)])
def test_a_day_with_less_than_a_fifth_of_the_usual_tickets_is_unusually_small(
    tickets: int, status: bool, season: World
) -> None:
    season.forget(ONE, LAST)
    season.sell(ONE, [LAST], tickets=tickets)
    season.build("control.arrivals")
    assert (("small", ONE, LAST) in news(season)) is status


def test_missing_lines_are_named_and_told_apart_from_rows_in_quarantine(season: World) -> None:
    season.forget(ONE, LAST)
    season.sell(ONE, [LAST], missing_line_count=3)
    assert season.statuses(ONE)[LAST] == "incomplete"
    season.deliver([LAST], rows_quarantined=3)
    assert season.statuses(ONE)[LAST] == "quarantined"


def test_a_website_never_closes_and_is_judged_by_its_own_orders(season: World) -> None:
    season.open("magento:base")
    season.deliver(days(FIRST, LAST), source="magento", feed="sales_order")
    season.sell("magento:base", days(FIRST, LAST)[:-1], first_delivery_date=None, last_delivery_date=None)
    assert season.statuses("magento:base")[LAST] == "expected_missing"
    assert news(season) == [("silent", "magento:base", LAST)]


def test_what_the_sensors_are_told_survives_the_record_of_a_run(season: World) -> None:
    season.forget(TWO, LAST)
    season.build("control.arrivals")
    found = silences_of(season.session)
    assert Silences.from_record(found.to_record()) == found
