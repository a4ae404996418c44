"""Tables on paper: which columns fit, how wide each is, and the figures behind a chart laid out as a matrix.

Widths are reckoned from the number of letters, in millimetres. A table that is too wide for a whole page leaves its
compared values to the workbook and keeps the changes, and its type gets smaller as far as that can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goldline.arrivals.looks import LOOKS, NOTHING
from goldline.boards.format import MISSING
from goldline.boards.render.words import say
from goldline.boards.view import CellView, ColumnView, TileView

MOST_ROWS, MOST_ROWS_BEHIND, MOST_ACROSS, NARROW = 400, 36, 10, 4
LONGEST_NAME = 28  # letters; longer names are broken
_LETTER, _CELL = 1.6, 2.4  # mm of a letter at full size, and of the room around it
_SIZE, _SMALL, _SMALLEST = 8.0, 6.5, 5.5  # points
_MOST_AIR = 1.35  # how much wider than its letters a column of numbers gets where there is room
_DAY = 4.5  # mm of a day in a calendar

Cells = Sequence[Sequence[CellView]]


def width_of(tile: TileView) -> float:
    """About how many millimetres a tile's table needs; charts and figures fit everywhere."""
    if tile.has_chart or tile.tile.chart in ("number", "calendar") or not tile.rows:
        return 0.0
    return sum(_widths(tile.columns, _labels(tile.columns, tile), tile.rows))


def table_of(tile: TileView, space: float) -> dict[str, Any]:
    """Lay out a tile's table in a space of so many millimetres."""
    kept = list(range(len(tile.columns)))
    if width_of(tile) > space * _SIZE / _SMALLEST:
        kept = [at for at in kept if tile.columns[at].kind != "previous"]
    columns = [tile.columns[at] for at in kept]
    rows = [[row[at] for at in kept] for row in tile.rows[:MOST_ROWS]]
    totals = [tile.totals[at] for at in kept] if tile.totals else []
    made = _laid(columns, _labels(columns, tile), rows, totals, space)
    return {**made, "more": _more(tile, len(tile.rows) - MOST_ROWS)}


def calendar_of(tile: TileView) -> dict[str, Any]:
    """Lay out an arrivals calendar: a coloured mark for each day, and what the marks mean."""
    days = [at for at, column in enumerate(tile.columns) if column.kind != "dimension"]
    names = [at for at, column in enumerate(tile.columns) if column.kind == "dimension"]
    used = {str(row[at].value): row[at].text for row in tile.rows for at in days if row[at].value in LOOKS}
    return {
        "columns": [
            *({"label": tile.columns[at].label, "number": False, "width": 0} for at in names),
            *({"label": tile.columns[at].label.split()[0], "number": True, "width": _DAY} for at in days),
        ],
        "size": _SMALL,
        "room": 0.8,
        "rows": [[*(_cell(row[at]) for at in names), *(_mark(row[at]) for at in days)] for row in tile.rows],
        "totals": [],
        "more": "",
        "legend": [{**_mark(CellView(status, "")), "word": text} for status, text in used.items() if text.strip()],
    }


def _mark(cell: CellView) -> dict[str, str]:
    look = LOOKS.get(str(cell.value), NOTHING)
    return {"text": look.mark, "tone": "none", "fill": look.light, "ink": look.ink}


def behind(tile: TileView, whole: float, half: float) -> dict[str, Any] | None:
    """The figures of a chart: its table, or a matrix where it is drawn from two dimensions."""
    dimensions = [at for at, column in enumerate(tile.columns) if column.kind == "dimension"]
    metrics = [at for at, column in enumerate(tile.columns) if column.kind == "metric"]
    if len(dimensions) == 2 and metrics:
        return _matrix(tile, dimensions[0], dimensions[1], metrics[0], whole, half)
    rows = [list(row) for row in tile.rows[:MOST_ROWS_BEHIND]]
    space = half if len(tile.columns) <= NARROW else whole
    made = _laid(tile.columns, _labels(tile.columns, tile), rows, list(tile.totals), space)
    return {**made, "more": _more(tile, len(tile.rows) - MOST_ROWS_BEHIND)}


def _matrix(tile: TileView, down: int, across: int, value: int, whole: float, half: float) -> dict[str, Any] | None:
    heads = list(dict.fromkeys(row[across].text for row in tile.rows))
    if len(heads) > MOST_ACROSS:
        return None
    found = {(row[down].text, row[across].text): row[value] for row in tile.rows}
    lines = list(dict.fromkeys(row[down].text for row in tile.rows))
    metric, nothing = tile.columns[value], CellView(None, MISSING)
    columns = [tile.columns[down], *(metric for _ in heads)]
    rows = [
        [CellView(line, line), *(found.get((line, head), nothing) for head in heads)]
        for line in lines[:MOST_ROWS_BEHIND]
    ]
    space = half if len(columns) <= NARROW else whole
    made = _laid(columns, [tile.columns[down].label, *heads], rows, [], space)
    return {**made, "more": _more(tile, len(lines) - MOST_ROWS_BEHIND)}


def told(columns: Sequence[ColumnView], row: Sequence[CellView]) -> list[str]:
    """A row in words."""
    return [
        f"{column.label} {cell.text}" if column.is_number else cell.text
        for column, cell in zip(columns, row, strict=True)
        if column.kind in ("dimension", "metric")
    ]


def _laid(
    columns: Sequence[ColumnView], labels: Sequence[str], rows: Cells, totals: Sequence[CellView], space: float
) -> dict[str, Any]:
    widths = _widths(columns, labels, [*rows, totals] if totals else rows)
    fit = space / sum(widths)
    stretch = min(fit, _MOST_AIR)
    return {
        "columns": [
            {"label": label, "number": column.is_number, "width": width * stretch if column.is_number else 0}
            for column, label, width in zip(columns, labels, widths, strict=True)
        ],
        "size": max(_SMALLEST, min(_SIZE, _SIZE * fit)),
        "rows": [[_cell(cell) for cell in row] for row in rows],
        "totals": [_cell(cell) for cell in totals],
    }


def _widths(columns: Sequence[ColumnView], labels: Sequence[str], rows: Cells) -> list[float]:
    found = []
    for at, (column, label) in enumerate(zip(columns, labels, strict=True)):
        word = max((len(part) for part in label.split()), default=1)
        longest = max((len(row[at].text) for row in rows), default=1)
        found.append(_CELL + _LETTER * max(word, longest if column.is_number else min(longest, LONGEST_NAME)))
    return found


def _labels(columns: Sequence[ColumnView], tile: TileView) -> list[str]:
    """The heads; what is compared stands beside its metric and need not repeat its name."""
    words = {"previous": say("previous", tile.language), "delta": say("change", tile.language)}
    return [words.get(column.kind, column.label) for column in columns]


def _more(tile: TileView, left_out: int) -> str:
    return say("rows_more", tile.language, count=left_out) if left_out > 0 else ""


def _cell(cell: CellView) -> dict[str, str]:
    return {"text": cell.text, "tone": cell.tone}
