"""The first sheet of a workbook: what it shows, the key figures at a glance, every sheet and definition, the stamp."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from goldline.boards.render.sheet import Table
from goldline.boards.render.words import say
from goldline.boards.render.xlsx_formats import Formats
from goldline.boards.trust import TrustStamp
from goldline.boards.view import BoardView

Named = Sequence[tuple[Table, str]]


def add_cover(sheet: Worksheet, formats: Formats, view: BoardView, stamp: TrustStamp, tables: Named) -> None:
    """Write the cover."""
    cover = _Cover(sheet, formats, view)
    formats.write(sheet, 0, 0, view.title, formats.title)
    formats.write(sheet, 1, 0, view.summary, formats.quiet)
    cover.facts(say("period", view.language), _period(view))
    cover.facts(say("trust", view.language), stamp.lines(view.language))
    cover.figures(tables)
    cover.contents(tables)
    cover.facts(say("definitions", view.language), _definitions(tables), is_long=True)
    for column, width in enumerate((34, 22, 10, 18, 12)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)


class _Cover:
    def __init__(self, sheet: Worksheet, formats: Formats, view: BoardView) -> None:
        self._sheet, self._formats, self._view, self._row = sheet, formats, view, 3

    def facts(self, heading: str, lines: Sequence[tuple[str, str]], *, is_long: bool = False) -> None:
        """Write labels with their values under a heading."""
        self._heading(heading)
        for label, value in lines:
            style = self._formats.text if not is_long else self._formats.quiet
            self._formats.write(self._sheet, self._row, 0, label, self._formats.label)
            self._formats.write(self._sheet, self._row, 1, value, style)
            self._row += 1
        self._row += 1

    def figures(self, tables: Named) -> None:
        """Write the figures of every number tile, one below the other."""
        numbers = [(table, name) for table, name in tables if table.chart == "number" and table.rows]
        if not numbers:
            return
        self._heading(say("key_figures", self._view.language))
        for column, head in enumerate(numbers[0][0].heads):
            style = self._formats.head_right if head.is_number else self._formats.head
            self._formats.write(self._sheet, self._row, column, head.label, style)
        for table, _ in numbers:
            for values, measure in zip(table.rows, table.measures, strict=True):
                self._row += 1
                for column, (head, value) in enumerate(zip(table.heads, values, strict=True)):
                    style = self._formats.of(head, value, measure)
                    self._formats.write(self._sheet, self._row, column, value, style)
        self._row += 2

    def contents(self, tables: Named) -> None:
        """Write a link to each sheet."""
        self._heading(say("contents", self._view.language))
        for _, name in tables:
            address = "internal:'{}'!A1".format(name.replace("'", "''"))
            self._sheet.write_url(self._row, 0, address, self._formats.link, name)
            self._row += 1
        self._row += 1

    def _heading(self, text: str) -> None:
        self._formats.write(self._sheet, self._row, 0, text, self._formats.section)
        self._row += 1


def _period(view: BoardView) -> list[tuple[str, str]]:
    language = view.language
    compared = [(say("comparison", language), view.previous_text)] if view.previous_text else []
    filters = list(view.filter_texts) or [(say("filters", language), say("no_filters", language))]
    return [(say("shown", language), view.period_text), *compared, *filters]


def _definitions(tables: Named) -> list[tuple[str, str]]:
    return list(dict.fromkeys(pair for table, _ in tables for pair in table.definitions))
