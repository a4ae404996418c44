from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from goldline.deliver import Days
from goldline.home import Home
from goldline.settings import load_settings
from sensors.late_deliveries import Gap, gaps, last_due, late_incidents

PARIS = ZoneInfo("Europe/Paris")


def day(number: int) -> date:
    return date(2026, 3, number)


def missing(delivered: list[int], until: int) -> list[Days]:
    return [gap.days for gap in gaps("cashmere", "Cashmere tills", {day(n) for n in delivered}, day(until))]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 28, 5, 59, tzinfo=UTC), 26),
        (datetime(2026, 3, 28, 6, 0, tzinfo=UTC), 27),
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), 28),  # the clock went forward that night
    ],
)
def test_yesterdays_delivery_is_due_from_the_local_deadline_on(now: datetime, due: int) -> None:
    assert last_due(now, zone=PARIS, deadline=time(7)) == day(due)


def test_silence_and_a_hole_are_gaps_but_not_the_time_before_the_first_delivery() -> None:
    assert missing([10, 11, 13], until=13) == [Days(day(12), day(12))]
    assert missing([10, 11], until=13) == [Days(day(12), day(13))]
    assert missing([12, 13], until=13) == []


def test_a_source_that_never_delivered_is_not_late() -> None:
    assert missing([], until=13) == []


def test_deliveries_of_today_are_no_reason_to_report_today() -> None:
    assert missing([12, 13, 14], until=13) == []


def keys(delivered: list[int], until: int) -> list[str]:
    return [gap.key for gap in gaps("cashmere", "Cashmere tills", {day(n) for n in delivered}, day(until))]


def test_silence_is_one_incident_however_long_it_lasts_and_even_if_a_part_comes_late() -> None:
    assert keys([10], until=12) == keys([10], until=13) == keys([10, 11], until=13) == ["late:cashmere"]


def test_a_hole_is_an_incident_of_its_own_beside_silence() -> None:
    assert keys([10, 12], until=13) == ["late:cashmere:2026-03-11", "late:cashmere"]


def incidents(tmp_path: Path, first: int, last: int, *, is_open: bool) -> list[tuple[str, str]]:
    gap = Gap("cashmere", "Cashmere tills", Days(day(first), day(last)), is_open)
    now = datetime(2026, 3, 28, 7, 0, tzinfo=UTC)
    return [(i.kind, i.title) for i in late_incidents([gap], Home(load_settings(home=tmp_path)), now)]


def test_a_delivery_is_late_while_nothing_newer_came_and_missing_afterwards(tmp_path: Path) -> None:
    assert incidents(tmp_path, 27, 27, is_open=True) == [("late_delivery", "Cashmere tills, delivery of 27 Mar 2026")]
    assert incidents(tmp_path, 25, 26, is_open=False) == [
        ("missing_delivery", "Cashmere tills, delivery of 25 Mar 2026 to 26 Mar 2026")
    ]


def test_an_old_hole_is_not_told_for_ever(tmp_path: Path) -> None:
    assert incidents(tmp_path, 1, 20, is_open=False) == []
