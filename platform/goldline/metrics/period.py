"""Which days a question is about, and which it is compared with.

Periods are half open. A year or month that is running is cut after the newest day of the data, and so is the one that
it is compared with: to date against to date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from goldline.metrics.filters import Filters

_DAY = timedelta(days=1)
_WEEKDAY_ALIGNED = timedelta(days=364)


@dataclass(frozen=True)
class Period:
    """The days from ``start`` up to, but not including, ``end``.

    Attributes:
        months: Length in calendar months for a year or a month, to date or whole; 0 where only the days count.
    """

    start: date
    end: date
    months: int = 0

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - _DAY


def resolve(filters: Filters, as_of: date, first_day: date) -> tuple[Period, Period | None]:
    """Return the period that the filters stand for and the one it is compared with.

    Args:
        filters: What was asked for; without any dates, the year of ``as_of`` to date.
        as_of: The newest day of the data.
        first_day: The oldest one.

    Returns:
        The period, and the compared one: None where none is wanted or the data do not reach back over all of it.
    """
    period, whole_end = _asked(filters, as_of, first_day)
    previous = _compared(filters, period, whole_end)
    return period, previous if previous and previous.start >= first_day else None


def reaches_back(filters: Filters, as_of: date, first_day: date) -> bool:
    """Whether a comparison that is wanted can be made."""
    return filters.compare == "none" or resolve(filters, as_of, first_day)[1] is not None


def plus_months(day: date, months: int) -> date:
    """Return the day some months later, or the last of that month where it has no such day."""
    number = day.year * 12 + day.month - 1 + months
    first = date(number // 12, number % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), _next_month(first) - _DAY)


def complete_months(first_day: date, last_day: date) -> int:
    """Return how many calendar months are wholly between two days."""
    first = first_day if first_day.day == 1 else _next_month(first_day.replace(day=1))
    end = (last_day + _DAY).replace(day=1)
    return max((end.year - first.year) * 12 + end.month - first.month, 0)


def _asked(filters: Filters, as_of: date, first_day: date) -> tuple[Period, date]:
    """Return the period, cut after the newest day, and where it would end if it were whole."""
    if filters.start or filters.end:
        start, last = filters.start or min(first_day, filters.end or first_day), filters.end or as_of
        whole = Period(start, max(last, start) + _DAY)
    elif filters.month is not None and filters.year is not None:
        first = date(filters.year, filters.month, 1)
        whole = Period(first, _next_month(first), months=1)
    else:
        first = date(filters.year or as_of.year, 1, 1)
        whole = Period(first, date(first.year + 1, 1, 1), months=12)
    if whole.start <= as_of < whole.last:
        return Period(whole.start, as_of + _DAY, whole.months), whole.end
    return whole, whole.end


def _compared(filters: Filters, period: Period, whole_end: date) -> Period | None:
    if filters.compare == "none":
        return None
    if filters.compare == "last_year":
        return Period(period.start - _WEEKDAY_ALIGNED, period.end - _WEEKDAY_ALIGNED)
    if not period.months:
        return Period(period.start - timedelta(days=period.days), period.start)
    start = plus_months(period.start, -period.months)
    if period.end == whole_end:
        return Period(start, period.start, period.months)
    return Period(start, plus_months(period.last, -period.months) + _DAY, period.months)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
