"""A board as a workbook: a cover with filters, key figures and trust stamp, then a sheet per tile.

Numbers, dates and shares are native, so that they can be counted with; text is written as text, and what a spreadsheet
would take for a formula when somebody edits the cell is marked as text, too. Charts are in ``xlsx_charts``, number
formats in ``xlsx_formats``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from goldline.boards.render.safe import printable
from goldline.boards.render.sheet import Table, tables_of
from goldline.boards.render.words import say
from goldline.boards.render.xlsx_charts import add_chart
from goldline.boards.render.xlsx_cover import add_cover
from goldline.boards.render.xlsx_formats import Formats
from goldline.boards.trust import TrustStamp
from goldline.boards.view import BoardView

HEAD_ROW = 4  # title, period, trust stamp and an empty row stand above
NARROWEST, WIDEST = 9, 46
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_NAME = 31


def render_xlsx(view: BoardView, stamp: TrustStamp) -> bytes:
    """Return the workbook."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(file, options) as book:
        _describe(book, view, stamp)
        formats = Formats(book, view.language, view.currency)
        tables = tables_of(view)
        names = list(sheet_names([say("cover", view.language), *(table.title for table in tables)]))
        cover = book.add_worksheet(names[0])
        for table, name in zip(tables, names[1:], strict=True):
            _add_sheet(book, formats, book.add_worksheet(name), table, view, stamp)
        add_cover(cover, formats, view, stamp, list(zip(tables, names[1:], strict=True)))
        _print_well(cover, stamp.sentence(view.language), is_wide=False)
    return file.getvalue()


def sheet_names(titles: list[str]) -> Iterator[str]:
    """Give each title a name that a sheet may have: short, unique, without the characters that are not allowed."""
    taken: set[str] = set()
    for title in titles:
        base = " ".join(printable(title).translate(_FORBIDDEN).split()).strip("'")[:_NAME].strip("' ") or "-"
        name, number = base, 2
        while name.casefold() in taken:
            ending = f" ({number})"
            name, number = base[: _NAME - len(ending)].rstrip() + ending, number + 1
        taken.add(name.casefold())
        yield name


def _describe(book: xlsxwriter.Workbook, view: BoardView, stamp: TrustStamp) -> None:
    book.set_properties(
        {
            "title": printable(view.title),
            "subject": printable(view.period_text),
            "author": "Goldline",
            "comments": printable(stamp.sentence(view.language)),
            "created": stamp.made_at.replace(tzinfo=None),
        }
    )


def _add_sheet(
    book: xlsxwriter.Workbook, formats: Formats, sheet: Worksheet, table: Table, view: BoardView, stamp: TrustStamp
) -> None:
    language = view.language
    formats.write(sheet, 0, 0, table.title, formats.title)
    formats.write(sheet, 1, 0, " · ".join(_circumstances(view)), formats.quiet)
    formats.write(sheet, 2, 0, stamp.sentence(language), formats.quiet)
    if table.message:
        formats.write(sheet, 3, 0, table.message, formats.note)
    last = _write_table(sheet, formats, table)
    for offset, note in enumerate(table.notes):
        formats.write(sheet, last + 1 + offset, 0, note, formats.note)
    _set_widths(sheet, formats, table)
    if table.rows:
        sheet.freeze_panes(HEAD_ROW + 1, 1)
        if table.chart != "number":
            sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + len(table.rows), len(table.heads) - 1)
        add_chart(book, sheet, formats, table, HEAD_ROW)
    sheet.repeat_rows(HEAD_ROW)
    _print_well(sheet, stamp.sentence(language), is_wide=True)


def _circumstances(view: BoardView) -> Iterator[str]:
    yield view.title
    yield view.period_text
    if view.previous_text:
        yield say("against", view.language, previous=view.previous_text)
    for label, value in view.filter_texts:
        yield f"{label}: {value}"


def _write_table(sheet: Worksheet, formats: Formats, table: Table) -> int:
    """Write heads, rows and totals; return the first row below them."""
    for column, head in enumerate(table.heads):
        label = f"{head.label} ({head.unit})" if head.unit else head.label
        formats.write(sheet, HEAD_ROW, column, label, formats.head_right if head.is_number else formats.head)
    row = HEAD_ROW + 1
    for index, values in enumerate(table.rows):
        measure = table.measures[index] if table.measures else None
        for column, (head, value) in enumerate(zip(table.heads, values, strict=True)):
            formats.write(sheet, row, column, value, formats.of(head, value, measure))
        row += 1
    for column, (head, value) in enumerate(zip(table.heads, table.totals, strict=bool(table.totals))):
        formats.write(sheet, row, column, value, formats.of(head, value, None, is_total=True))
    return row + bool(table.totals)


def _set_widths(sheet: Worksheet, formats: Formats, table: Table) -> None:
    for column, head in enumerate(table.heads):
        longest = max((formats.width(head, row[column]) for row in (*table.rows, table.totals) if row), default=0)
        label = len(head.label) + len(head.unit) + 5
        sheet.set_column(column, column, min(max(longest + 2, min(label, 24), NARROWEST), WIDEST))


def _print_well(sheet: Worksheet, sentence: str, *, is_wide: bool) -> None:
    if is_wide:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.set_footer(f"&L&7{printable(sentence).replace('&', '&&')[:220]}&R&7&P / &N")
