"""A line that is taken out of the warehouse by hand stops the publishing, and is named: at every station."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from goldline.errors import GoldlineError
from goldline.flow import publish_tables
from goldline.home import Home
from goldline.reconcile import require_reconciled
from goldline.warehouse.engine import Session, Warehouse
from tests.support import open_home

pytestmark = pytest.mark.integration

SHOP_LINE = "select sales_line_id, source_file, source_file_line, document_number from merge.unified_sales"
STATIONS = {
    "raw tickets": ("cashmere", "delete from cashmere.raw_ventes where {file} and line_number = {line}"),
    "raw order lines": ("magento", "delete from magento.raw_sales_order_item where {file} and line_number = {line}"),
    "shop sales": ("cashmere", "delete from cashmere.sales where sales_line_id = '{key}'"),
    "web sales": ("magento", "delete from magento.sales where sales_line_id = '{key}'"),
    "unified sales": ("cashmere", "delete from merge.unified_sales where sales_line_id = '{key}'"),
    "enriched model": ("magento", "delete from enriched_model.enriched_model where sales_line_id = '{key}'"),
}
CHANGES = {
    "an amount": "update merge.unified_sales set net_amount_excl_tax = net_amount_excl_tax + 0.01 where {one}",
    "a line twice": "insert into merge.unified_sales select * from merge.unified_sales where {one}",
    "a moved line": "update enriched_model.enriched_model set delivery_date = delivery_date - 1 where {one}",
}


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Home:
    shutil.copytree(loaded, tmp_path / "copy")
    return open_home(tmp_path / "copy")


@pytest.fixture
def warehouse(home: Home) -> Iterator[Warehouse]:
    with home.warehouse() as warehouse:
        yield warehouse


def a_line(session: Session, source: str) -> dict[str, object]:
    """One line of the middle day, from a file of lines."""
    feed = {"cashmere": "VENTES%", "magento": "sales_order_item%"}[source]
    key, file, line, document = session.rows(
        f"{SHOP_LINE} where source_system = ? and source_file like ?"
        " order by delivery_date, sales_line_id limit 1 offset 40",
        [source, feed],
    )[0]
    return {"key": key, "name": file, "line": line, "document": document}


def spoil(warehouse: Warehouse, source: str, statement: str) -> dict[str, object]:
    with warehouse.transaction() as session:
        line = a_line(session, source)
        file = f"sequence in (select sequence from intake.delivery_file where file_name = '{line['name']}')"
        session.execute(statement.format(file=file, one=f"sales_line_id = '{line['key']}'", **line))
    return line


@pytest.mark.parametrize("station", STATIONS)
def test_a_line_that_is_dropped_by_hand_stops_the_publishing_and_is_named(
    home: Home, warehouse: Warehouse, station: str
) -> None:
    source, statement = STATIONS[station]
    line = spoil(warehouse, source, statement)
    with pytest.raises(GoldlineError) as stopped:
        publish_tables(home, warehouse, run_id="test")
    said = str(stopped.value)
    assert f"{line['name']} line {line['line']}, line {line['key']} (document {line['document']}" in said
    assert "is missing" in said
    assert "-1 rows" in said
    assert "goldline rebuild" in said


VERDICTS = ["has other amounts", "is there once too often", "is missing"]


@pytest.mark.parametrize(("change", "verdict"), list(zip(CHANGES, VERDICTS, strict=True)))
def test_a_line_that_is_changed_by_hand_is_named_too(
    home: Home, warehouse: Warehouse, change: str, verdict: str
) -> None:
    line = spoil(warehouse, "cashmere", CHANGES[change])
    with pytest.raises(GoldlineError, match="does not close") as stopped:
        publish_tables(home, warehouse, run_id="test")
    assert re.search(rf"{line['key']} \(document {line['document']}, line \d+\): {verdict}", str(stopped.value))


def test_a_statement_that_was_summed_after_the_line_was_gone_names_it_as_well(home: Home, warehouse: Warehouse) -> None:
    line = spoil(warehouse, *STATIONS["unified sales"])
    with warehouse.transaction() as session:
        for name in ("control.reconciliation", "control.residuals"):
            table = home.catalogue.by_name[name]
            session.execute(f"create or replace table {name} as {table.sql}")
        with pytest.raises(GoldlineError, match=r"the unified sales are not the source's sales.*-1 rows") as stopped:
            require_reconciled(home, session)
    assert str(line["key"]) in str(stopped.value)


def test_what_was_not_touched_is_published(home: Home, warehouse: Warehouse) -> None:
    assert publish_tables(home, warehouse, run_id="test").unchanged


def test_files_of_a_version_that_did_not_count_ask_for_a_rebuild(home: Home, warehouse: Warehouse) -> None:
    with warehouse.transaction() as session:
        session.execute("delete from intake.delivery_total")
    with pytest.raises(GoldlineError, match="was not counted when it was loaded"):
        publish_tables(home, warehouse, run_id="test")
