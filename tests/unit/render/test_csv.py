"""CSV: plain values, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv as reading
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldline.boards.render.document import document
from goldline.boards.render.safe import inert
from tests.unit.render import sample
from tests.unit.render.sample import STAMP, board_view

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines(text: str) -> list[list[str]]:
    return list(reading.reader(io.StringIO(text)))


def test_values_are_plain_and_units_stand_in_the_head(csv: str) -> None:
    found = lines(csv)
    assert ["Month", "Revenue (EUR)", "Revenue, previous (EUR)", "Revenue, delta"] in found
    assert ["2026-01-01", "907001", "806000", "0.12"] in found
    assert ["Revenue", "15659446.12", "EUR", "13907145.00", "0.12600006"] in found


def test_the_stamp_and_the_filters_stand_at_the_end(csv: str) -> None:
    found = lines(csv)
    assert ["Version", "v000012"] in found
    assert ["Channel", "web"] in found


def test_no_text_of_a_cell_would_be_run(csv: str) -> None:
    numbers = 0
    for cell in (cell for line in lines(csv) for cell in line):
        try:
            float(cell)
            numbers += 1
        except ValueError:
            assert not cell.startswith(RUN_BY_SPREADSHEETS), cell
    assert numbers > 50


@pytest.mark.parametrize("name", [sample.FORMULA, sample.PLUS, sample.MINUS, sample.AT])
def test_a_formula_gets_an_apostrophe_and_is_otherwise_what_it_was(csv: str, name: str) -> None:
    assert any(line and line[0] == f"'{name}" for line in lines(csv))


@given(st.text())
def test_whatever_a_name_is_it_does_not_begin_as_a_formula(name: str) -> None:
    made = inert(name)
    assert not made.lstrip().startswith(("=", "+", "-", "@"))
    assert not made.startswith(RUN_BY_SPREADSHEETS)


def test_one_tile_alone_is_a_table_that_begins_with_its_heads() -> None:
    text = document(board_view("en", sample.by_channel("en")), STAMP, "csv").content.decode("utf-8-sig")
    assert lines(text)[0][0] == "Channel"
