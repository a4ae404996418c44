"""Identities that hold for every period: the base keeps its books, parts add up, series are complete."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldline.metrics.filters import Filters
from goldline.metrics.question import Question
from tests.integration.metrics.conftest import Opened
from tests.integration.metrics.retailer import FIRST, LAST

ADDITIVE = ("revenue", "sales_amount", "units", "receipts", "discount_amount", "discounted_lines", "return_documents")
BASE = ("opening_base", "base_new", "reactivated_customers", "lost_customers", "customer_base", "net_growth")
periods = st.tuples(st.dates(FIRST, LAST), st.integers(0, 400)).map(
    lambda one: Filters(start=one[0], end=one[0] + timedelta(days=one[1]), compare="none")
)
some = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@some
@given(filters=periods)
def test_the_base_at_the_end_is_that_at_the_beginning_with_who_came_and_without_who_left(
    retailer: Opened, filters: Filters
) -> None:
    opening, new, back, lost, closing, growth = map(
        int, map(str, retailer.store.ask(Question(metrics=BASE, filters=filters)).rows[0])
    )

    assert closing == opening + new + back - lost
    assert growth == closing - opening


@some
@given(filters=periods, by=st.sampled_from(["shop", "channel", "time", "weekday", "gender", "month_of_year"]))
def test_what_can_be_added_adds_up_to_the_whole(retailer: Opened, filters: Filters, by: str) -> None:
    answer = retailer.store.ask(Question(metrics=ADDITIVE, by=(by,), filters=filters.with_(every="week")))

    for name in ADDITIVE:
        assert sum(Decimal(str(one)) for one in answer.values(name)) == answer.total(name)


@some
@given(filters=periods)
def test_receipts_and_lines_tell_the_same(retailer: Opened, filters: Filters) -> None:
    """The same metrics by the table of receipts and, cut by a dimension that only lines have, by that of lines."""
    metrics = ("revenue", "receipts", "units_sold", "discount_amount", "active_customers", "new_customers")

    of_receipts = retailer.store.ask(Question(metrics=metrics, filters=filters))
    of_lines = retailer.store.ask(Question(metrics=metrics, by=("category",), filters=filters))

    assert of_lines.totals is not None
    assert of_lines.totals[1:] == of_receipts.rows[0]


@some
@given(filters=periods, cut=st.integers(1, 300))
def test_a_period_is_its_two_parts(retailer: Opened, filters: Filters, cut: int) -> None:
    start, end = filters.start, filters.end
    assert start is not None and end is not None
    if (middle := start + timedelta(days=cut)) > end:
        return
    metrics = (*ADDITIVE[:4], "base_new", "lost_customers", "new_contacts", "new_customers")

    whole, first, second = (
        retailer.store.ask(Question(metrics=metrics, filters=one)).rows[0]
        for one in (filters, filters.with_(end=middle - timedelta(days=1)), filters.with_(start=middle))
    )

    assert [Decimal(str(one)) for one in whole] == [
        Decimal(str(one)) + Decimal(str(other)) for one, other in zip(first, second, strict=True)
    ]


@pytest.mark.parametrize("every", ["month", "year"])
def test_the_compared_series_lies_beside_its_counterpart(retailer: Opened, every: str) -> None:
    filters = Filters.from_query({"year": "2025", "every": every})

    series = retailer.store.ask(Question(metrics=("revenue",), by=("time",), filters=filters))
    before = retailer.store.ask(Question(metrics=("revenue",), by=("time",), filters=filters.with_(year=2024)))

    assert series.values("revenue__previous") == before.values("revenue")
    assert series.total("revenue__previous") == before.total("revenue")


@pytest.mark.parametrize(("every", "rows"), [("day", 28), ("week", 5), ("month", 1)])
def test_a_series_has_each_day_of_its_period_and_none_of_the_compared_one(
    retailer: Opened, every: str, rows: int
) -> None:
    """February has three days less than the January that it is compared with."""
    filters = Filters.from_query({"year": "2025", "month": "2", "every": every, "shop": "shop:3"})

    answer = retailer.store.ask(Question(metrics=("revenue", "average_basket"), by=("time",), filters=filters))

    days = [date.fromisoformat(str(day)) for day in answer.values("time")]
    assert len(days) == rows
    assert days[0] >= date(2025, 1, 27)
    assert days[-1] <= date(2025, 2, 28)
    assert sum(Decimal(str(one)) for one in answer.values("revenue")) == answer.total("revenue")


def test_like_for_like_leaves_out_a_shop_that_opened_in_between(retailer: Opened) -> None:
    filters = Filters(start=date(2025, 6, 1), end=date(2025, 8, 31), compare="last_year", like_for_like=True)

    answer = retailer.store.ask(Question(metrics=("revenue",), by=("shop",), filters=filters))

    assert set(answer.values("shop")) == {"shop:1", "shop:2", "web:1"}


def test_questions_asked_together_get_the_answers_they_get_alone(retailer: Opened) -> None:
    filters = Filters(year=2025)
    questions = [
        Question(metrics=metrics, by=by, filters=filters)
        for by in ((), ("time",), ("shop",))
        for metrics in (
            ("revenue",),
            ("receipts", "average_basket"),
            ("active_customers", "repeat_rate")[: 1 + (by != ("time",))],
        )
    ]
    together = retailer.store.ask_all(questions)

    with_none_kept = [retailer.store._open.engine.ask(question) for question in questions]
    assert together == with_none_kept
