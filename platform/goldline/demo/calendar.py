"""The days of the demo: weekdays, seasons, sale periods, time zone offsets.

What the shops and the web shop do on which day belongs here. Who buys and what is bought does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER = 1 << 20
"""The day index of what does not happen within the demo."""

PARIS = ZoneInfo("Europe/Paris")
NO_EVENT, SOLDES, FRENCH_DAYS, BLACK_FRIDAY = 0, 1, 2, 3

_MONTHS = [0.95, 0.80, 0.92, 0.98, 1.00, 1.02, 0.95, 0.70, 1.02, 1.05, 1.15, 1.60]
_SHOP_WEEK = [0.75, 0.85, 1.00, 0.95, 1.20, 1.95, 0.60]
_WEB_WEEK = [1.15, 1.05, 1.02, 0.98, 0.90, 0.85, 1.20]
_EVENT_LIFT = [1.0, 1.45, 1.25, 1.80]


@dataclass(frozen=True)
class Calendar:
    """One entry per day of the demo, day 0 being the first."""

    first_day: date
    days: int
    month: Ints
    year: Ints
    closed: Flags
    event: Ints
    stage: Ints
    shop_weight: Floats
    web_weight: Floats
    paris_offset: Ints
    midnight: Ints

    @property
    def last(self) -> int:
        """Return the index of the last day."""
        return self.days - 1

    def date_of(self, day: int) -> date:
        """Return the date of a day index."""
        return self.first_day + timedelta(days=day)


def make_calendar(first_day: date, days: int) -> Calendar:
    """Lay out the days from ``first_day`` on."""
    dates = [first_day + timedelta(days=n) for n in range(days)]
    month = np.array([d.month for d in dates], dtype=np.int64)
    weekday = np.array([d.weekday() for d in dates], dtype=np.int64)
    closed = ((weekday == 6) & (month != 12)) | np.array([(d.month, d.day) in _HOLIDAYS for d in dates])
    events = [_event(d) for d in dates]
    event = np.array([kind for kind, _ in events], dtype=np.int64)
    season = np.array(_MONTHS)[month - 1] * np.array(_EVENT_LIFT)[event]
    return Calendar(
        first_day=first_day,
        days=days,
        month=month,
        year=np.array([d.year for d in dates], dtype=np.int64),
        closed=closed,
        event=event,
        stage=np.array([stage for _, stage in events], dtype=np.int64),
        shop_weight=np.where(closed, 0.0, season * np.array(_SHOP_WEEK)[weekday]),
        web_weight=season * np.array(_WEB_WEEK)[weekday],
        paris_offset=np.array([_paris_offset(d) for d in dates], dtype=np.int64),
        midnight=np.array([_midnight(d) for d in dates], dtype=np.int64),
    )


_HOLIDAYS = {(1, 1), (5, 1), (12, 25)}


def _event(day: date) -> tuple[int, int]:
    for start in (_winter_sales(day.year), _summer_sales(day.year)):
        if 0 <= (day - start).days < 28:
            return SOLDES, min((day - start).days // 9, 2)
    if 0 <= (day - _last_weekday(day.year, 11, 4)).days < 4:
        return BLACK_FRIDAY, 0
    for month, weekday in ((4, 2), (9, 1)):
        if 0 <= (day - _last_weekday(day.year, month, weekday)).days < 7:
            return FRENCH_DAYS, 0
    return NO_EVENT, 0


def _winter_sales(year: int) -> date:
    """Return the second Wednesday of January, or the first when the second falls after the 12th."""
    first = date(year, 1, 1) + timedelta(days=(2 - date(year, 1, 1).weekday()) % 7)
    second = first + timedelta(days=7)
    return first if second.day > 12 else second


def _summer_sales(year: int) -> date:
    """Return the last Wednesday of June, or the one before when it falls after the 28th."""
    last = _last_weekday(year, 6, 2)
    return last - timedelta(days=7) if last.day > 28 else last


def _last_weekday(year: int, month: int, weekday: int) -> date:
    end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return end - timedelta(days=(end.weekday() - weekday) % 7)


def _paris_offset(day: date) -> int:
    offset = datetime.combine(day, time(12), PARIS).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(0), UTC).timestamp())
