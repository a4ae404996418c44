"""The boards ask only for what there is, in both languages; their words are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goldline.boards.catalogue import board_named, load_boards
from goldline.boards.words import vocabulary, word
from goldline.errors import GoldlineError
from goldline.metrics.filters import MEMBERS
from goldline.metrics.registry import load_registry
from goldline.people.roles import load_roles

EIGHT = ["kpi", "sales", "customers", "behaviour", "products", "contacts", "segments", "health"]


def test_there_are_eight_boards_in_the_order_of_the_navigation() -> None:
    assert list(load_boards()) == EIGHT


@pytest.mark.parametrize("name", EIGHT)
def test_every_metric_of_a_board_can_be_cut_as_its_tiles_cut_it(name: str) -> None:
    registry, board = load_registry(), load_boards()[name]
    for tile in board.tiles:
        for metric in tile.metrics:
            tables = set(registry[metric].formulas)
            for dimension in tile.by:
                tables &= set(registry.dimension(dimension).tables)
            assert tables, f"{name}/{tile.id}: {metric} by {tile.by}"


@pytest.mark.parametrize("name", EIGHT)
def test_drills_filters_and_roles_of_a_board_exist(name: str, tmp_path: Path) -> None:
    board = load_boards()[name]
    assert set(board.filters) <= {*MEMBERS, "every", "like_for_like"}
    for tile in board.tiles:
        if tile.drill:
            target = load_boards()[tile.drill.board]
            assert tile.drill.set in tile.by and tile.drill.set in (*target.filters, "product")
        assert {each.removeprefix("!") for each in tile.only} <= set(MEMBERS)
    assert set(board.roles) <= set(load_roles(tmp_path))


def test_both_languages_have_the_same_words_with_the_same_places_for_values() -> None:
    english, french = vocabulary("en"), vocabulary("fr")
    assert english.keys() == french.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", french[key])), key


def test_an_unknown_board_is_told_with_the_known_ones() -> None:
    with pytest.raises(GoldlineError, match="kpi, sales"):
        board_named("sails")


def test_words_take_their_values() -> None:
    assert word("board.compared", "fr", period="2025") == "comparé à 2025"
