"""Which days are meant, and which they are compared with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldline.metrics.filters import Filters
from goldline.metrics.period import Period, complete_months, plus_months, resolve

AS_OF, FIRST = date(2026, 3, 28), date(2020, 1, 3)


def days(start: str, end: str, months: int = 0) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end), months)


@pytest.mark.parametrize(
    ("filters", "period", "previous"),
    [
        (Filters(), days("2026-01-01", "2026-03-29", 12), days("2025-01-01", "2025-03-29", 12)),
        (Filters(year=2025), days("2025-01-01", "2026-01-01", 12), days("2024-01-01", "2025-01-01", 12)),
        (Filters(year=2026, month=3), days("2026-03-01", "2026-03-29", 1), days("2026-02-01", "2026-03-01", 1)),
        (Filters(year=2026, month=2), days("2026-02-01", "2026-03-01", 1), days("2026-01-01", "2026-02-01", 1)),
        (
            Filters(year=2026, compare="last_year"),
            days("2026-01-01", "2026-03-29", 12),
            days("2025-01-02", "2025-03-30"),
        ),
        (
            Filters(start=date(2026, 3, 2), end=date(2026, 3, 8)),
            days("2026-03-02", "2026-03-09"),
            days("2026-02-23", "2026-03-02"),
        ),
        (Filters(start=date(2026, 3, 2)), days("2026-03-02", "2026-03-29"), days("2026-02-03", "2026-03-02")),
        (Filters(start=date(2026, 3, 2), end=date(2026, 12, 31)), days("2026-03-02", "2026-03-29"),
         days("2026-02-03", "2026-03-02")),
        (Filters(year=2026, compare="none"), days("2026-01-01", "2026-03-29", 12), None),
        (Filters(year=2020), days("2020-01-01", "2021-01-01", 12), None),
        (Filters(year=2030), days("2030-01-01", "2031-01-01", 12), days("2029-01-01", "2030-01-01", 12)),
    ],
)  # fmt: skip
def test_periods_and_what_they_are_compared_with(filters: Filters, period: Period, previous: Period | None) -> None:
    assert resolve(filters, AS_OF, FIRST) == (period, previous)


def test_a_leap_day_to_date_is_compared_with_the_last_of_february() -> None:
    period, previous = resolve(Filters(), date(2024, 2, 29), FIRST)

    assert period == days("2024-01-01", "2024-03-01", 12)
    assert previous == days("2023-01-01", "2023-03-01", 12)


@given(st.dates(date(2021, 2, 1), date(2040, 1, 1)), st.integers(0, 500))
def test_last_year_has_the_same_weekdays(start: date, length: int) -> None:
    filters = Filters(start=start, end=start + timedelta(days=length), compare="last_year")

    period, previous = resolve(filters, date(2041, 12, 31), FIRST)

    assert previous is not None
    assert (period.start.weekday(), period.days) == (previous.start.weekday(), previous.days)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-30, 30))
def test_months_later_and_back_is_never_later_than_before(day: date, months: int) -> None:
    there = plus_months(day, months)

    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == months
    assert there.day <= day.day


def test_complete_months_are_those_wholly_between() -> None:
    assert complete_months(date(2024, 1, 1), date(2025, 12, 31)) == 24
    assert complete_months(date(2024, 1, 2), date(2025, 12, 30)) == 22
    assert complete_months(date(2024, 1, 2), date(2024, 1, 30)) == 0
