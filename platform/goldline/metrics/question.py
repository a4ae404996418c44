"""What can be asked, and what an answer looks like. How it is found is in ``engine``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from goldline.metrics.filters import Filters
from goldline.metrics.period import Period
from goldline.metrics.scope import EVERYTHING, Scope

Unit = Literal["money", "count", "share", "days", "units", "ratio", "years", "months", "text", "date"]
Texts = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Question:
    """Some metrics, by some dimensions, under filters, as one reader may see them.

    Attributes:
        metrics: Names of metrics.
        by: Names of dimensions; none for one row.
        filters: What is asked about.
        scope: What the reader may see.
        compare: Whether to add the compared period and the relative change.
        limit: The most rows; the totals are of all.
        order: A metric or dimension to order by, with ``-`` before it for the largest first; without it, series are in
            their natural order and everything else by the first metric, the largest first.
        params: Parameters of a table, such as ``(("level", "category"),)``.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    scope: Scope = EVERYTHING
    compare: bool = True
    limit: int | None = None
    order: str | None = None
    params: tuple[tuple[str, str], ...] = ()

    @property
    def is_compared(self) -> bool:
        """Whether it wants to know of another period, too."""
        return self.compare and self.filters.compare != "none"


@dataclass(frozen=True)
class Column:
    """A column of an answer.

    Attributes:
        name: ``revenue``, ``revenue__previous``, ``revenue__delta`` or a dimension's name.
        metric: The metric it belongs to; empty for a dimension.
    """

    name: str
    kind: Literal["dimension", "metric", "previous", "delta"]
    unit: Unit
    label: Texts = field(hash=False)
    decimals: int = 0
    better: Literal["up", "down", "neither"] = "neither"
    metric: str = ""


@dataclass(frozen=True)
class Answer:
    """What was found. Rows hold Decimal, int, float, str, date or None, in the order of the columns.

    Attributes:
        totals: The row over everything, its dimensions None; None for tables that have no meaningful one.
        notes: What a reader should know, in each language.
        withheld: Why the scope forbids the question, as a code for ``words``; then there are no rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    totals: tuple[object, ...] | None
    period: Period
    previous: Period | None
    notes: tuple[Texts, ...] = ()
    withheld: str | None = None

    def column(self, name: str) -> int:
        """Return the position of a column."""
        return [column.name for column in self.columns].index(name)

    def values(self, name: str) -> list[object]:
        """Return the values of a column, row by row."""
        position = self.column(name)
        return [row[position] for row in self.rows]

    def records(self) -> list[dict[str, object]]:
        """Return the rows as dictionaries."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def total(self, name: str) -> object:
        """Return a value of the row over everything."""
        return None if self.totals is None else self.totals[self.column(name)]
