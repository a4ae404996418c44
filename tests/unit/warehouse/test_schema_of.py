"""Columns and types of all tables, found without any data."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldline.contracts import load_contracts
from goldline.settings import load_settings
from goldline.warehouse.schema_of import Columns, column_types, warehouse_columns
from goldline.warehouse.tables import Catalogue, load_catalogue

ASSETS = Path(__file__).resolve().parents[3] / "assets"


@pytest.fixture(scope="module")
def found() -> dict[str, Columns]:
    return warehouse_columns(load_catalogue(ASSETS), load_contracts(ASSETS), load_settings())


def test_money_is_decimal_in_every_table_and_nothing_is_a_float(found: dict[str, Columns]) -> None:
    floats = [
        f"{table}.{name}" for table, columns in found.items() for name, kind in columns if kind in ("double", "float")
    ]
    assert floats == []
    assert dict(found["merge.unified_sales"])["net_amount_excl_tax"] == "decimal(18,4)"


def test_tables_of_feeds_have_the_types_of_their_contract(found: dict[str, Columns]) -> None:
    tickets = dict(found["cashmere.raw_ventes"])
    assert (tickets["montant_ttc"], tickets["annule"], tickets["num_ticket"]) == (
        "decimal(18,2)",
        "boolean",
        "varchar",
    )
    assert {*dict(found["cashmere.ventes"]), "superseded_by"} == tickets.keys()


def test_only_tables_of_the_catalogue_are_given_in_its_order_and_nothing_is_written(home: Path) -> None:
    catalogue = load_catalogue(ASSETS)
    some = Catalogue(tuple(t for t in catalogue.tables if t.table in ("cashmere.stores", "magento.stores")), {})
    types = column_types(some, load_contracts(ASSETS), load_settings())
    assert list(types) == [table.table for table in some.tables]
    assert ("store_key", "varchar") in types["cashmere.stores"]
    assert list(home.iterdir()) == []
