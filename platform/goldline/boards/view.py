"""A board resolved: its figures asked for, within what the reader may see, and written in the reader's language.

``BoardView`` is the one thing that renderers take: page, PDF, XLSX, CSV, pictures and mail. Nothing is worked out
after this; how a tile's table and figures are written is in ``tables``, its chart in ``charts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from goldline.boards.model import Board, Language, Tile

if TYPE_CHECKING:
    from goldline.metrics.filters import Filters
    from goldline.metrics.period import Period
    from goldline.metrics.question import Answer
    from goldline.metrics.scope import Scope

State = Literal["full", "partial", "empty", "withheld", "failed"]
Tone = Literal["good", "bad", "flat", "none"]
Theme = Literal["light", "dark", "print"]


@dataclass(frozen=True)
class ColumnView:
    """A column of a tile's table.

    Attributes:
        name: Its name in the answer.
        label: Its head for people.
        kind: ``dimension``, ``metric``, ``previous`` or ``delta``.
        unit: The metric's unit; empty for a dimension.
        decimals: Decimal places; None for the unit's usual ones.
        definition: The sentence that defines the metric; empty for a dimension.
    """

    name: str
    label: str
    kind: str
    unit: str = ""
    decimals: int | None = None
    definition: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it stands to the right."""
        return self.kind != "dimension"


@dataclass(frozen=True)
class CellView:
    """One cell: the value as it is, as it reads, how it is meant, and where it leads."""

    value: object
    text: str
    tone: Tone = "none"
    link: str = ""


@dataclass(frozen=True)
class Figure:
    """One number with the compared one beside it.

    Attributes:
        name: The metric.
        label: Its name for people.
        definition: What it is, in a sentence.
        unit: Its unit.
        value: The number itself; None where there is none.
        text: The number as it reads.
        previous: The compared number; None where there is none.
        previous_text: As it reads; an em dash where there is none.
        delta: The relative change; None where it cannot be said.
        delta_text: As it reads.
        tone: Whether the change is good or bad.
        reason: Why there is no change to show; empty where there is one.
    """

    name: str
    label: str
    definition: str
    unit: str
    decimals: int | None
    value: object
    text: str
    previous: object = None
    previous_text: str = "—"
    delta: object = None
    delta_text: str = "—"
    tone: Tone = "none"
    reason: str = ""

    @property
    def direction(self) -> Literal["up", "down", "flat", "none"]:
        """Which way it went."""
        if self.delta is None:
            return "none"
        return "up" if self.delta > 0 else "down" if self.delta < 0 else "flat"  # type: ignore[operator]


@dataclass(frozen=True)
class TileView:
    """One tile, ready to be shown.

    Attributes:
        tile: Its definition.
        title: Its heading.
        state: ``full``; ``partial`` (no compared period); ``empty``; ``withheld`` (not this reader's); ``failed``.
        message: What to say in its place, or beside it when it is partial; empty when it is full.
        language: The reader's language.
        currency: The currency of money.
        answer: The answer itself; None when it failed.
        columns: The columns of its table.
        rows: The rows of its table.
        totals: The row below them; empty where there is none.
        figures: The numbers of a number tile.
        notes: Sentences below it.
        definitions: Name and definition of each metric in it.
        address: Its own address with its filters, without an ending: ``/sales/revenue?year=2026``.
        lines_address: The lines behind it; empty where the reader may not see them.
        grain: The grain of its ``time`` dimension.
    """

    tile: Tile
    title: str
    state: State
    language: Language
    currency: str
    message: str = ""
    answer: Answer | None = None
    columns: tuple[ColumnView, ...] = ()
    rows: tuple[tuple[CellView, ...], ...] = ()
    totals: tuple[CellView, ...] = ()
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()
    address: str = ""
    lines_address: str = ""
    grain: str = "month"

    @property
    def has_chart(self) -> bool:
        """Whether it is drawn (``charts.spec`` gives the picture), besides being a table."""
        drawn = self.tile.chart not in ("number", "table", "calendar")
        return drawn and self.state in ("full", "partial") and bool(self.rows)

    def spec(self, theme: Theme = "light") -> dict[str, Any]:
        """Return the Vega-Lite (for flows: Vega) specification with its rows in it."""
        from goldline.boards.charts import spec  # Altair takes a second to import

        return spec(self, theme)


@dataclass(frozen=True)
class BoardView:
    """One board, resolved for one reader.

    Attributes:
        board: Its definition.
        title: Its name.
        summary: The question that it answers.
        language: The reader's language.
        currency: The currency of money.
        filters: The reader's filters.
        scope: What the reader may see.
        period: The period shown.
        previous: The one it is compared with; None where there is none.
        period_text: As it reads.
        previous_text: As it reads; empty where there is none.
        comparison_text: "previous period", "same period last year" or "no comparison".
        filter_texts: Name and values of every filter that is set, for headings of printed matter.
        tiles: The tiles.
        version: The published version that was read.
        as_of: The newest business day in it.
        address: Its own address with its filters, without an ending: ``/sales?year=2026``.
    """

    board: Board
    title: str
    summary: str
    language: Language
    currency: str
    filters: Filters
    scope: Scope
    period: Period
    previous: Period | None
    period_text: str
    previous_text: str
    comparison_text: str
    filter_texts: tuple[tuple[str, str], ...]
    tiles: tuple[TileView, ...]
    version: str
    as_of: date
    address: str

    def tile(self, name: str) -> TileView | None:
        """Return the tile of this id."""
        return next((view for view in self.tiles if view.tile.id == name), None)
