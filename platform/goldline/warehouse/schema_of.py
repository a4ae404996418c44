"""The schema that the table files imply: columns and types, found by building every table on no data at all.

The engine that will build the tables says what their types are, so that nothing has to be declared twice.
Showing the schema to people, in Dagster or in the documentation, belongs elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from goldline.contracts import Contract
from goldline.intake.schema import prepare
from goldline.settings import Settings
from goldline.warehouse.engine import Warehouse
from goldline.warehouse.reference import prepare_reference
from goldline.warehouse.tables import Catalogue, create

Columns = list[tuple[str, str]]


def column_types(catalogue: Catalogue, contracts: Mapping[str, Contract], settings: Settings) -> dict[str, Columns]:
    """Find the columns and types of the catalogue's tables.

    Args:
        catalogue: The table files.
        contracts: The contracts, by source; they say what the tables of the feeds look like.
        settings: Its currency and time zone are used; nothing is written to the home.

    Returns:
        By full table name, in the catalogue's order: (column, type in SQL) in the table's order.

    Raises:
        duckdb.Error: The SQL of a table does not fit the tables that it reads.
    """
    found = warehouse_columns(catalogue, contracts, settings)
    return {table.table: found[table.table] for table in catalogue.tables}


def warehouse_columns(
    catalogue: Catalogue, contracts: Mapping[str, Contract], settings: Settings
) -> dict[str, Columns]:
    """Find the columns and types of everything in a warehouse, feeds and reference tables included.

    It takes about a second: every table is built once, empty, in memory.
    """
    found: dict[str, Columns] = {}
    with (
        Warehouse("duckdb:///:memory:", memory=settings.memory, threads=1) as warehouse,
        warehouse.transaction() as session,
    ):
        prepare(session, contracts.values())
        prepare_reference(session, currency=settings.currency, zone=settings.timezone, zones=[], currencies=[])
        for table in catalogue.tables:
            create(session, table, settings)
        for table_name, column, kind in session.rows(_EVERY_COLUMN):
            found.setdefault(table_name, []).append((column, kind))
    return found


_EVERY_COLUMN = (
    "select table_schema || '.' || table_name, column_name, lower(data_type) from information_schema.columns"
    " order by table_schema, table_name, ordinal_position"
)
