"""What of the mart is not made by SQL: what each customer is expected to buy in the next twelve months.

The models are in ``repeat_buying`` and ``spending``; here they meet the mart's customers. They are fitted twice: on
everything, for the predictions, and on everything but the last months, to say by how much such a prediction was wrong.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from goldline.metrics.repeat_buying import History, Model, fit
from goldline.metrics.spending import Spending, correlation, fit_spending

_log = logging.getLogger(__name__)
FORMAT = 4
Numbers = NDArray[np.float64]
HORIZON_DAYS = 365
QUIET_DAYS = 90
MONTHS = 12
MONTHLY_DISCOUNT = 1.10 ** (1 / MONTHS) - 1
_WEEK = 7.0
_FEWEST = 30
_SAMPLE = 20_000
_HELD_BACK = 180

_HISTORY = """
select
    customer_id,
    cast(sum(case when is_purchase then 1 else 0 end) - 1 as double) as repeats,
    cast(max(case when is_purchase then business_date end) - min(first_date) as double) as recency,
    cast(cast($until as date) - min(first_date) as double) as age,
    cast(sum(case when is_purchase and visit_number > 1 then net_amount else 0 end) as double) as repeat_amount,
    cast(sum(case when is_purchase then net_amount else 0 end) as double) as bought_amount,
    cast(sum(net_amount) as double) as net_amount
from visit
where business_date <= $until and first_date <= $until
group by customer_id
order by customer_id
"""
_LATER = """
select
    customer_id, sum(case when is_purchase then 1 else 0 end) as visits, cast(sum(net_amount) as double) as net_amount
from visit
where business_date > $until and business_date <= $last and first_date <= $until
group by customer_id
"""
_TABLES = """
create table prediction (
    customer_id integer, expected_purchases double, expected_revenue double, alive double, churn_risk double
);
create table model_check (
    held_back_days integer, predicted_purchases double, actual_purchases double, predicted_revenue double,
    actual_revenue double, absolute_error double, customers integer, often_and_much double
)
"""


@dataclass(frozen=True)
class Customers:
    """The customers as of a day; times in weeks."""

    ids: list[int]
    repeats: Numbers
    recency: Numbers
    age: Numbers
    mean_value: Numbers
    net_share: float


@dataclass(frozen=True)
class Fitted:
    """Both models."""

    model: Model
    spending: Spending
    correlation: float


def add(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the predictions to a mart that has its visits; none where there is too little to learn from."""
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    first_day, last_day = connection.execute("select first_day, last_day from about").fetchall()[0]
    if last_day is None:
        return
    try:
        _predict(connection, last_day)
        _check(connection, first_day, last_day)
    except ValueError as error:
        _log.info("prediction.skipped", extra={"reason": str(error)})


def fitted(customers: Customers) -> Fitted:
    """Fit both models, to every nth customer where there are many.

    Raises:
        ValueError: Too few customers came back.
    """
    every = max(len(customers.ids) // _SAMPLE, 1)
    came_back = (customers.repeats > 0) & (customers.mean_value > 0)
    if int(np.sum(came_back)) < _FEWEST:
        raise ValueError("too few customers came back")
    repeats, values = customers.repeats[came_back], customers.mean_value[came_back]
    model = fit(History.of(customers.repeats[::every], customers.recency[::every], customers.age[::every]))
    return Fitted(model, fit_spending(repeats[::every], values[::every]), correlation(repeats, values))


def _predict(connection: duckdb.DuckDBPyConnection, until: date) -> None:
    customers = customers_until(connection, until)
    found = fitted(customers)
    seen = (customers.repeats, customers.recency, customers.age)
    discounted, before = np.zeros_like(customers.age), np.zeros_like(customers.age)
    for month in range(1, MONTHS + 1):
        so_far = found.model.purchases(month * HORIZON_DAYS / MONTHS / _WEEK, *seen)
        discounted += (so_far - before) / (1 + MONTHLY_DISCOUNT) ** month
        before = so_far
    if not np.all(np.isfinite(discounted)):
        raise ValueError("the expected purchases are no numbers")
    table = pa.table(
        {
            "customer_id": customers.ids,
            "expected_purchases": pa.array(before),
            "expected_revenue": pa.array(discounted * _worth(found, customers)),
            "alive": pa.array(found.model.alive(*seen)),
            "churn_risk": pa.array(found.model.no_purchase(QUIET_DAYS / _WEEK, *seen)),
        }
    )
    connection.register("predicted", table)
    connection.execute("insert into prediction select * from predicted")
    connection.unregister("predicted")


def _check(connection: duckdb.DuckDBPyConnection, first_day: date, last_day: date) -> None:
    """Predict the last months from what came before, and keep how wrong that was."""
    held_back = min(_HELD_BACK, (last_day - first_day).days // 3)
    until = last_day - timedelta(days=held_back)
    customers = customers_until(connection, until)
    found = fitted(customers)
    expected = found.model.purchases(held_back / _WEEK, customers.repeats, customers.recency, customers.age)
    later = {
        customer: (visits, amount)
        for customer, visits, amount in connection.execute(_LATER, {"until": until, "last": last_day}).fetchall()
    }
    visits = np.array([float(later.get(one, (0, 0))[0]) for one in customers.ids])
    values = [
        held_back,
        float(expected.sum()),
        float(visits.sum()),
        float((expected * _worth(found, customers)).sum()),
        float(sum(amount for _, amount in later.values())),
        float(np.abs(expected - visits).mean()),
        len(visits),
        found.correlation,
    ]
    connection.execute("insert into model_check values (?, ?, ?, ?, ?, ?, ?, ?)", values)


def _worth(found: Fitted, customers: Customers) -> Numbers:
    """Return what a purchase of each customer is worth, returns taken off."""
    known = np.where(customers.mean_value > 0, customers.mean_value, 0.0)
    repeats = np.where(customers.mean_value > 0, customers.repeats, 0.0)
    return np.asarray(found.spending.per_purchase(repeats, known) * customers.net_share, dtype=np.float64)


def customers_until(connection: duckdb.DuckDBPyConnection, until: date) -> Customers:
    """Return the customers of a mart as they were at the close of a day."""
    found = connection.execute(_HISTORY, {"until": until}).to_arrow_table()
    repeats, bought = _numbers(found, "repeats"), float(_numbers(found, "bought_amount").sum())
    return Customers(
        ids=_numbers(found, "customer_id").astype(np.int64).tolist(),
        repeats=repeats,
        recency=_numbers(found, "recency") / _WEEK,
        age=_numbers(found, "age") / _WEEK,
        mean_value=_numbers(found, "repeat_amount") / np.maximum(repeats, 1),
        net_share=float(_numbers(found, "net_amount").sum()) / bought if bought else 1.0,
    )


def _numbers(table: pa.Table, name: str) -> Numbers:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)
