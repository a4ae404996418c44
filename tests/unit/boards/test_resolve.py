"""What a board makes of answers: figures with their change, states, links, and one failure that stays one tile's."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from typing import Any, cast

import pytest

from goldline.boards.model import Drill, Tile
from goldline.boards.resolve import resolve
from goldline.boards.view import BoardView
from goldline.boards.web.shown import as_json, chart_data, crossed, table_columns
from goldline.metrics.filters import Filters
from goldline.metrics.question import Answer
from goldline.metrics.scope import EVERYTHING, Scope
from tests.unit.boards.sample import BEFORE, HOSTILE, YEAR, FakeStore, board, by_shop, dimension, metric, number

NUMBER = Tile(id="revenue", metrics=("revenue",))


def shown(store: FakeStore, *tiles: Tile, filters: Filters | None = None, scope: Scope = EVERYTHING) -> BoardView:
    return resolve(board(*tiles), filters or Filters(), store=cast(Any, store), scope=scope, language="en")


def test_a_number_stands_beside_the_one_before_it() -> None:
    figure = (
        shown(FakeStore({"revenue": number(Decimal(120), Decimal(100), Decimal("0.2"))}), NUMBER).tiles[0].figures[0]
    )
    assert (figure.text, figure.previous_text, figure.delta_text) == ("€120", "€100", "+20.0%")
    assert (figure.direction, figure.tone, figure.reason) == ("up", "good", "")
    assert figure.definition.startswith("Net sales without tax")


@pytest.mark.parametrize(
    ("answer", "filters", "state", "reason"),
    [
        (number(Decimal(120)), Filters(), "partial", "no earlier period"),
        (number(Decimal(120)), Filters(compare="none"), "full", "not compared"),
        (number(Decimal(120), Decimal(0)), Filters(), "full", "from zero"),
    ],
)
def test_a_missing_change_says_why(answer: Answer, filters: Filters, state: str, reason: str) -> None:
    tile = shown(FakeStore({"revenue": answer}), NUMBER, filters=filters).tiles[0]
    assert tile.state == state
    assert (tile.figures[0].delta_text, tile.figures[0].reason) == ("—", reason)


def test_more_of_what_should_be_less_is_bad() -> None:
    lost = number(Decimal(12), Decimal(10), Decimal("0.2"), name="discount_rate")
    less = Answer(metric("discount_rate", better="down"), lost.rows, lost.totals, YEAR, BEFORE)
    assert (
        shown(FakeStore({"discount_rate": less}), Tile(id="rate", metrics=("discount_rate",))).tiles[0].figures[0].tone
        == "bad"
    )


def test_an_empty_and_a_withheld_answer_say_so_and_show_nothing() -> None:
    empty = number(None)
    withheld = Answer(metric("receipts"), (), None, YEAR, None, withheld="customers")
    store = FakeStore({"revenue": empty, "receipts": withheld})
    tiles = shown(store, NUMBER, Tile(id="receipts", metrics=("receipts",))).tiles
    assert [(tile.state, tile.rows, tile.figures) for tile in tiles] == [("empty", (), ()), ("withheld", (), ())]
    assert tiles[1].message == "Not shown with your rights." and not tiles[1].lines_address


def test_a_failure_is_one_tiles_alone(caplog: pytest.LogCaptureFixture) -> None:
    store = FakeStore({"revenue": number(Decimal(1), Decimal(1), Decimal(0)), "receipts": RuntimeError("no")})
    with caplog.at_level(logging.CRITICAL, "goldline.boards.questions"):
        tiles = shown(store, NUMBER, Tile(id="receipts", metrics=("receipts",))).tiles
    assert [tile.state for tile in tiles] == ["full", "failed"]


def test_rows_have_names_totals_and_links_that_keep_the_filters() -> None:
    tile = Tile(id="shops", metrics=("revenue",), by=("shop",), chart="bar", drill=Drill(board="sales", set="shop"))
    view = shown(FakeStore({"revenue": by_shop()}), tile, filters=Filters(year=2026)).tiles[0]
    assert [row[0].text for row in view.rows] == ["Paris", "Lyon"]
    assert view.rows[0][0].link == "/sales?shop=s%3A1&year=2026"
    assert [cell.text for cell in view.totals] == ["Total", "€400", "€200", "+100.0%"]
    assert view.rows[1][3].text == "—"
    assert view.lines_address == "/trial/shops/lines?year=2026"


def test_a_guessed_shop_stays_a_key_for_a_reader_of_another() -> None:
    scope = Scope(stores=frozenset({"s:1"}), customers=False)
    view = shown(FakeStore({"revenue": by_shop()}), NUMBER, filters=Filters(shop=("s:2",)), scope=scope)
    assert view.filter_texts == (("Shop", "s:2"),)
    assert shown(FakeStore({"revenue": by_shop()}), NUMBER, filters=Filters(shop=("s:2",))).filter_texts[0][1] == "Lyon"


def test_who_may_not_see_lines_gets_no_address_of_them() -> None:
    view = shown(FakeStore({"revenue": by_shop()}), NUMBER, scope=Scope(lines=False))
    assert view.tiles[0].lines_address == ""


def test_tiles_come_and_go_with_the_filters_they_name() -> None:
    tile = Tile(id="categories", metrics=("revenue",), only=("!category",))
    assert shown(FakeStore({"revenue": by_shop()}), tile, filters=Filters(category=("ROBES",))).tiles == ()


def test_the_picture_has_its_rows_once_and_nothing_in_it_ends_the_block() -> None:
    rows = (("p1", Decimal(3), None, None),)
    answer = Answer((dimension("product"), *metric("revenue")), rows, None, YEAR, None)
    tile = shown(
        FakeStore({"revenue": answer}), Tile(id="p", metrics=("revenue",), by=("product",), chart="bar")
    ).tiles[0]
    text = str(chart_data(tile, "auto"))
    assert "<" not in text and text.count("u003c/script") == 1
    data = json.loads(text)
    assert data["datasets"]["rows"][0]["x"] == HOSTILE
    assert data["light"]["config"] != data["dark"]["config"]


def test_a_chart_is_made_once_and_speaks_the_readers_language() -> None:
    view = shown(
        FakeStore({"revenue": by_shop()}), Tile(id="s", metrics=("revenue",), by=("shop",), chart="bar")
    ).tiles[0]
    first, second = view.spec("light"), view.spec("light")
    assert first["layer"] is second["layer"]
    assert first["$schema"].endswith("v6.4.1.json") or "vega-lite/v6" in first["$schema"]
    assert first["config"]["locale"]["number"]["currency"] == ["€", ""]


def test_with_several_metrics_a_page_shows_one_column_for_each() -> None:
    answer = Answer(
        (dimension("shop"), *metric("revenue"), *metric("receipts")), (("s:1", *range(6)),), None, YEAR, BEFORE
    )
    tile = Tile(id="t", metrics=("revenue", "receipts"), by=("shop",), chart="table")
    columns = table_columns(shown(FakeStore({"revenue": answer}), tile).tiles[0])
    assert [(column.view.name, column.previous, column.delta) for column in columns] == [
        ("shop", 0, 0),
        ("revenue", 2, 3),
        ("receipts", 5, 6),
    ]


def test_a_heat_map_reads_as_a_table_of_two_dimensions() -> None:
    rows = ((2, 1, Decimal(5)), (1, 2, Decimal(7)), (1, 1, Decimal(9)))
    columns = (dimension("recency_score"), dimension("frequency_score"), metric("rfm_customers", "count")[0])
    answer = Answer(columns, rows, None, YEAR, None)
    tile = Tile(
        id="t", metrics=("rfm_customers",), by=("recency_score", "frequency_score"), chart="heatmap", compare=False
    )
    found = crossed(shown(FakeStore({"rfm_customers": answer}), tile).tiles[0])
    assert found is not None
    assert found.heads == ["recency_score", "1", "2"] and found.rows == [("2", ["5", ""]), ("1", ["9", "7"])]


def test_data_blocks_write_no_number_that_is_none() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        as_json(float("nan"))
