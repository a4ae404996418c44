"""What a reader may not see cannot be asked out of the store, whatever the question."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from goldline.metrics.filters import Filters
from goldline.metrics.question import Answer, Question
from goldline.metrics.registry import load_registry
from goldline.metrics.scope import Scope
from tests.integration.metrics.conftest import Opened
from tests.integration.metrics.sums import SUMS, Oracle

ONE = Scope(stores=frozenset({"shop:1"}), staff_figures=False, lines=False)
QUARTER = Filters(start=date(2025, 10, 1), end=date(2026, 3, 28))
BY = {
    "pair_product": ("product", "with_product"), "pair_category": ("category", "with_category"), "basket": ("basket",),
    "seasonality": ("month_of_year",),
}  # fmt: skip
CUT = ("receipt", "sale", "buyer", "non_buyer", "contact", "contact_stock", "contactability", *BY)


def ask(shop: Opened, name: str, scope: Scope, filters: Filters = QUARTER) -> Answer:
    by = BY.get(shop.store.registry[name].grain, ())
    params = (("without", "category:COATS"),)
    return shop.store.ask(Question(metrics=(name,), by=by, filters=filters, scope=scope, params=params))


@pytest.mark.parametrize("name", [name for name, metric in load_registry().items() if metric.grain in CUT])
def test_a_figure_of_a_limited_reader_is_that_of_a_filter_which_cannot_be_widened(name: str, retailer: Opened) -> None:
    own = QUARTER.with_(shop=("shop:1",))

    limited = ask(retailer, name, ONE)

    assert limited.withheld is None
    assert limited.rows == ask(retailer, name, Scope(), own).rows
    assert limited.rows == ask(retailer, name, ONE, QUARTER.with_(shop=("shop:1", "shop:2", "web:1"))).rows


@pytest.mark.parametrize("name", [name for name, metric in load_registry().items() if metric.grain not in CUT])
def test_a_figure_that_cannot_be_cut_by_shop_is_withheld(name: str, retailer: Opened) -> None:
    for scope in (ONE, Scope(channels=frozenset({"store"})), Scope(customers=False)):
        answer = ask(retailer, name, scope)
        assert (answer.withheld, answer.rows, answer.totals, answer.notes) == ("customers", (), None, ())


def test_another_shop_and_one_that_does_not_exist_look_alike(retailer: Opened) -> None:
    for name in ("revenue", "active_customers", "contacts", "repeat_rate"):
        other = ask(retailer, name, ONE, QUARTER.with_(shop=("shop:2",)))
        nobody = ask(retailer, name, ONE, QUARTER.with_(shop=("shop:'; drop table sale; --",)))
        assert (other.rows, other.notes) == (nobody.rows, nobody.notes)
        assert not any(other.rows[0])


def test_no_dimension_shows_a_limited_reader_another_shop(retailer: Opened) -> None:
    answer = retailer.store.ask(Question(metrics=("revenue", "receipts"), by=("shop",), filters=QUARTER, scope=ONE))

    assert answer.values("shop") == ["shop:1"]
    assert retailer.store.choices("shop", ONE) == [("shop:1", "Shop shop:1")]
    by_channel = retailer.store.ask(Question(metrics=("revenue",), by=("channel",), filters=QUARTER, scope=ONE))
    assert by_channel.values("channel") == ["store"]


def test_a_menu_lists_what_was_sold_within_the_scope_and_a_withheld_answer_says_nothing(retailer: Opened) -> None:
    lines = retailer.world.lines
    web = Scope(channels=frozenset({"ecommerce"}))
    assert [value for value, _ in retailer.store.choices("shop", web)] == ["web:1"]
    for scope, own in (
        (Scope(stores=ONE.stores), lines[lines["shop"] == "shop:1"]),
        (web, lines[lines["shop"] == "web:1"]),
    ):
        for name in ("product", "category", "brand", "staff", "channel"):
            assert {value for value, _ in retailer.store.choices(name, scope)} == set(own[name].dropna()), name
    assert dict(retailer.store.choices("with_product", web)) == dict(retailer.store.choices("product", web))
    assert len(retailer.store.choices("churn_band", web)) == 3
    assert len(retailer.store.choices("basket", web)) < len(retailer.store.choices("basket"))
    questions = [Question(metrics=(name,), scope=ONE) for name in ("customer_base", "lost_customers", "churn_rate")]
    assert {answer.notes for answer in retailer.store.ask_all(questions)} == {()}


def test_a_scope_without_any_shop_sees_nothing(retailer: Opened) -> None:
    answer = ask(retailer, "revenue", Scope(stores=frozenset()))

    assert answer.values("revenue") == [Decimal(0)]


def test_staff_can_be_neither_shown_nor_guessed(retailer: Opened) -> None:
    for question in (
        Question(metrics=("revenue",), by=("staff",), scope=ONE),
        Question(metrics=("revenue",), filters=Filters(staff=("ann",)), scope=ONE),
        Question(metrics=("revenue",), by=("shop", "staff"), scope=Scope(staff_figures=False)),
    ):
        assert retailer.store.ask(question).withheld == "staff"
        assert retailer.store.lines(question).rows == ()
    assert retailer.store.choices("staff", ONE) == []


def test_lines_are_shown_to_those_who_may_see_them_and_hold_no_customer(retailer: Opened) -> None:
    question = Question(
        metrics=("revenue",), filters=QUARTER.with_(category=("COATS",)), scope=Scope(stores=ONE.stores)
    )

    first = retailer.store.lines(question, limit=5)
    second = retailer.store.lines(question, limit=5, offset=5)

    assert len(first.rows) == len(second.rows) == 5
    assert not set(first.rows) & set(second.rows)
    assert {row[first.column("shop")] for row in first.rows} == {"shop:1"}
    assert all(str(row[0]).startswith(str(row[1])) for row in first.rows)
    assert "customer" not in " ".join(column.name for column in first.columns)
    assert retailer.store.lines(Question(metrics=("revenue",), scope=ONE)).withheld == "lines"
    assert retailer.store.lines(Question(metrics=("retention",))).withheld == "no_lines"
    with_all = retailer.store.lines(question, limit=10_000)
    revenue: Oracle = SUMS["revenue"]
    world = retailer.world.of(first.period).only(shop="shop:1", category="COATS")
    assert sum(Decimal(str(one)) for one in with_all.values("net_amount")) == revenue(world)


def test_an_answer_is_kept_for_its_scope_only(retailer: Opened) -> None:
    questions = [Question(metrics=("revenue",), filters=QUARTER, scope=scope) for scope in (Scope(), ONE)]

    everything, own = retailer.store.ask_all(questions)

    assert everything.rows != own.rows
