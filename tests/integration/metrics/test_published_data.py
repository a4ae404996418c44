"""Data sets that others have published figures on: UCI Online Retail and CDNOW.

Neither is part of this repository. Online Retail is read from the folder in GOLDLINE_TEST_DATA, or from
``../shared/data`` beside the checkout; CDNOW from the files of the package ``lifetimes``, which is never imported.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from goldline.metrics import mart
from goldline.metrics.filters import Filters
from goldline.metrics.models import customers_until
from goldline.metrics.question import Question
from goldline.metrics.repeat_buying import History, fit
from goldline.metrics.spending import correlation, fit_spending
from goldline.metrics.store import Store, open_store
from tests.integration.metrics.snapshot import publish_lines
from tests.support import open_home

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"
ALL = Filters(start=date(2010, 12, 1), end=date(2011, 12, 9), compare="none")


@pytest.fixture(scope="module")
def online(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """UCI Online Retail as sales of a web shop: known customers, nothing cancelled, quantity and price above zero."""
    path = Path(os.environ.get("GOLDLINE_TEST_DATA", BESIDE)) / "online_retail" / "online_retail.parquet"
    if not path.is_file():
        pytest.skip("Online Retail is not here: name its folder in GOLDLINE_TEST_DATA")
    home = tmp_path_factory.mktemp("online")
    publish_lines(home, _sales(pd.read_parquet(path)))
    with open_store(open_home(home).settings) as store:
        yield store


def _sales(rows: pd.DataFrame) -> pd.DataFrame:
    document, customer = rows["InvoiceNo"].astype(str), pd.to_numeric(rows["CustomerID"])
    kept = customer.notna() & ~document.str.startswith("C") & (rows["Quantity"] > 0) & (rows["UnitPrice"] > 0)
    sold, amount = rows[kept], (rows["Quantity"] * rows["UnitPrice"])[kept].round(3)
    return pd.DataFrame(
        {
            "document": document[kept], "business_date": pd.to_datetime(sold["InvoiceDate"]).dt.date,
            "customer": customer[kept].astype(int).astype(str), "product": sold["StockCode"].astype(str),
            "category": "all", "store": "web:uk", "channel": "ecommerce", "is_sale": True, "quantity": sold["Quantity"],
            "net": amount, "list": amount,
        }
    )  # fmt: skip


def test_the_sums_of_online_retail_are_the_published_ones(online: Store) -> None:
    metrics = ("revenue", "receipts", "active_customers", "purchase_frequency", "annual_expense", "repeat_rate")

    answer = online.ask(Question(metrics=metrics, filters=ALL))

    assert answer.rows == (
        (Decimal("8911407.9040"), 18_532, 4_338, Decimal("4.2720"), Decimal("2054.2665"), Decimal("0.655832")),
    )
    assert round(Decimal("0.655832") * 4_338) == 2_845
    lifetime = online.ask(Question(metrics=("lifetime_value",), filters=ALL))
    assert lifetime.values("lifetime_value") == [Decimal("2054.2665")]


def test_the_months_of_online_retail_are_the_published_ones(online: Store) -> None:
    answer = online.ask(Question(metrics=("revenue",), by=("time",), filters=ALL.with_(every="month")))

    found = [round(Decimal(str(one)), 2) for one in answer.values("revenue")][:5]
    assert [str(one) for one in found] == ["572713.89", "569445.04", "447137.35", "595500.76", "469200.36"]


def test_the_cohorts_of_online_retail_are_the_published_ones(online: Store) -> None:
    new = online.ask(Question(metrics=("new_customers",), by=("time",), filters=ALL.with_(every="month")))
    assert new.values("new_customers") == [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323, 41]

    cohorts = (("cohorts", "all"),)
    triangle = online.ask(Question(metrics=("retention",), by=("cohort", "months_since"), filters=ALL, params=cohorts))
    december = [Decimal(str(row[2])) for row in triangle.rows if row[0] == date(2010, 12, 1)]
    assert [round(one * 885) for one in december] == [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445]
    assert [f"{one:.1%}" for one in december[1:4]] == ["36.6%", "32.3%", "38.4%"]


def test_the_pairs_of_online_retail_are_the_published_ones(online: Store) -> None:
    metrics = ("pair_receipts", "pair_support", "pair_confidence", "pair_lift")

    answer = online.ask(Question(metrics=metrics, by=("product", "with_product"), filters=ALL, limit=2_000))

    found = {frozenset(row[:2]): row for row in answer.rows}
    bags = found[frozenset({"22386", "85099B"})]
    assert bags == ("22386", "85099B", 546, Decimal("0.029463"), Decimal("0.626866"), Decimal("7.2607"))
    cups = found[frozenset({"22697", "22699"})]
    assert (cups[2], cups[5]) == (541, Decimal("18.5302"))


def test_the_parameters_of_bg_nbd_on_cdnow_are_those_of_fader_hardie_and_lee() -> None:
    rows = _cdnow("cdnow_customers_summary.csv")
    repeats, recency, age = (_column(rows, name) for name in ("frequency", "recency", "T"))
    assert (len(rows), int((repeats > 0).sum()), int(repeats.sum())) == (2_357, 946, 2_457)

    model = fit(History.of(repeats, recency, age), "bg")

    assert [round(one, 3) for one in (model.r, model.alpha, model.a, model.b)] == [0.243, 4.414, 0.793, 2.426]
    assert round(model.log_likelihood, 1) == -9582.4
    one = (np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert model.purchases(39, *one)[0] == pytest.approx(1.226, abs=0.001)


def test_mbg_nbd_lets_customers_leave_after_their_first_purchase() -> None:
    rows = _cdnow("cdnow_customers_summary.csv")
    history = History.of(*(_column(rows, name) for name in ("frequency", "recency", "T")))
    once = (np.array([0.0]), np.array([0.0]), np.array([200.0]))

    assert fit(history, "bg").alive(*once)[0] == 1
    assert 0 < fit(history, "mbg").alive(*once)[0] < 0.6


def test_the_parameters_of_gamma_gamma_on_cdnow_are_those_of_fader_and_hardie() -> None:
    rows = [row for row in _cdnow("cdnow_customers_summary_with_transactions.csv") if float(row["x"]) > 0]
    repeats, values = _column(rows, "x"), _column(rows, "zbar")

    spending = fit_spending(repeats, values)

    assert [spending.p, spending.q, spending.gamma] == pytest.approx([6.25, 3.74, 15.44], abs=0.01)
    assert abs(correlation(repeats, values)) < 0.15


def test_the_purchases_of_cdnow_give_the_published_summary_of_its_first_39_weeks(tmp_path: Path) -> None:
    lines = [line.split() for line in _file("CDNOW_sample.txt").read_text().splitlines()]
    days = pd.to_datetime([line[2] for line in lines]).date
    about: dict[str, Any] = {
        "product": "cd",
        "category": "cd",
        "store": "web:cd",
        "channel": "ecommerce",
        "is_sale": True,
        "quantity": 1,
    }
    amounts = [Decimal(line[4]) for line in lines]
    frame = pd.DataFrame(
        {"customer": [line[1] for line in lines], "business_date": days, "net": amounts, "list": amounts}
    )
    publish_lines(tmp_path, frame.assign(document=frame.index.astype(str), **about))
    path, _ = mart.ensure(open_home(tmp_path).settings)

    with mart.open_read_only(path, memory="1GB", threads=1) as connection:
        seen = customers_until(connection, date(1997, 9, 30))

    assert (len(seen.ids), int((seen.repeats > 0).sum()), int(seen.repeats.sum())) == (2_357, 946, 2_457)
    published = _cdnow("cdnow_customers_summary.csv")
    assert sorted(np.round(seen.recency, 2)) == pytest.approx(sorted(_column(published, "recency")), abs=0.0051)
    assert sorted(np.round(seen.age, 2)) == pytest.approx(sorted(_column(published, "T")), abs=0.0051)


def _cdnow(name: str) -> list[dict[str, str]]:
    with _file(name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _file(name: str) -> Path:
    return Path(str(metadata.distribution("lifetimes").locate_file(f"lifetimes/datasets/{name}")))


def _column(rows: list[dict[str, str]], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(row[name]) for row in rows])
