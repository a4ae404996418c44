"""One definition of each metric: the same number on the page, in PDF, workbook, CSV and mail, and in pandas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest

from goldline.boards.format import format_value
from goldline.boards.render.sheet import plain
from goldline.boards.view import Figure
from goldline.metrics.registry import load_registry
from tests.integration.metrics.conftest import Opened
from tests.integration.metrics.people import PEOPLE
from tests.integration.metrics.sums import SUMS
from tests.integration.metrics.tables import TABLES
from tests.integration.metrics.test_recomputed import BEFORE, NOW
from tests.integration.reports.every_metric import Shown, show

NUMBERS = {**SUMS, **PEOPLE}
METRICS = list(load_registry())


@pytest.fixture(scope="module")
def shown(retailer: Opened) -> Iterator[Shown]:
    with pytest.MonkeyPatch.context() as patch:
        yield show(retailer, patch)


@pytest.mark.parametrize("name", METRICS)
def test_a_number_is_the_same_everywhere(name: str, shown: Shown, retailer: Opened) -> None:
    place = METRICS.index(name)
    tile = shown.view.tiles[place]
    if tile.state == "empty":
        assert tile.message in shown.page[tile.tile.id]
        assert f"{tile.title} {tile.message}" in shown.pdf
        assert _is_nothing(name, retailer)
        return
    figure = tile.figures[0]
    value = _expected(name, figure, retailer)
    text = format_value(value, figure.unit, figure.decimals, "en")

    assert shown.page[tile.tile.id].startswith(figure.label) and f"\n{text}\n" in shown.page[tile.tile.id]
    assert f"{figure.label} {text}" in shown.pdf
    assert shown.sheets[place][0][:2] == [figure.label, pytest.approx(float(value), rel=1e-14)]
    assert Decimal(shown.tables[place][0][1]) == _plain(value)
    assert any(line.startswith(figure.label[:33]) and text in line for line in shown.text)
    assert shown.html[shown.html.index(figure.label) + 1] == text


@pytest.mark.parametrize("name", NUMBERS)
def test_the_compared_number_is_the_same_everywhere(name: str, shown: Shown, retailer: Opened) -> None:
    place = METRICS.index(name)
    tile = shown.view.tiles[place]
    figure = tile.figures[0] if tile.figures else None
    if figure is None or figure.delta is None:
        return  # nothing to compare with, and the page says so in the tests of the boards
    before = NUMBERS[name](retailer.world.of(BEFORE))
    text = format_value(before, figure.unit, figure.decimals, "en")

    assert figure.previous == before
    assert text in shown.page[tile.tile.id]
    assert f"{figure.delta_text} {text}" in shown.pdf
    assert shown.sheets[place][0][3] == pytest.approx(float(before), rel=1e-14)
    assert Decimal(shown.tables[place][0][3]) == _plain(before)
    assert any(f"{figure.delta_text} from {text}" in line for line in shown.text)
    assert f"from {text}" in shown.html


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_the_same_everywhere(name: str, shown: Shown, retailer: Opened) -> None:
    metrics, by, oracle = TABLES[name]
    place = len(METRICS) + list(TABLES).index(name)
    tile = shown.view.tiles[place]
    expected = oracle(retailer.world.of(NOW))
    keys = [tuple(cell.value for cell in row[: len(by)]) for row in tile.rows]
    assert set(keys) == set(expected)
    assert len(shown.tables[place]) >= len(keys)
    assert len(shown.sheets[place]) >= len(keys)

    for number, (key, row) in enumerate(zip(keys, tile.rows, strict=True)):
        texts = [cell.text for cell in row]
        wanted = expected[key]
        sheet, line = shown.sheets[place][number], shown.tables[place][number]
        assert [_day(value) for value in sheet[: len(by)]] == [_label(cell.value, cell.text) for cell in row[: len(by)]]
        for at, (metric, value) in enumerate(zip(metrics, wanted, strict=True), len(by)):
            unit, decimals = tile.columns[at].unit, tile.columns[at].decimals
            assert texts[at] == format_value(value, unit, decimals, "en"), (metric, key)
            assert sheet[at] == (None if value is None else pytest.approx(float(value), rel=1e-9, abs=1e-12))
            assert (
                line[at] == "" if value is None else float(line[at]) == pytest.approx(float(value), rel=1e-6, abs=1e-8)
            )
        assert all(text in shown.page[tile.tile.id] for text in texts)
        if number < 12:
            assert " ".join(texts) in shown.pdf
            assert any(all(text[:33] in each for text in texts[:6]) for each in shown.text)


def _expected(name: str, figure: Figure, retailer: Opened) -> Decimal | float | int:
    """What pandas makes of it; for what needs a table or a model, the value that its own test holds to pandas."""
    if name in NUMBERS:
        found: Decimal | float | int = NUMBERS[name](retailer.world.of(NOW))
        assert figure.value == found
        return found
    assert isinstance(figure.value, Decimal | float | int)
    return figure.value


def _is_nothing(name: str, retailer: Opened) -> bool:
    return name not in NUMBERS or NUMBERS[name](retailer.world.of(NOW)) is None


def _plain(value: object) -> Decimal:
    return Decimal(str(plain(value)))


def _day(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


def _label(value: object, text: str) -> object:
    return value if isinstance(value, date) else text
