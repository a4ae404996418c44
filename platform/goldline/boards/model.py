"""What a board is: a title, the filters it offers, and tiles on a grid of twelve columns.

Only the form of ``definitions/*.yaml``; finding the files is in ``catalogue``, asking for the figures in ``view``.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Language = Literal["en", "fr"]
Chart = Literal["number", "line", "bar", "stacked", "heatmap", "triangle", "sankey", "table", "calendar"]
Source = Literal["metrics", "arrivals", "reconciliation", "checks", "versions"]
Grain = Literal["day", "week", "month", "year"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Part):
    """One text in every language that the boards speak."""

    en: str = Field(min_length=1)
    fr: str = Field(min_length=1)

    def in_(self, language: Language) -> str:
        """Return the text in one language."""
        return self.fr if language == "fr" else self.en


class Drill(_Part):
    """Where a row of a tile leads: the same or another board, with the row's value as a filter.

    Attributes:
        board: Name of the board that opens.
        set: The filter that gets the row's value.
        of: The dimension whose value it is; the tile's first one unless said.
        clear: Filters that are dropped on the way.
    """

    board: str
    set: str
    of: str = ""
    clear: tuple[str, ...] = ()


class Tile(_Part):
    """One figure, chart or table.

    Attributes:
        id: Its name in addresses, such as ``/sales/revenue``.
        title: What stands above it; a number's title is its metric's label unless said.
        source: ``metrics``, or one of the control tables that Data health shows.
        metrics: Names in the metric registry; the first is what a chart draws.
        by: Dimensions, ``time`` being the grain ``every``.
        chart: How it is drawn; every chart shows its table, too.
        compare: Show the compared period beside it.
        width: Columns of the grid that it takes, of twelve.
        every: Grain of time, where it is not the reader's choice.
        limit: Most rows, the greatest first.
        order: What rows are ordered by.
        params: Parameters that its metrics take.
        fixed: Filters that this tile sets itself, such as the last 24 months.
        share: Draw shares of the whole (stacked charts).
        only: Shown only when one of these filters is set, or with ``!`` before it, when it is not.
        drill: Where its rows lead.
        lines: Whether there are lines behind it to look at.
        note: A sentence below it.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: Words | None = None
    source: Source = "metrics"
    metrics: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    chart: Chart = "number"
    compare: bool = True
    width: int = Field(3, ge=2, le=12)
    every: Grain | None = None
    limit: int | None = Field(None, ge=1, le=500)
    order: str | None = None
    params: dict[str, str] = Field(default_factory=dict)
    fixed: dict[str, str] = Field(default_factory=dict)
    share: bool = False
    only: tuple[str, ...] = ()
    drill: Drill | None = None
    lines: bool = True
    note: Words | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.source == "metrics" and not self.metrics:
            raise ValueError(f"tile {self.id}: name a metric")
        if self.source != "metrics" and self.title is None:
            raise ValueError(f"tile {self.id}: a tile of control tables needs a title")
        return self


class Board(_Part):
    """A page of tiles.

    Attributes:
        name: Its address, such as ``sales``.
        title: Its name for people.
        summary: The question that it answers, in a sentence.
        group: The heading that it stands under in the navigation.
        order: Its place in the navigation.
        roles: Roles that see it; empty: every role may.
        filters: The filters that it offers besides the period, in order.
        has_period: Whether its figures are of a period.
        every: The grain of time before the reader chooses one.
        tiles: In reading order.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: Words
    summary: Words
    group: Words
    order: int
    roles: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    has_period: bool = True
    every: Grain | None = None
    tiles: tuple[Tile, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [tile.id for tile in self.tiles]
        if doubled := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"board {self.name}: two tiles are called {', '.join(sorted(doubled))}")
        return self

    def tile(self, name: str) -> Tile | None:
        """Return the tile of this id."""
        return next((tile for tile in self.tiles if tile.id == name), None)
