"""The arithmetic of the benchmark: what is measured, what is written, and what the table says of it."""

from __future__ import annotations

import os
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bench.clear_data import holds_clear_data
from bench.contracts import feed, feeds
from bench.day_web import amounts_of
from bench.delivery_files import render
from bench.engines import ENGINES
from bench.floor_reference import zone_days
from bench.measure import Budget, Measured, measure
from bench.report import page, table
from bench.run import middle
from bench.table_files import IDENTITY, load_tables, published
from bench.with_dbt import model_sql, write_project

ROOMY = Budget(60, 4_000_000_000)


def measured(cpu: float, outcome: str = "ok") -> Measured:
    return Measured(cpu, cpu / 2, 1_000_000_000, outcome, "{}")


def test_the_cpu_time_of_children_counts(tmp_path: Path) -> None:
    burn = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    found = measure([sys.executable, "-c", code], budget=ROOMY, environment=os.environ, log=tmp_path / "burn.log")
    assert found.is_ok
    assert found.cpu_seconds >= 0.3
    assert found.peak_bytes > 1_000_000


def test_a_process_over_its_memory_is_ended_and_says_so(tmp_path: Path) -> None:
    code = "import time; held = bytearray(300_000_000); held[::4096] = b'x' * len(held[::4096]); time.sleep(60)"
    found = measure(
        [sys.executable, "-c", code], budget=Budget(60, 200_000_000), environment=os.environ, log=tmp_path / "big.log"
    )
    assert found.outcome.startswith("out of memory")


def test_a_failure_is_not_a_result(tmp_path: Path) -> None:
    found = measure(
        [sys.executable, "-c", "raise SystemExit(3)"], budget=ROOMY, environment=os.environ, log=tmp_path / "x"
    )
    assert "exit 3" in found.outcome


def test_ratios_are_to_the_part_of_the_floor_that_does_the_same() -> None:
    results = {"floor-checked": measured(100), "goldline": measured(180), "dbt": measured(120), "dlt": measured(30)}
    lines = table(results, {"load": 20.0, "transformation": 80.0}).splitlines()
    ratios = {line.split("|")[1].strip(" *"): line.split("|")[2].strip() for line in lines[2:]}
    assert ratios["Goldline"] == "1.80"
    assert ratios["dbt-duckdb"] == "1.50 of its transformation"
    assert ratios["dlt"] == "1.50 of its load"


def test_the_table_says_who_ran_out_of_memory() -> None:
    out = table({"floor-checked": measured(100), "pandas": measured(50, "out of memory (more than 14 GB)")}, {})
    assert "| pandas | out of memory (more than 14 GB) |" in out


def test_the_page_shows_ratios_per_row_and_per_day(tmp_path: Path) -> None:
    results = {
        "day-big": measured(12), "day-small": measured(10), "many-daily": measured(26), "many-single": measured(10),
    }  # fmt: skip
    web, store = {"sale_lines": 400, "return_lines": 20}, {"sale_lines": 1568, "return_lines": 32}
    notes = {
        "day-big": f'{{"web": {web}, "store": {store}}}'.replace("'", '"'),
        "many": '{"days": 1000, "daily": 200, "single": 100}',
    }
    written = page(results, {}, notes, tmp_path)
    assert "| **ratio** | 1.20 | 1.20 |" in written
    assert "| **ratio per row** | 1.30 |" in written


def test_of_several_nights_the_middle_one_counts_unless_one_failed() -> None:
    nights = [measured(30), measured(10), measured(20)]
    assert middle(nights) == nights[2]
    assert middle([*nights, measured(5, "failed (exit 1), see logs/x")]).outcome.startswith("failed")


def test_every_engine_says_what_it_covers() -> None:
    assert all(engine.covers for engine in ENGINES)
    assert len({engine.name for engine in ENGINES}) == len(ENGINES)


def test_the_floor_makes_every_published_table_but_the_platforms_own_proofs() -> None:
    tables = load_tables()
    assert set(published()) <= set(tables)
    assert not [name for name in tables if name.startswith("control.")]
    order = list(tables)
    assert all(order.index(up) < order.index(name) for name in order for up in tables[name].reads if up in tables)


def test_dbt_models_refer_to_each_other_and_not_to_tables(tmp_path: Path) -> None:
    tables = load_tables()
    write_project(tmp_path, tables, memory="1GB", threads=2)
    assert len(list((tmp_path / "models").iterdir())) == len(tables)
    sql = model_sql(tables["merge.unified_sales"], tables)
    assert '{{ ref("magento__sales") }}' in sql
    assert "from magento.sales" not in sql
    assert (
        'dbt.ref("merge__customer_records")' in (tmp_path / "models" / f"{IDENTITY.replace('.', '__')}.py").read_text()
    )


@pytest.mark.parametrize(
    ("price", "quantity", "net", "tax"), [("60.00", 2, "90.00", "18.00"), ("0.99", 1, "0.74", "0.15")]
)
def test_a_coupon_takes_ten_percent_off_the_price_with_tax(price: str, quantity: int, net: str, tax: str) -> None:
    bought = amounts_of(Decimal(price), quantity, True)
    assert (bought.net, bought.tax) == (Decimal(net), Decimal(tax))
    assert bought.row - bought.discount + bought.compensation + bought.tax == bought.row_incl - bought.discount


def test_a_file_is_written_in_the_contracts_dialect() -> None:
    row = {"code_magasin": "001", "date_comptable": date(2026, 4, 4), "montant": Decimal("-12.50")}
    written = render(feed("cashmere", "REGLEMENTS"), [row]).decode("cp1252")
    assert written.splitlines()[1] == "001;;;04/04/2026;;-12,50;"
    assert written.endswith("\r\n")


def test_a_column_that_no_contract_names_is_not_written() -> None:
    with pytest.raises(ValueError, match="no column"):
        render(feed("magento", "store"), [{"colour": "red"}])


def test_every_feed_of_both_contracts_is_read() -> None:
    assert {described.source for described in feeds()} == {"magento", "cashmere"}
    assert all(described.columns for described in feeds())


def test_the_clocks_of_paris_change_on_the_last_sunday_of_march() -> None:
    day = next(row for row in zone_days("Europe/Paris") if row["day"] == date(2026, 3, 29))
    assert (day["utc_before"], day["utc_after"]) == (60, 120)
    assert str(day["shift_at_utc"]) == "2026-03-29 01:00:00"
    assert str(day["shift_at_local"]) == "2026-03-29 03:00:00"


@pytest.mark.parametrize(
    ("value", "is_clear"),
    [("claire@example.fr", True), ("06 12 34 56 78", True), ("4111 1111 1111 1111", True),
     ("4111 1111 1111 1112", False), ("AAAAAAAABAAAAAAA-1", False)],
)  # fmt: skip
def test_only_numbers_with_right_check_digits_count_as_cards(value: str, is_clear: bool) -> None:
    assert holds_clear_data(value) is is_clear
