"""Every figure equals the one that pandas computes from the published tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from goldline.metrics.filters import Filters
from goldline.metrics.period import Period
from goldline.metrics.question import Question
from goldline.metrics.registry import load_registry
from tests.integration.metrics.conftest import Opened
from tests.integration.metrics.people import PEOPLE
from tests.integration.metrics.sums import SUMS
from tests.integration.metrics.tables import TABLES
from tests.integration.metrics.test_models import MODELLED

PARAMS = (("without", "category:COATS"),)
FILTERS = Filters(start=date(2026, 1, 10), end=date(2026, 3, 20))
BY = ("channel", "shop", "category", "gender", "staff", "product")
NOW = Period(date(2026, 1, 10), date(2026, 3, 21))
MOST = 3
BEFORE = Period(date(2025, 11, 1), date(2026, 1, 10))


@pytest.mark.parametrize("name", [*SUMS, *PEOPLE])
def test_a_figure_is_what_pandas_makes_of_the_published_tables(name: str, shop: Opened) -> None:
    answer = shop.store.ask(Question(metrics=(name,), filters=FILTERS, params=PARAMS))

    expected = {**SUMS, **PEOPLE}[name]
    assert answer.total(name) == expected(shop.world.of(NOW))
    if answer.previous:
        assert answer.previous == BEFORE
        assert answer.total(f"{name}__previous") == expected(shop.world.of(BEFORE))


@pytest.mark.parametrize("name", SUMS)
def test_a_figure_by_a_dimension_is_that_of_each_member(name: str, retailer: Opened) -> None:
    dimensions = [one.name for one in retailer.store.registry.dimensions_of(name) if one.name in BY]
    for by in dimensions:
        answer = retailer.store.ask(Question(metrics=(name,), by=(by,), filters=FILTERS, params=PARAMS, compare=False))
        found = {row[0]: row[1] for row in answer.rows if row[0] is not None}
        world = retailer.world.of(NOW)
        members = set(world.now[by].dropna())
        assert set(found) <= members
        for member in sorted(members)[:MOST]:
            expected = SUMS[name](world.only(**{by: member}))
            assert found.get(member, 0) == expected or not (expected or member in found), (by, member)


@pytest.mark.parametrize("name", SUMS)
def test_a_figure_under_filters_is_that_of_the_lines_that_are_left(name: str, retailer: Opened) -> None:
    for filters, members in _filtered(retailer):
        answer = retailer.store.ask(Question(metrics=(name,), filters=filters, params=PARAMS))
        if not any("not cut" in note["en"] for note in answer.notes):
            assert answer.total(name) == SUMS[name](retailer.world.of(NOW).only(**members)), (name, members)


def _filtered(retailer: Opened) -> list[tuple[Filters, dict[str, Any]]]:
    choices = [("shop", 1), ("channel", 0), ("category", 2)]
    found = []
    for name, place in choices:
        member = retailer.store.choices(name)[place][0]
        found.append((FILTERS.with_(**{name: (member,)}), {name: member}))
    return found


def test_every_metric_is_recomputed_somewhere() -> None:
    recomputed = {*SUMS, *PEOPLE, *(name for names, _, _ in TABLES.values() for name in names), *MODELLED}

    assert set(load_registry()) - recomputed == set()
