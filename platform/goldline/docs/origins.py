"""Column lineage: for each column of a table, the columns of other tables that its values are made from.

Read from the SQL alone by sqlglot. A table that Python makes has no column lineage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp
from sqlglot.lineage import Node, lineage

from goldline.warehouse.schema_of import Columns
from goldline.warehouse.tables import TableFile

Origins = dict[str, tuple[tuple[str, str], ...]]


def origins(table: TableFile, columns: Mapping[str, Columns]) -> Origins:
    """Find where the values of a table's columns come from.

    Args:
        table: A table that SQL defines.
        columns: (column, type) of every table of the warehouse; without them a star could not be resolved.

    Returns:
        For each column, in the table's order: (table, column) of each origin, sorted; none for a constant.
        What only joins, filters or sorts is not an origin.
    """
    roots = lineage(None, table.sql or "", schema=_schema(columns), dialect="duckdb", trim_selects=False)
    return {column: _leaves(roots[column]) for column, _ in columns[table.table]}


def _leaves(root: Node) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({origin for node in root.walk() if (origin := _origin(node))}))


def _origin(node: Node) -> tuple[str, str] | None:
    source = node.expression
    if not isinstance(source, exp.Table) or not source.db:
        return None
    return f"{source.db}.{source.name}", node.name.rpartition(".")[2].strip('"')


def _schema(columns: Mapping[str, Columns]) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for name, members in columns.items():
        group, table = name.split(".")
        schema.setdefault(group, {})[table] = dict(members)
    return schema
