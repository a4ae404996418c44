"""Checks that are a select of ours: the rows that it returns are the failing ones.

Their parameters are bound, their number and first keys are kept. Expectations are carried out in ``run``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb

from goldline.errors import GoldlineError
from goldline.quality.result import MAX_KEYS, Finding, key_texts
from goldline.quality.statement import bind, quoted

if TYPE_CHECKING:
    from goldline.quality.suite import Check
    from goldline.warehouse.engine import Session

CARRYING_OUT = (GoldlineError, duckdb.Error)  # what PostgreSQL refuses is a GoldlineError by then


def find_by_sql(
    session: Session, check: Check, table_key: tuple[str, ...], parameters: Mapping[str, object], *, sql: str
) -> Finding:
    """Carry out an SQL check by its select, or by one that stands in for it."""
    key = check.key or table_key
    columns = ", ".join(quoted(name) for name in (*key, *check.show))
    order = ", ".join(str(position) for position in range(1, len(key) + 1))
    try:
        bound = bind(sql.strip().rstrip(";"), parameters)
        rows = session.rows(
            f"select {columns}, count(*) over () from ({bound.sql}\n) as failing order by {order} limit {MAX_KEYS}",
            bound.parameters,
        )
    except CARRYING_OUT as error:
        return Finding.not_carried_out(reason(error))
    return Finding.counted(int(rows[0][-1]) if rows else 0, keys=key_texts((*key, *check.show), rows))


def drop_set_aside(session: Session, tables: Iterable[str]) -> None:
    """Drop tables that checks set aside; one that raised may have ended the transaction, and them with it."""
    with suppress(*CARRYING_OUT):
        for table in tables:
            session.execute(f"drop table if exists {table}")


def reason(error: Exception) -> str:
    """Say why without quoting a value of a table.

    What DuckDB says while binding names columns only; what it says while reading rows may quote them.
    """
    if isinstance(error, GoldlineError):
        return error.what
    if isinstance(error, duckdb.TransactionException):
        return "an earlier check of the same transaction raised"
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException):
        return " ".join(str(error).partition("\n\nLINE")[0].split())
    return f"the database raised {type(error).__name__}"
