"""Every table equals the one that pandas makes, row by row, and keeps its books: flows add up to stocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from goldline.metrics.filters import Filters
from goldline.metrics.period import Period
from goldline.metrics.question import Question
from tests.integration.metrics.conftest import Opened
from tests.integration.metrics.tables import TABLES

FILTERS = Filters(start=date(2026, 1, 10), end=date(2026, 3, 20))
NOW = Period(date(2026, 1, 10), date(2026, 3, 21))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_pandas_makes_of_the_published_tables(name: str, shop: Opened) -> None:
    metrics, by, oracle = TABLES[name]

    answer = shop.store.ask(Question(metrics=metrics, by=by, filters=FILTERS, compare=False))

    found = {row[: len(by)]: row[len(by) :] for row in answer.rows}
    assert found == _nearly(oracle(shop.world.of(NOW)))


def test_segment_flows_add_up_to_the_opening_and_the_closing(retailer: Opened) -> None:
    flow = retailer.store.ask(Question(metrics=("segment_flow",), by=("segment_from", "segment_to"), filters=FILTERS))
    rows, columns = _sums(flow.rows, 0), _sums(flow.rows, 1)

    assert columns == _stock(retailer, FILTERS)
    before = Filters(start=date(2025, 12, 1), end=date(2026, 1, 9))
    assert {name: count for name, count in rows.items() if name != "new"} == _stock(retailer, before)


def test_the_segments_of_the_newest_day_are_those_of_the_golden_customer(shop: Opened) -> None:
    stock = _stock(shop, Filters(start=date(2026, 3, 1), end=date(2026, 3, 31)))

    assert stock == shop.world.contacts["segment"].value_counts().to_dict()


def _stock(shop: Opened, filters: Filters) -> dict[object, object]:
    answer = shop.store.ask(Question(metrics=("segment_customers",), by=("segment",), filters=filters, compare=False))
    return {row[0]: row[1] for row in answer.rows}


def _sums(rows: tuple[tuple[Any, ...], ...], place: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row[place]] = found.get(row[place], 0) + row[2]
    return found


def _nearly(rows: Mapping[Any, tuple[Any, ...]]) -> dict[Any, tuple[Any, ...]]:
    """Let floats differ by what adding up in another order changes; everything else must be equal."""
    return {
        key: tuple(pytest.approx(one, rel=1e-9, abs=1e-12) if isinstance(one, float) else one for one in values)
        for key, values in rows.items()
    }
