"""The benchmark must compare like with like.

The floor's tables are the platform's, and the extra day is a sound delivery.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bench.compare import compare
from bench.csv_files import plain_numbers
from bench.floor import Floor
from bench.many_days import make_many_days
from bench.one_day import make_one_day
from goldline.deliver import deliver
from goldline.demo import write_deliveries
from goldline.flow import build_table, publish_tables
from tests.support import EVERY_DAY, open_home

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Platform:
    """What the platform made of a landing folder."""

    published: Path
    quarantined: int
    failed: list[str]


@dataclass(frozen=True)
class Inputs:
    """Made-up deliveries, one more day of them, and both together."""

    history: Path
    day: Path
    both: Path
    figures: dict[str, Any]


def run_platform(home_folder: Path, landing: Path) -> Platform:
    shutil.copytree(landing, home_folder / "landing")
    home = open_home(home_folder)
    quarantined, failed = 0, []
    with home.warehouse() as warehouse:
        for source in home.contracts:
            delivered = deliver(home, warehouse, source, EVERY_DAY, run_id="test")
            assert delivered.refusals == []
            quarantined += sum(file.rows_quarantined for file in delivered.intake.loaded)
        for table in home.catalogue.tables:
            built = build_table(home, warehouse, table, run_id="test")
            failed += [f"{table.table} {check.name}" for check in built.checks if check.status != "passed"]
        publish_tables(home, warehouse, run_id="test")
    return Platform(home_folder / "published", quarantined, sorted(failed))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    folder = tmp_path_factory.mktemp("inputs")
    history, day, both = folder / "history", folder / "day", folder / "both"
    write_deliveries(history, days=30, customers=150, seed=3, last_day=date(2026, 4, 4))
    made = make_one_day(history, day, lines=40, refunds=5)
    shutil.copytree(history, both)
    for source in ("magento", "cashmere"):
        shutil.copytree(day / source, both / source, dirs_exist_ok=True)
    return Inputs(history, day, both, made.figures)


@pytest.fixture(scope="module")
def before(inputs: Inputs, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    return run_platform(tmp_path_factory.mktemp("before"), inputs.history)


@pytest.fixture(scope="module")
def after(inputs: Inputs, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    return run_platform(tmp_path_factory.mktemp("after"), inputs.both)


def test_the_checked_floor_makes_the_platforms_tables_row_by_row(
    inputs: Inputs, after: Platform, tmp_path: Path
) -> None:
    Floor(inputs.both, tmp_path / "checked", is_checked=True, memory="1GB").run()
    differences = compare(tmp_path / "checked", after.published)
    assert [str(found) for found in differences if not found.is_equal] == []
    assert all(found.rows[0] > 0 for found in differences)


def test_typed_and_checked_floor_agree_where_every_value_is_right(inputs: Inputs, tmp_path: Path) -> None:
    plain = shutil.copytree(inputs.both, tmp_path / "plain")
    plain_numbers(plain)
    for kind in ("typed", "checked"):
        made = Floor(plain, tmp_path / kind, is_checked=kind == "checked", memory="1GB").run()
        assert made["rows"]["bad rows"] == 0
    assert [str(found) for found in compare(tmp_path / "typed", tmp_path / "checked") if not found.is_equal] == []


def test_one_more_day_is_accepted_whole_and_no_check_fails_that_passed_before(
    before: Platform, after: Platform
) -> None:
    assert after.quarantined == before.quarantined
    assert set(after.failed) <= set(before.failed)


def test_the_figures_of_one_more_day_are_what_the_platform_finds_in_it(
    inputs: Inputs, before: Platform, after: Platform
) -> None:
    web, store = inputs.figures["web"], inputs.figures["store"]
    added = {key: found - _sums(before.published).get(key, Decimal(0)) for key, found in _sums(after.published).items()}
    lines = {key: found - _lines(before.published).get(key, 0) for key, found in _lines(after.published).items()}
    assert added["ecommerce", "product", "sale"] == Decimal(web["net_excl_tax"])
    assert added["ecommerce", "shipping", "sale"] == Decimal(web["shipping_excl_tax"])
    assert -added["ecommerce", "product", "return"] == Decimal(web["returned_excl_tax"])
    assert added["store", "product", "sale"] == Decimal(store["net_excl_tax"])
    assert -added["store", "product", "return"] == Decimal(store["returned_excl_tax"])
    assert lines["ecommerce", "product", "sale"] == web["sale_lines"]
    assert lines["ecommerce", "product", "return"] == web["return_lines"] == 5
    assert lines["store", "product", "sale"] + lines["store", "product", "return"] == 32


def _sums(published: Path) -> dict[tuple[str, str, str], Decimal]:
    return {key: amount for key, amount, _ in _groups(published)}


def _lines(published: Path) -> dict[tuple[str, str, str], int]:
    return {key: lines for key, _, lines in _groups(published)}


def _groups(published: Path) -> list[tuple[tuple[str, str, str], Decimal, int]]:
    from goldline.publish.reader import open_snapshot

    with open_snapshot(published) as reader:
        rows = reader.query(
            "select channel, line_type, transaction_type, sum(net_amount_excl_tax) as amount, count(*) as lines"
            " from unified_sales group by channel, line_type, transaction_type"
        ).to_pylist()
    return [((r["channel"], r["line_type"], r["transaction_type"]), r["amount"], r["lines"]) for r in rows]


def test_the_same_seed_makes_the_same_day(inputs: Inputs, tmp_path: Path) -> None:
    make_one_day(inputs.history, tmp_path, lines=40, refunds=5)
    again = {path.name: path.read_bytes() for path in tmp_path.rglob("*.csv")}
    assert again == {path.name: path.read_bytes() for path in inputs.day.rglob("*.csv")}
    assert json.loads((tmp_path / "one_day.json").read_text()) == inputs.figures


def test_many_small_deliveries_and_one_large_one_make_the_same_sales(tmp_path: Path) -> None:
    rows = make_many_days(tmp_path / "many", days=15, customers=60)
    assert rows["single"] <= rows["daily"]
    for kind in ("daily", "single"):
        Floor(tmp_path / "many" / kind, tmp_path / kind, is_checked=True, memory="1GB").run()
    figures = [
        duckdb.sql(
            "select count(*), sum(net_amount_excl_tax), sum(tax_amount), count(distinct customer_key)"
            f" from '{tmp_path / kind / 'unified_sales.parquet'}'"
        ).fetchone()
        for kind in ("daily", "single")
    ]
    assert figures[0] == figures[1]
