"""Taking apart SQL checks that judge each row by itself: what a row needs of other tables in order to pass.

A row that passed once passes again, unless it changed, what it needs is gone, or a table that the check reads in some
other way changed. Which rows are judged again because of that is decided in ``run``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from goldline.quality.statement import DIALECT, full_name


@dataclass(frozen=True)
class Lookup:
    """What a row needs: a row of a table that agrees with it.

    Attributes:
        table: The table that is looked up.
        alias: What the select calls it.
        columns: What is compared of it.
        values: What is compared of the row.
        condition: What else must be true of the row that is looked up; may be empty.
    """

    table: str
    alias: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    condition: str


@dataclass(frozen=True)
class RowCheck:
    """A select that finds failing rows by looking at each of them alone.

    Attributes:
        table: The table whose rows are judged.
        alias: What it calls the table.
        lookups: The rows that a row needs in order to pass.
        others: Tables that it reads in any other way.
    """

    table: str
    alias: str
    lookups: tuple[Lookup, ...]
    others: frozenset[str]


def row_check(sql: str, table: str) -> RowCheck | None:
    """Take apart a select that finds failing rows of a table by looking at each of them alone; None for any other."""
    found = sqlglot.parse_one(sql, read=DIALECT)
    source = _source(found)
    over_many = (exp.AggFunc, exp.Window, exp.Group, exp.Having, exp.Distinct, exp.Limit)
    if source is None or full_name(source) != table or found.find(*over_many):
        return None
    lookups = tuple(filter(None, (_lookup(one, source.alias_or_name) for one in _conditions(found))))
    mentioned = Counter(full_name(one) for one in found.find_all(exp.Table) if one is not source)
    others = frozenset(mentioned - Counter(lookup.table for lookup in lookups))
    return None if table in others else RowCheck(table, source.alias_or_name, lookups, others)


def _source(select: exp.Expr) -> exp.Table | None:
    """Return the table that a select reads first; none of a select that reads another select, or names some before."""
    if not isinstance(select, exp.Select) or select.args.get("with_") or select.args.get("with"):
        return None
    source = select.args.get("from_") or select.args.get("from")
    return source.this if source and isinstance(source.this, exp.Table) else None


def _lookup(condition: exp.Expr, alias: str) -> Lookup | None:
    """Read ``not exists (select 1 from other where other.column = row.column and ...)``."""
    if not isinstance(condition, exp.Not) or not isinstance(condition.this, exp.Exists):
        return None
    select = condition.this.this
    source = _source(select)
    if source is None or select.args.get("joins"):
        return None
    inner, pairs, own = source.alias_or_name, [], []
    for one in _conditions(select):
        if _tables(one) == {inner}:
            own.append(one.sql(DIALECT))
        elif isinstance(one, exp.EQ) and (sides := _sides(one, inner, alias)):
            pairs.append(sides)
        else:
            return None
    columns, values = tuple(of for of, _ in pairs), tuple(by for _, by in pairs)
    return Lookup(full_name(source), inner, columns, values, " and ".join(own)) if pairs else None


def _sides(equation: exp.EQ, inner: str, alias: str) -> tuple[str, str] | None:
    """Return what is compared of the other table and of the row."""
    sides = {frozenset(_tables(side)): side.sql(DIALECT) for side in (equation.this, equation.expression)}
    of, by = sides.get(frozenset({inner})), sides.get(frozenset({alias}))
    return (of, by) if of and by else None


def _conditions(select: exp.Expr) -> list[exp.Expr]:
    where = select.args.get("where")
    if where is None:
        return []
    return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]


def _tables(expression: exp.Expr) -> set[str]:
    return {column.table for column in expression.find_all(exp.Column)}
