"""A board's figures as tables of plain values, for workbook and CSV: the same rows as the page, unwritten.

Numbers stay numbers and days stay days; a member of a dimension is called what the page calls it. A number tile is a
table of its figures, a row each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from goldline.boards.render.words import say
from goldline.boards.view import BoardView, CellView, ColumnView, Figure, TileView

_PLACES = 8
_FINEST = Decimal(1).scaleb(-_PLACES)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A column's head: its label, the unit to write behind it, and how its values are to be formatted."""

    label: str
    unit: str = ""
    kind: str = "dimension"
    measure: str = ""
    decimals: int | None = None
    grain: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return self.kind != "dimension"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A tile's values.

    Attributes:
        id: The tile.
        title: Its heading.
        chart: How the tile is drawn.
        heads: The columns.
        rows: Values by row; a figure's row has its own units in ``measures``.
        totals: The row below; empty where there is none.
        measures: For each row, unit and decimals of its numbers, where they differ by row (number tiles).
        message: What is said in place of figures, or beside them.
        notes: Sentences below.
        definitions: Name and definition of each metric.
    """

    id: str
    title: str
    chart: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[object, ...], ...]
    totals: tuple[object, ...] = ()
    measures: tuple[tuple[str, int | None], ...] = ()
    message: str = ""
    notes: tuple[str, ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()


def tables_of(view: BoardView) -> list[Table]:
    """Return a table for each tile of a board."""
    return [_of_figures(tile) if tile.tile.chart == "number" else _of_rows(tile) for tile in view.tiles]


def _of_rows(tile: TileView) -> Table:
    return Table(
        id=tile.tile.id,
        title=tile.title,
        chart=tile.tile.chart,
        heads=tuple(_head(column, tile) for column in tile.columns),
        rows=tuple(_values(tile, row) for row in tile.rows),
        totals=_values(tile, tile.totals) if tile.totals else (),
        message=tile.message,
        notes=tile.notes,
        definitions=tile.definitions,
    )


def _of_figures(tile: TileView) -> Table:
    language = tile.language
    return Table(
        id=tile.tile.id,
        title=tile.title,
        chart="number",
        heads=(
            Head(label=say("metric", language)),
            Head(label=say("value", language), kind="metric"),
            Head(label=say("unit", language)),
            Head(label=say("previous", language), kind="previous"),
            Head(label=say("change", language), kind="delta", measure="delta"),
        ),
        rows=tuple(_figure(figure, tile) for figure in tile.figures),
        measures=tuple((figure.unit, figure.decimals) for figure in tile.figures),
        message=tile.message,
        notes=tile.notes,
        definitions=tile.definitions,
    )


def _figure(figure: Figure, tile: TileView) -> tuple[object, ...]:
    unit = unit_word(figure.unit, tile)
    return (figure.label, plain(figure.value), unit, plain(figure.previous), plain(figure.delta))


def _head(column: ColumnView, tile: TileView) -> Head:
    is_share = column.kind == "delta"
    return Head(
        label=column.label,
        unit="" if is_share else unit_word(column.unit, tile),
        kind=column.kind,
        measure="delta" if is_share else column.unit,
        decimals=column.decimals,
        grain=_grain(column, tile),
    )


def unit_word(unit: str, tile: TileView) -> str:
    """The unit as it is written in a head; counts and shares need none."""
    if unit == "money":
        return tile.currency
    return say(f"unit_{unit}", tile.language) if unit in ("days", "months", "years") else ""


def _grain(column: ColumnView, tile: TileView) -> str:
    if column.kind != "dimension":
        return ""
    return tile.grain if column.name == "time" else "month"


def _values(tile: TileView, row: tuple[CellView, ...]) -> tuple[object, ...]:
    return tuple(_value(column, cell) for column, cell in zip(tile.columns, row, strict=True))


def _value(column: ColumnView, cell: CellView) -> object:
    if column.is_number:
        return plain(cell.value) if isinstance(cell.value, Decimal | int | float) else cell.value
    if isinstance(cell.value, date):
        return cell.value
    return cell.text


def plain(value: object) -> object:
    """A number without the digits that only a division left behind."""
    if isinstance(value, Decimal) and value.is_finite():
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -_PLACES:
            return value.quantize(_FINEST, ROUND_HALF_EVEN)
    return value
