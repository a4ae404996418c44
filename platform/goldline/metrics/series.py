"""Series over time: every day, week, month or year of the period has its row, and no other has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from goldline.metrics.answers import Row, Values
from goldline.metrics.period import Period, plus_months


def buckets(period: Period, every: str) -> Iterator[date]:
    """Return the first day of each day, week, month or year that the period touches."""
    day = _beginning(period.start, every)
    while day < period.end:
        yield day
        day = _next(day, every)


def completed(rows: Mapping[Row, Values], place: int, width: int, period: Period, every: str) -> dict[Row, Values]:
    """Leave out what the compared period has beyond the end; fill the gaps where time is the only dimension.

    Args:
        rows: Rows by their dimensions.
        place: Which of the dimensions is time.
        width: How many there are.
        period: The days asked about.
        every: The grain of time.
    """
    known = list(buckets(period, every))
    kept = {key: values for key, values in rows.items() if key[place] in set(known)}
    if width > 1 or not kept:
        return kept
    return {(day,): kept.get((day,), {}) for day in known}


def _beginning(day: date, every: str) -> date:
    if every == "week":
        return day - timedelta(days=day.weekday())
    if every == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if every == "year" else day


def _next(day: date, every: str) -> date:
    if every in ("day", "week"):
        return day + timedelta(days=7 if every == "week" else 1)
    return plus_months(day, 12 if every == "year" else 1)
