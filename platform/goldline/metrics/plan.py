"""What a statement is made from: a question that was checked, with its periods and allowed members settled.

Its SQL is written by ``builder``; here are the parts and the values that are bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from goldline.metrics.model import Dimension, Metric, Table
from goldline.metrics.period import Period, plus_months
from goldline.metrics.spend import Spend

SOURCES = {  # the filters that each source table's columns can apply; a column has the filter's name
    "receipt": frozenset(("shop", "channel", "country")),
    "contact": frozenset(("shop", "channel", "country")),
    "sale": frozenset(
        ("shop", "channel", "country", "staff", "department", "category", "subcategory", "brand", "product")
    ),
}
_DAYS_UP_TO = 62


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that a statement is made from.

    Attributes:
        members: Allowed values per dimension, the reader's scope included; an empty tuple allows none.
        every: The grain of time.
        order: The metric to order by, ``-`` before it for the largest first; only with a limit.
    """

    table: Table
    metrics: tuple[Metric, ...]
    by: tuple[Dimension, ...]
    members: Mapping[str, tuple[str, ...]]
    period: Period
    previous: Period | None
    every: str
    as_of: date
    params: Mapping[str, str] = field(default_factory=dict)
    spend: tuple[Spend, ...] = ()
    order: str | None = None
    limit: int | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the periods: 0 is the period itself, 1 the compared one."""
        return (0, 1) if self.previous else (0,)

    @property
    def shape(self) -> Shape:
        """What the SQL depends on."""
        previous, period = self.previous, self.period
        return Shape(
            table=self.table,
            metrics=self.metrics,
            by=self.by,
            members=tuple((name, len(values)) for name, values in sorted(self.members.items())),
            numbers=self.numbers,
            overlaps=previous is not None and previous.end > period.start and period.end > previous.start,
            every=self.every,
            moved=_moved(period, previous, self.every) if previous else "",
            spend=len(self.spend),
            order=self.order,
            limit=self.limit,
        )

    def values(self) -> dict[str, Any]:
        """Return every value that a statement may have, by the name that it has there."""
        periods = [self.period, *([self.previous] if self.previous else [])]
        found: dict[str, Any] = {
            "low": min(one.start for one in periods),
            "high": max(one.end for one in periods),
            "as_of": self.as_of,
        }
        for number, one in enumerate(periods):
            found |= {f"start{number}": one.start, f"end{number}": one.end}
        for name, members in self.members.items():
            found |= {f"{name}_{n}": member for n, member in enumerate(members)}
        for n, spent in enumerate(self.spend):
            found |= {f"month_{n}": spent.month, f"channel_of_{n}": spent.channel, f"amount_{n}": spent.amount}
        return found | {f"given_{name}": value for name, value in self.params.items()}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A plan without its values: statements of equal shape have the same SQL."""

    table: Table
    metrics: tuple[Metric, ...]
    by: tuple[Dimension, ...]
    members: tuple[tuple[str, int], ...]
    numbers: tuple[int, ...]
    overlaps: bool
    every: str
    moved: str
    spend: int
    order: str | None
    limit: int | None

    def outputs(self) -> list[tuple[str, int, str]]:
        """Return (metric, number of the period, part) of each column behind the dimensions."""
        return [
            (metric.name, number, part)
            for metric in self.metrics
            for number in self.numbers
            for part in metric.formulas[self.table.name].parts
        ]


@dataclass(frozen=True)
class Statement:
    """SQL with its values."""

    sql: str
    values: dict[str, Any]


def grain(every: str | None, period: Period) -> str:
    """Return the grain of a time series: as wished, else days of a short period and months of a long one."""
    return every or ("day" if period.days <= _DAYS_UP_TO else "month")


def _moved(period: Period, previous: Period, every: str) -> str:
    """Return by how much a day of the compared period comes before its counterpart."""
    months = (period.start.year - previous.start.year) * 12 + period.start.month - previous.start.month
    if every in ("month", "year") and months and plus_months(previous.start, months) == period.start:
        return f"{months} month"
    days = (period.start - previous.start).days
    return f"{round(days / 7) * 7 if every == 'week' else days} day"
