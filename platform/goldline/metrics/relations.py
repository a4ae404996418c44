"""The rows that a statement is about: sources under their limits, relations over them, and the periods.

Whatever is asked, rows come from here: no table is read before the filters and the reader's scope are on it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

from goldline.metrics.plan import Shape

Tree = exp.Expr
_TEXTS = 1_024


def rows_of(shape: Shape) -> Tree:
    """Return the select of all rows that count, each with the number of its period."""
    source = _spent(shape) if shape.table.source == "spend" else source_of(shape)
    if shape.table.kind == "dated":
        return _dated(shape, _related(shape, source))
    parts = [_window(shape, number) for number in shape.numbers]
    whole: Any = parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False, copy=False)
    return star().from_(aside(whole, "both_"), copy=False).with_(shape.table.source, as_=source, copy=False)


def source_of(shape: Shape) -> exp.Select:
    """Return the source table with nothing left in it that the filters or the scope take out."""
    select = star().from_(exp.table_(shape.table.source, db="main"), copy=False)
    for name, count in shape.members:
        if not count:
            return select.where(exp.false(), copy=False)
        kind = exp.DataType.build(f"t_{name}", dialect="duckdb", udt=True)
        keys = [exp.Cast(this=_bound(f"{name}_{n}"), to=kind.copy()) for n in range(count)]
        select.where(exp.In(this=exp.column(name), expressions=keys), copy=False)
    return select


def _spent(shape: Shape) -> exp.Select:
    """Return what was spent as a table; it is no part of the mart, as it may change at any time."""
    none = "select date '1970-01-01' as business_date, '' as channel, 0.0 as amount where false"
    row = "select $month_{n} as business_date, $channel_of_{n} as channel, $amount_{n} as amount"
    text = " union all ".join([none, *(row.format(n=n) for n in range(shape.spend))])
    return star().from_(aside(_with_values(sqlglot.parse_one(text, dialect="duckdb")), "spent_"), copy=False)


def _related(shape: Shape, source: exp.Select) -> exp.Select:
    """Return the rows that a relation makes of the source."""
    if not shape.table.relation:
        return source
    whole = aside(parsed(shape.table.relation), "relation_")
    return star().from_(whole, copy=False).with_(shape.table.source, as_=source, copy=False)


def _dated(shape: Shape, source: exp.Select) -> Tree:
    """Keep the rows of the periods and number them; where the periods overlap, a row may count in both."""
    spans = [between(f"start{number}", f"end{number}") for number in shape.numbers]
    if len(spans) == 1:
        return source.select(_number(0), copy=False).where(spans[0], copy=False)
    if shape.overlaps:
        halves = [source.copy().select(_number(n), copy=False).where(one, copy=False) for n, one in enumerate(spans)]
        return exp.union(*halves, distinct=False, copy=False)
    which = exp.case().when(spans[0].copy(), exp.Literal.number(0)).else_(exp.Literal.number(1))
    source.select(which.as_("period_", copy=False), copy=False).where(between("low", "high"), copy=False)
    return source.where(exp.or_(*spans, copy=False), copy=False)


def _window(shape: Shape, number: int) -> exp.Select:
    """Return the relation as it is for one of the periods."""
    relation = _with_values(parsed(shape.table.relation or f"select * from {shape.table.source}"), number)
    return star().select(_number(number), copy=False).from_(aside(relation, f"relation{number}_"), copy=False)


def _with_values(tree: Any, number: int = 0) -> Any:
    """Give the parameters of a text of ours the names of their values."""
    names = {"start": f"start{number}", "end": f"end{number}", "as_of": "as_of"}
    for one in list(tree.find_all(exp.Parameter, exp.Placeholder)):
        is_value = one.name.startswith(("month_", "channel_of_", "amount_"))
        one.replace(_bound(one.name if is_value else names.get(one.name, f"given_{one.name}")))
    return tree


def between(start: str, end: str) -> Any:
    """Say that a row's business day is in a period, by the names of its days."""
    column = exp.column("business_date")
    return exp.and_(column >= _bound(start), column.copy() < _bound(end), copy=False)


def star() -> exp.Select:
    """Begin a select of everything."""
    return exp.select("*")


def aside(select: Any, name: str) -> exp.Subquery:
    """Put a select into brackets, under a name."""
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier(name)))


def _number(number: int) -> Tree:
    return exp.Literal.number(number).as_("period_")


def _bound(name: str) -> exp.Parameter:
    return exp.Parameter(this=exp.to_identifier(name))


@lru_cache(_TEXTS)
def _tree(sql: str) -> Any:
    return sqlglot.parse_one(sql, dialect="duckdb")


def parsed(sql: str) -> Any:
    """Return the tree of a text of ours, free to be changed."""
    return _tree(sql).copy()
