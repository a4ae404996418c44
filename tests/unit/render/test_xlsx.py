"""The workbook, read back: native values, native charts, text that is never a formula, a stamp on every sheet."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from goldline.boards.render.document import document
from goldline.boards.render.xlsx import HEAD_ROW, sheet_names
from tests.unit.render import sample
from tests.unit.render.sample import STAMP, board_view


@pytest.fixture(scope="module")
def book(xlsx: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx))


def sheet(book: openpyxl.Workbook, title: str) -> Worksheet:
    found = book[title]
    assert isinstance(found, Worksheet)
    return found


def test_there_is_a_cover_and_a_sheet_for_each_tile(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[0] == "About"
    assert len(book.sheetnames) == 1 + len(board_view("en").tiles)


def test_the_cover_says_what_is_shown_and_carries_the_trust_stamp(book: openpyxl.Workbook) -> None:
    cover = sheet(book, "About")
    values = {str(cell.value) for row in cover.iter_rows() for cell in row if cell.value is not None}
    assert {"Sales tracking", "1 Jan 2026 – 21 Nov 2026", sample.FORMULA, "v000012", "229 of 232 (3 warn)"} <= values
    linked = {cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink}
    assert "'Revenue'!A1" in linked


def test_every_sheet_carries_the_trust_stamp(book: openpyxl.Workbook) -> None:
    for title in book.sheetnames[1:]:
        assert sheet(book, title)["A3"].value == STAMP.sentence("en")
        assert STAMP.version in str(sheet(book, title).oddFooter.left.text)


def test_numbers_dates_and_shares_are_native(book: openpyxl.Workbook) -> None:
    months = sheet(book, "Revenue months")
    day, revenue, before, delta = (months.cell(HEAD_ROW + 2, column) for column in (1, 2, 3, 4))
    assert day.value == datetime(2026, 1, 1)
    assert day.number_format == "mmm yyyy"
    assert (revenue.value, before.value, delta.value) == (907001, 806000, 0.12)
    assert revenue.number_format == '"€"#,##0.00'
    assert delta.number_format == "+0.0%;-0.0%;0.0%"


def test_french_money_stands_behind_the_number() -> None:
    made = document(board_view("fr"), STAMP, "xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.worksheets[1].cell(HEAD_ROW + 2, 2).number_format == '#,##0.00\\ "€"'


def test_no_cell_is_a_formula_and_every_name_is_what_it_was(book: openpyxl.Workbook, xlsx: bytes) -> None:
    cells = [cell for each in book.worksheets for row in each.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    with zipfile.ZipFile(io.BytesIO(xlsx)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in content or b"<f " in content for content in sheets)
        assert not any("externalLink" in name for name in parts.namelist())
    shown = [cell.value for cell in sheet(book, "Revenue products")["A"]]
    assert set(sample.HOSTILE) <= set(shown)


def test_a_name_like_a_formula_stays_text_when_somebody_edits_its_cell(book: openpyxl.Workbook) -> None:
    cells = {cell.value: cell for cell in sheet(book, "Revenue products")["A"]}
    for name in (sample.FORMULA, sample.PLUS, sample.MINUS, sample.AT, sample.TAB):
        assert cells[name].quotePrefix


def test_heads_stay_in_sight_and_columns_are_wide_enough(book: openpyxl.Workbook) -> None:
    months = sheet(book, "Revenue months")
    assert months.freeze_panes == f"B{HEAD_ROW + 2}"
    assert months.column_dimensions["B"].width >= len("€907,001.00")
    assert months.auto_filter.ref == f"A{HEAD_ROW + 1}:D{HEAD_ROW + 12}"


def test_charts_are_native_and_read_the_cells(xlsx: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx)) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 2
    assert any("<c:lineChart>" in chart and "'Revenue months'!$B$6:$B$16" in chart for chart in charts)
    assert any("<c:barChart>" in chart for chart in charts)


def test_a_triangle_is_shaded(book: openpyxl.Workbook) -> None:
    assert len(list(sheet(book, "Retention retention").conditional_formatting)) == 1


def test_names_of_sheets_are_allowed_short_and_different() -> None:
    names = list(sheet_names(["a/b:c?*[d]", "x" * 40, "x" * 40, "X" * 40, "''", "'quoted'"]))
    assert names == ["a b c d", "x" * 31, "x" * 27 + " (2)", "X" * 27 + " (3)", "-", "quoted"]
