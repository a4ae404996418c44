"""What templates ask of a tile: addresses, chart data, and tables in the form that suits a page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from goldline.boards.view import BoardView, CellView, ColumnView, Theme, TileView
from goldline.boards.web.preferences import ThemeChoice

SEVERAL = 2
_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def as_json(value: object) -> Markup:
    """Write a value for a data block of a page: nothing in it can end the block."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_UNSAFE))  # noqa: S704 - what could end the block is escaped


def export_address(address: str, ending: str) -> str:
    """Return the address of the same figures as a file."""
    path, mark, query = address.partition("?")
    return f"{path}.{ending}{mark}{query}"


def page_address(address: str, number: int) -> str:
    """Return the address of a page of lines."""
    return f"{address}{'&' if '?' in address else '?'}page={number}"


def chart_data(tile: TileView, theme: ThemeChoice) -> Markup:
    """Write what the browser draws: the reader's theme, or both where the device decides."""
    themes: tuple[Theme, ...] = ("light", "dark") if theme == "auto" else (theme,)
    specs: dict[str, dict[str, Any]] = {name: tile.spec(name) for name in themes}
    rows = [spec.pop("datasets") for spec in specs.values() if "datasets" in spec]
    found: dict[str, object] = {**specs, "datasets": rows[0] if rows else None}
    return as_json(found)


def used_statuses(tile: TileView) -> set[object]:
    """Return the statuses that a calendar shows."""
    return {cell.value for row in tile.rows for cell in row[2:]}


@dataclass(frozen=True)
class TableColumn:
    """A column of a table in a page; with several metrics, what a value is compared with stands below it."""

    view: ColumnView
    at: int
    previous: int = 0
    delta: int = 0


def table_columns(tile: TileView) -> list[TableColumn]:
    """Return the columns that a page shows: all, or with several metrics one for each."""
    at = {column.name: place for place, column in enumerate(tile.columns)}
    if sum(column.kind == "metric" for column in tile.columns) < SEVERAL:
        return [TableColumn(column, place) for place, column in enumerate(tile.columns)]
    if tile.answer is None or tile.answer.previous is None:
        at = {}  # nothing to stand below a value
    return [
        TableColumn(column, place, at.get(f"{column.name}__previous", 0), at.get(f"{column.name}__delta", 0))
        for place, column in enumerate(tile.columns)
        if column.kind not in ("previous", "delta")
    ]


@dataclass(frozen=True)
class Crossed:
    """A table of two dimensions: one down, one across."""

    heads: list[str]
    rows: list[tuple[str, list[str]]]


def crossed(tile: TileView) -> Crossed | None:
    """Return what a heat map shows as such a table; None for everything else."""
    dimensions = [place for place, column in enumerate(tile.columns) if column.kind == "dimension"]
    if tile.tile.chart not in ("heatmap", "triangle", "sankey") or len(dimensions) != SEVERAL:
        return None
    down, across = dimensions
    value = next(place for place, column in enumerate(tile.columns) if column.kind == "metric")
    heads = _in_order([row[across] for row in tile.rows])
    cells: dict[str, dict[str, str]] = {}
    for row in tile.rows:
        cells.setdefault(row[down].text, {})[row[across].text] = row[value].text
    return Crossed(
        [tile.columns[down].label, *heads], [(name, [by.get(head, "") for head in heads]) for name, by in cells.items()]
    )


def _in_order(cells: list[CellView]) -> list[str]:
    """Return the distinct texts: by value where values are numbers, else as they come."""
    distinct = {cell.text: cell.value for cell in cells}
    if all(isinstance(value, int) for value in distinct.values()):
        return sorted(distinct, key=lambda text: int(str(distinct[text])))
    return list(distinct)


def common_notes(view: BoardView) -> tuple[str, ...]:
    """Return the notes that many tiles would repeat; the page says them once, above."""
    every = [note for tile in view.tiles for note in tile.notes]
    return tuple(note for note in dict.fromkeys(every) if every.count(note) > SEVERAL)
