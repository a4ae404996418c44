"""How a published table is cut into files: by a date column, into periods that fit the table's size.

A night then writes anew only the periods that hold a changed row. Writing the files is in ``snapshot``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Period = Literal["all", "year", "month", "week"]
DAYS: dict[Period, float] = {"year": 365.25, "month": 30.44, "week": 7}
ROWS_PER_FILE = 50_000
ROWS_TOO_MANY = 4 * ROWS_PER_FILE  # a period that was chosen once stays until its files are that large


def choose(rows: int, first: date | None, last: date | None, *, before: Period | None) -> Period:
    """Choose the longest period whose files have at most about 50,000 rows.

    Args:
        rows: Rows of the table.
        first: The first date in it.
        last: The last one.
        before: How the previous version was cut.
    """
    if before and _rows_per_file(rows, first, last, before) <= ROWS_TOO_MANY:
        return before
    fitting = (p for p in ("all", *DAYS) if _rows_per_file(rows, first, last, p) <= ROWS_PER_FILE)
    return next(fitting, "week")


def _rows_per_file(rows: int, first: date | None, last: date | None, period: Period) -> float:
    days = (last - first).days + 1 if first and last else 1
    return rows if period == "all" else rows * min(1.0, DAYS[period] / days)


@dataclass(frozen=True)
class Cut:
    """A date column and a period."""

    column: str
    period: Period

    @property
    def start(self) -> str:
        """The SQL that gives the first day of a row's period."""
        return f"cast(date_trunc('{self.period}', {self.column}) as date)"

    def starts(self, dates: Iterable[date]) -> set[date]:
        """Return the first days of the periods that hold some dates."""
        return {self._start(day) for day in dates}

    def inside(self, start: date) -> str:
        """Write the condition that a row lies in the period that begins on a day."""
        return self.between(start, start)

    def between(self, first: date, last: date) -> str:
        """Write the condition that a row lies in one of the periods from that of one day to that of another."""
        return f"{self.column} >= date '{first}' and {self.column} < date '{self._next(last)}'"

    def _start(self, day: date) -> date:
        if self.period == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.period == "month" else day.replace(month=1, day=1)

    def _next(self, start: date) -> date:
        return self._start(start + timedelta(days={"week": 7, "month": 31}.get(self.period, 366)))
