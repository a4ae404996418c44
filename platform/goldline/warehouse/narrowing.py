"""The tables that a select names, and letting it read only some of their rows.

Which rows those are is said by increments and checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlglot import exp


def tables_of(statement: exp.Expr) -> frozenset[str]:
    """Return the tables (``schema.name``) that a parsed select reads."""
    return frozenset(f"{table.db}.{table.name}" for table in statement.find_all(exp.Table) if table.db)


def wanted(columns: Sequence[str], rows: str) -> str:
    """Write the condition that some columns (or expressions) are among the rows of a select.

    Both engines look such rows up in one pass; written as a correlated ``exists``, DuckDB keeps all rows beside it.
    """
    return f"({', '.join(columns)}) in ({' '.join(rows.split())})"


def select_where(table: str, *conditions: str) -> str:
    """Write the select of the rows that meet one of some conditions."""
    return f"select * from {table} where {' or '.join(f'({condition})' for condition in conditions)}"


def narrowed(sql: str, sources: Mapping[str, str], *, times: int = 0) -> str:
    """Put selects in place of the tables that a statement reads; of all mentions of them, or so many.

    A full build may read a table once for every mention of a ``not materialized`` name, each time only a few columns;
    few rows are better looked up once.
    """
    if not sources:
        return sql
    sql = sql.replace(" as not materialized (", " as (")
    names = "|".join(map(re.escape, sources))
    return re.sub(
        rf"\b({names})\b(?!\.)(?:\s+as\s+(\w+))?",
        lambda found: f"({sources[found[1]]}) as {found[2] or found[1].rpartition('.')[2]}",
        sql,
        count=times,
    )
