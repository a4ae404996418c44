"""What needs a history of its own: seasonality, spend, predictions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from goldline.metrics.filters import Filters
from goldline.metrics.period import Period
from goldline.metrics.question import Question
from tests.integration.metrics.conftest import Opened
from tests.integration.metrics.sums import money, ratio, share
from tests.integration.metrics.world import World

MODELLED = (
    "seasonality_index", "month_revenue_share", "marketing_spend", "cac", "ltv_cac", "payback_months",
    "predicted_revenue", "predicted_value", "predicted_purchases", "alive_probability", "churn_risk", "risk_customers",
    "prediction_error", "prediction_error_revenue", "prediction_days", "prediction_dependence", "still_away_share",
)  # fmt: skip
WINTER = Filters(start=date(2025, 11, 1), end=date(2026, 1, 31))


def monthly(world: World) -> pd.Series[int]:
    """Revenue by complete month."""
    lines = world.lines[world.lines["business_date"] >= "2023-10-01"]
    lines = lines[lines["business_date"] < "2026-03-01"]
    return lines.groupby(lines["business_date"].dt.to_period("M"))["net"].sum()


def test_the_seasonality_index_is_the_ratio_to_the_centred_moving_average(retailer: Opened) -> None:
    amounts = monthly(retailer.world)
    yearly = amounts.rolling(12).mean()
    centred = (yearly.shift(-5) + yearly.shift(-6)) / 2
    raw = (amounts / centred).groupby(pd.PeriodIndex(amounts.index).month).mean()
    index = raw / raw.mean()

    answer = retailer.store.ask(
        Question(metrics=("seasonality_index", "month_revenue_share"), by=("month_of_year",), compare=False)
    )

    assert {row[0]: row[1] for row in answer.rows} == pytest.approx(index.to_dict())
    parts = amounts.groupby(pd.PeriodIndex(amounts.index).month).sum()
    assert {row[0]: row[2] for row in answer.rows} == {month: share(one, amounts.sum()) for month, one in parts.items()}
    assert not answer.notes


def test_with_less_than_24_months_there_is_no_index_and_it_says_so(demo: Opened) -> None:
    answer = demo.store.ask(
        Question(metrics=("seasonality_index", "month_revenue_share"), by=("month_of_year",), compare=False)
    )

    assert set(answer.values("seasonality_index")) == {None}
    assert sum(Decimal(str(one)) for one in answer.values("month_revenue_share")) == pytest.approx(Decimal(1))
    assert any("24 complete months" in note["en"] for note in answer.notes)


def test_the_cost_of_a_customer_is_the_spend_of_the_months_by_their_new_customers(retailer: Opened) -> None:
    first = retailer.world.first
    new = int(((first >= "2025-11-01") & (first < "2026-02-01")).sum())

    answer = retailer.store.ask(
        Question(metrics=("marketing_spend", "cac", "ltv_cac", "payback_months"), filters=WINTER, compare=False)
    )

    spent = Decimal("2850.75")
    assert answer.values("marketing_spend") == [spent]
    assert answer.values("cac") == [ratio(int(spent * 10_000), new * 10_000)]
    values = retailer.store.ask(Question(metrics=("ltv_horizon", "ltv_margin_horizon"), by=("months_since",)))
    records: dict[Any, dict[str, Any]] = {record["months_since"]: record for record in values.records()}
    cost = spent / new
    assert answer.values("ltv_cac") == [pytest.approx(records[12]["ltv_horizon"] / cost, abs=Decimal("0.001"))]
    paid = [month for month, record in records.items() if record["ltv_margin_horizon"] >= cost]
    assert answer.values("payback_months") == [min(paid, default=None)]


def test_without_a_spend_file_it_says_what_to_put_where(demo: Opened) -> None:
    answer = demo.store.ask(Question(metrics=("cac",), filters=WINTER))

    assert answer.values("cac") == [None]
    assert any("marketing_spend.csv" in note["en"] for note in answer.notes)


def test_predictions_are_within_reason_of_what_was_kept_from_the_model(retailer: Opened) -> None:
    names = ("prediction_error", "prediction_error_revenue", "prediction_days", "prediction_dependence")
    error, of_revenue, days, dependence = retailer.store.ask(Question(metrics=names, compare=False)).rows[0]

    assert days == 180
    assert isinstance(error, float) and abs(error) < 0.35
    assert isinstance(of_revenue, float) and abs(of_revenue) < 0.45
    assert isinstance(dependence, float) and abs(dependence) < 0.3


def test_predictions_of_groups_add_up_to_that_of_all(retailer: Opened) -> None:
    by_segment = retailer.store.ask(
        Question(metrics=("predicted_revenue", "risk_customers"), by=("segment",), compare=False)
    )
    whole = retailer.store.ask(
        Question(
            metrics=("predicted_revenue", "predicted_value", "predicted_purchases", "alive_probability", "churn_risk"),
            compare=False,
        )
    )

    total, customers = sum(map(float, map(str, by_segment.values("predicted_revenue")))), len(retailer.world.first)
    assert whole.values("predicted_revenue") == [pytest.approx(total)]
    assert whole.values("predicted_value") == [pytest.approx(total / customers)]
    assert sum(map(int, map(str, by_segment.values("risk_customers")))) == customers
    assert all(0 < float(str(whole.total(name))) < 1 for name in ("alive_probability", "churn_risk"))


def test_the_curve_of_waiting_falls_from_day_to_day(retailer: Opened) -> None:
    answer = retailer.store.ask(Question(metrics=("still_away_share",), by=("day",), compare=False))
    curve = [float(str(row[1])) for row in answer.rows]

    assert all(later <= one + 1e-12 for one, later in pairwise(curve))
    assert [row[0] for row in answer.rows] == sorted(row[0] for row in answer.rows)  # type: ignore[type-var]


def test_a_year_to_date_is_compared_with_the_year_before_to_the_same_day(retailer: Opened) -> None:
    answer = retailer.store.ask(Question(metrics=("revenue",)))

    assert answer.period == Period(date(2026, 1, 1), date(2026, 3, 29), 12)
    assert answer.previous == Period(date(2025, 1, 1), date(2025, 3, 29), 12)
    before = retailer.world.of(answer.previous)
    assert answer.values("revenue__previous") == [money(before.now["net"].sum())]
