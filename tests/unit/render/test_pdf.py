"""The PDF: what is on its pages, that text stays text, that a reader who cannot see it is served, too."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace

import pdfplumber
import pypdfium2
import pytest

from goldline.boards.render.document import document
from goldline.boards.render.paper import table_of, width_of
from goldline.boards.render.pdf import in_rows
from goldline.boards.view import TileView
from tests.unit.render import sample
from tests.unit.render.sample import STAMP, board_view


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in opened]
    finally:
        opened.close()


def test_every_page_carries_the_trust_stamp_and_its_number(pages: list[str]) -> None:
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert STAMP.sentence("en") in page
        assert f"Page {number} of {len(pages)}" in page


def test_figures_period_and_filters_are_on_the_first_page(pages: list[str]) -> None:
    first = pages[0]
    for text in (
        "Sales tracking",
        "€15,659,446.12",
        "+12.6%",
        "101,922",
        "1 Jan 2026 – 21 Nov 2026",
        "no earlier period",
    ):
        assert text in first
    assert sample.FORMULA in first  # a filter's value


@pytest.mark.parametrize("name", [n for n in sample.HOSTILE if n not in (sample.HEBREW, sample.ARABIC, sample.TAB)])
def test_a_name_with_markup_or_a_formula_is_set_as_it_is(pages: list[str], name: str) -> None:
    assert name in " ".join(pages)


@pytest.mark.parametrize("name", [sample.HEBREW, sample.ARABIC])
def test_right_to_left_letters_are_there_and_none_is_an_empty_box(pages: list[str], name: str) -> None:
    text = " ".join(pages)
    letters = {letter for letter in unicodedata.normalize("NFKC", name) if letter.isalpha()}
    assert letters <= set(unicodedata.normalize("NFKC", text))


def test_it_is_tagged_titled_and_in_the_readers_language() -> None:
    french = document(board_view("fr"), STAMP, "pdf").content
    with pdfplumber.open(io.BytesIO(french)) as opened:
        catalogue = opened.doc.catalog
        title = opened.metadata["Title"]
    assert b"fr" in catalogue["Lang"].lower()
    assert catalogue["MarkInfo"]["Marked"] is True
    assert title == "Suivi des ventes"


def test_a_chart_has_its_figures_in_words_for_those_who_do_not_see_it(pdf: bytes) -> None:
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        told = str(opened.structure_tree)
    assert "Revenue: months. Jan 2026, Revenue €907,001.00" in told


def test_the_same_board_gives_the_same_bytes_at_the_same_moment(pdf: bytes) -> None:
    assert document(board_view("en"), STAMP, "pdf").content == pdf


@pytest.mark.parametrize("tile", [sample.number("orders", 3, 2, "en"), sample.withheld("en"), sample.triangle("en")])
def test_a_tile_alone_is_a_document_too(tile: TileView) -> None:
    assert document(board_view("en", tile), STAMP, "pdf").content.startswith(b"%PDF")


def test_what_the_reader_may_not_see_is_said_and_not_shown(pages: list[str]) -> None:
    assert "This figure is about the whole company." in pages[0]


def test_a_table_that_does_not_fit_beside_others_gets_a_row_of_its_own() -> None:
    narrow = replace(sample.products("en"), tile=sample.products("en").tile.model_copy(update={"width": 4}))
    assert width_of(narrow) > 60
    rows = list(in_rows([sample.by_channel("en"), narrow], 182.0))
    assert [[(tile.tile.id, width) for tile, width in row] for row in rows] == [[("channels", 4)], [("products", 12)]]


def test_a_table_too_wide_for_a_page_leaves_compared_values_to_the_workbook() -> None:
    wide = sample.products("en")
    assert [c["label"] for c in table_of(wide, 182.0)["columns"]] == ["Product", "Revenue", "Before", "Change"]
    assert [c["label"] for c in table_of(wide, 20.0)["columns"]] == ["Product", "Revenue", "Change"]


@pytest.mark.parametrize(("form", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg")])
def test_a_picture_of_one_tile_is_a_picture(form: str, begins: bytes) -> None:
    made = document(board_view("en", sample.by_channel("en")), STAMP, form)  # type: ignore[arg-type]
    assert made.content.startswith(begins)
