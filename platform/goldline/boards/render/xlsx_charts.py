"""Native charts beside a sheet's table: lines and columns that follow the cells, matrices in shades.

A table by one dimension is drawn from its own cells. By two, its first metric is laid out as a matrix to the right of
the table, and that is drawn: lines and columns as a chart, triangles and grids as shaded cells.
"""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from goldline.boards.palette import PALETTES
from goldline.boards.render.sheet import Head, Table
from goldline.boards.render.xlsx_formats import Formats

PAPER = PALETTES["print"]
KINDS: dict[str, dict[str, str]] = {
    "line": {"type": "line"},
    "bar": {"type": "bar"},
    "stacked": {"type": "column", "subtype": "stacked"},
}
SHADED = ("heatmap", "triangle")
MOST_SERIES, MOST_POINTS = 12, 400
WIDTH, HEIGHT = 640, 340
HEIGHT_IN_ROWS = 19
_DASHES = ("solid", "dash", "square_dot", "long_dash", "dash_dot", "round_dot")


def add_chart(book: xlsxwriter.Workbook, sheet: Worksheet, formats: Formats, table: Table, top: int) -> None:
    """Add the chart of a table whose heads stand in row ``top``; nothing for tables without one."""
    dimensions = [at for at, head in enumerate(table.heads) if head.kind == "dimension"]
    metrics = [at for at, head in enumerate(table.heads) if head.kind == "metric"]
    if not metrics or not dimensions or not table.rows:
        return
    right = len(table.heads) + 1
    if len(dimensions) == 1 and table.chart in KINDS:
        series = [at for at, head in enumerate(table.heads) if head.kind in ("metric", "previous")]
        same = [at for at in series if table.heads[at].measure == table.heads[metrics[0]].measure]
        block = _Block(sheet.name, top, dimensions[0], tuple(same[:MOST_SERIES]), len(table.rows))
        sheet.insert_chart(top, right, _chart(book, formats, table, block))
    elif len(dimensions) == 2 and (table.chart in KINDS or table.chart in SHADED):
        _add_matrix(book, sheet, formats, table, (dimensions[0], dimensions[1], metrics[0]), (top, right))


class _Block:
    """Where a chart's cells are: a column of categories, and columns of values beside it."""

    def __init__(self, sheet: str, top: int, categories: int, values: tuple[int, ...], rows: int) -> None:
        self.sheet, self.top, self.categories, self.values, self.rows = sheet, top, categories, values, rows

    def series(self, column: int) -> dict[str, Any]:
        """Return the references of one series."""
        first, last = self.top + 1, self.top + min(self.rows, MOST_POINTS)
        return {
            "name": [self.sheet, self.top, column],
            "categories": [self.sheet, first, self.categories, last, self.categories],
            "values": [self.sheet, first, column, last, column],
        }


def _chart(book: xlsxwriter.Workbook, formats: Formats, table: Table, block: _Block) -> Any:
    chart = book.add_chart(KINDS[table.chart])
    for number, column in enumerate(block.values):
        colour = PAPER.series[number % len(PAPER.series)]
        head = table.heads[column] if column < len(table.heads) else None
        is_before = head is not None and head.kind == "previous"
        colour = PAPER.previous if is_before else colour
        dash = _DASHES[(number // len(PAPER.series) + is_before) % len(_DASHES)]
        look = {"color": colour, "width": 1.25 if is_before else 2, "dash_type": dash}
        looks = {"line": look} if table.chart == "line" else {"fill": {"color": colour}, "gap": 60}
        chart.add_series({**block.series(column), **looks})
    measure = next(head for head in table.heads if head.kind == "metric")
    grid = {"visible": True, "line": {"color": PAPER.grid, "width": 0.5}}
    values = {"num_format": formats.number(measure.measure, 0 if measure.measure == "money" else measure.decimals)}
    quiet = {"num_font": {"color": PAPER.quiet, "size": 8}, "line": {"color": PAPER.rule}}
    first = table.heads[next(at for at, head in enumerate(table.heads) if head.kind == "dimension")]
    chart.set_title({"name": table.title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    category = {**quiet, **_category(table, first, formats)}
    chart.set_x_axis({**category, "reverse": False} if table.chart != "bar" else {**category, "reverse": True})
    chart.set_y_axis({**quiet, **values, "major_gridlines": grid})
    chart.set_legend({"position": "bottom"} if len(block.values) > 1 else {"none": True})
    chart.set_size({"width": WIDTH, "height": HEIGHT if table.chart != "bar" else max(HEIGHT, 60 + 22 * block.rows)})
    return chart


def _category(table: Table, head: Head, formats: Formats) -> dict[str, Any]:
    place = table.heads.index(head)
    is_dated = bool(table.rows) and hasattr(table.rows[0][place], "isoformat")
    return {"num_format": formats.day(head.grain), "text_axis": True} if is_dated else {}


def _add_matrix(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    formats: Formats,
    table: Table,
    columns: tuple[int, int, int],
    corner: tuple[int, int],
) -> None:
    down, across, value = columns
    lines = list(dict.fromkeys(row[down] for row in table.rows))
    heads = list(dict.fromkeys(row[across] for row in table.rows))
    found = {(row[down], row[across]): row[value] for row in table.rows}
    is_chart = table.chart in KINDS and len(heads) <= MOST_SERIES
    top, left = (corner[0] + (HEIGHT_IN_ROWS if is_chart else 0), corner[1])
    formats.write(sheet, top, left, table.heads[down].label, formats.head)
    for number, head in enumerate(heads):
        style = formats.head_right if not hasattr(head, "isoformat") else formats.of(table.heads[across], head, None)
        formats.write(sheet, top, left + 1 + number, head, style)
    for offset, line in enumerate(lines, 1):
        formats.write(sheet, top + offset, left, line, formats.of(table.heads[down], line, None))
        for number, head in enumerate(heads, 1):
            cell = found.get((line, head))
            formats.write(sheet, top + offset, left + number, cell, formats.of(table.heads[value], cell, None))
    sheet.set_column(left, left, max(14, min(34, max(len(str(line)) for line in lines) + 2)))
    if is_chart:
        block = _Block(sheet.name, top, left, tuple(range(left + 1, left + 1 + len(heads))), len(lines))
        sheet.insert_chart(corner[0], left, _chart(book, formats, table, block))
    elif table.chart in SHADED:
        scale = {"type": "2_color_scale", "min_color": PAPER.ramp[0], "max_color": PAPER.ramp[3]}
        sheet.conditional_format(top + 1, left + 1, top + len(lines), left + len(heads), scale)
