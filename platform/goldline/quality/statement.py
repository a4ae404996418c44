"""The SQL that people write into suites: is it what it claims to be, and how run parameters are bound to it.

Values are never written into SQL: ``:name`` becomes a named parameter of the driver. Which SQL is run when is
not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from goldline.errors import GoldlineError
from goldline.warehouse.narrowing import tables_of

DIALECT = "duckdb"


@dataclass(frozen=True)
class Statement:
    """SQL with the parameters that it uses."""

    sql: str
    parameters: Mapping[str, object] = field(default_factory=dict)


def is_single_select(sql: str) -> bool:
    """Say whether the text is exactly one query."""
    try:
        found = sqlglot.parse(sql, read=DIALECT)
    except SqlglotError:
        return False
    return len(found) == 1 and isinstance(found[0], exp.Query)


def is_condition(sql: str) -> bool:
    """Say whether the text is one expression that can stand behind ``where``."""
    try:
        found = sqlglot.parse_one(f"select 1 where ({sql})", read=DIALECT)
    except SqlglotError:
        return False
    return isinstance(found, exp.Select) and set(_given(found)) == {"expressions", "where"}


def bind(sql: str, parameters: Mapping[str, object]) -> Statement:
    """Replace every ``:name`` by a parameter of the driver.

    Raises:
        GoldlineError: The SQL uses a parameter that the run does not have.
    """
    tokens = sqlglot.tokenize(sql, read=DIALECT)
    pieces: list[str] = []
    used: dict[str, object] = {}
    done = 0
    for colon, name in pairwise(tokens):
        if not (
            colon.text == ":" and colon.end == colon.start and name.start == colon.end + 1 and _starts(sql, colon.start)
        ):
            continue
        if name.text not in parameters:
            raise GoldlineError(
                f"the SQL uses :{name.text}, which is not a parameter of this run",
                remedy=f"use one of: {', '.join(sorted(parameters)) or 'none is given'}",
            )
        used[name.text] = parameters[name.text]
        pieces += [sql[done : colon.start], f"${name.text}"]
        done = name.end + 1
    return Statement("".join([*pieces, sql[done:]]), used)


def tables_read(sql: str) -> frozenset[str]:
    """Return the tables (``schema.name``) that a select reads."""
    return tables_of(sqlglot.parse_one(sql, read=DIALECT))


def columns_read(sql: str) -> frozenset[str] | None:
    """Return the names of the columns that a select reads, of whatever table; None if it reads all of one."""
    found = sqlglot.parse_one(sql, read=DIALECT)
    if any(not isinstance(star.parent, exp.Count) for star in found.find_all(exp.Star)):
        return None
    return frozenset(column.name for column in found.find_all(exp.Column))


def full_name(table: exp.Table) -> str:
    """Write a parsed table's name as ``schema.name``."""
    return f"{table.db}.{table.name}"


def quoted(name: str) -> str:
    """Write a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quoted_table(table: str) -> str:
    """Write ``schema.table`` as an SQL identifier."""
    return ".".join(quoted(part) for part in table.split("."))


def _starts(sql: str, position: int) -> bool:
    """A parameter's colon follows a blank, a bracket or an operator; that of a slice follows a value."""
    before = sql[position - 1] if position else " "
    return not (before.isalnum() or before in "_\"'])")


def _given(select: exp.Select) -> list[str]:
    return [name for name, value in select.args.items() if value]
