"""The schema that the table files imply: column names and types, found by building every table on no data at all.

The engine that will build the tables says what their types are, so that nothing has to be declared twice. Showing the
schema to people, in Dagster or in the documentation, belongs elsewhere.
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


def column_types(
    catalogue: Catalogue, contracts: Mapping[str, Contract], settings: Settings
) -> dict[str, Columns]:
    """Build every table of the catalogue in an empty in-memory warehouse.

    Args:
        catalogue: The table files.
        contracts: The contracts, by source; they say what the tables of the feeds look like.
        settings: Reporting currency and time zone; the rest is not looked at, and nothing is written to the home.

    Returns:
        By full table name, in the catalogue's order: (column, type in SQL) in the table's order.

    Raises:
        duckdb.Error: The SQL of a table does not fit the tables that it reads.
    """
    with (
        Warehouse("duckdb:///:memory:", memory=settings.memory, threads=1) as warehouse,
        warehouse.transaction() as session,
    ):
        prepare(session, contracts.values())
        prepare_reference(
            session, currency=settings.currency, zone=settings.timezone, zones=[], currencies=[]
        )
        for table in catalogue.tables:
            create(session, table, settings)
        found = session.rows(_EVERY_COLUMN)
    columns: dict[str, Columns] = {table.table: [] for table in catalogue.tables}
    for table_name, column, kind in found:
        if table_name in columns:
            columns[table_name].append((column, kind))
    return columns


_EVERY_COLUMN = (
    "select table_schema || '.' || table_name, column_name, lower(data_type) from information_schema.columns"
    " order by table_schema, table_name, ordinal_position"
)
