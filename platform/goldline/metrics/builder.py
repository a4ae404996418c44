"""From a plan to one SQL statement, built as a tree and never by pasting text.

The rows are made in ``relations``, which every statement goes through; here they are grouped and measured. Values are
bound by name, so that statements of one shape share their SQL.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlglot import exp

from goldline.metrics.model import Dimension
from goldline.metrics.plan import Plan, Shape, Statement
from goldline.metrics.relations import Tree, aside, between, parsed, rows_of, source_of, star

_SHAPES = 4_096


def build(plan: Plan) -> Statement:
    """Write the statement of a plan: a row per group, and one over everything where the table has such totals.

    The first column says which: 0 for a group, otherwise the row over everything. Then come the dimensions and the
    columns of :meth:`Shape.outputs`.
    """
    return _stated(*_grouped_sql(plan.shape), plan)


def build_lines(plan: Plan, columns: tuple[str, ...], limit: int, offset: int) -> Statement:
    """Write the statement of the rows of a plan's source themselves, the newest first, page by page."""
    return _stated(*_lines_sql(plan.shape, columns, limit, offset), plan)


def _stated(sql: str, names: frozenset[str], plan: Plan) -> Statement:
    return Statement(sql, {name: value for name, value in plan.values().items() if name in names})


@lru_cache(_SHAPES)
def _grouped_sql(shape: Shape) -> tuple[str, frozenset[str]]:
    dimensions = [_dimension(one, shape).as_(f"d{n}", copy=False) for n, one in enumerate(shape.by)]
    select = exp.select(*_is_total(shape), *dimensions, *_measures(shape), copy=False).from_("rows_", copy=False)
    select.with_("rows_", as_=rows_of(shape), copy=False)
    if shape.by:
        names = ", ".join(f"d{n}" for n in range(len(shape.by)))
        sets = f"grouping sets (({names}), ())" if shape.table.totals == "together" else names
        select.set("group", parsed(f"select 1 group by {sets}").args["group"])
    return _written(_cut(select, shape))


@lru_cache(_SHAPES)
def _lines_sql(shape: Shape, columns: tuple[str, ...], limit: int, offset: int) -> tuple[str, frozenset[str]]:
    rows = source_of(shape).where(between("start0", "end0"), copy=False)
    rows.select(*map(exp.column, columns), append=False, copy=False)
    rows.order_by("business_date desc", "line_id", dialect="duckdb", copy=False)
    return _written(rows.limit(limit, copy=False).offset(offset, copy=False))


def _written(select: exp.Select) -> tuple[str, frozenset[str]]:
    names = frozenset(one.name for one in select.find_all(exp.Parameter))
    return select.sql(dialect="duckdb", copy=False), names


def _dimension(dimension: Dimension, shape: Shape) -> Any:
    if dimension.name != "time":
        return parsed(dimension.tables[shape.table.name])
    day: Any = exp.column("business_date")
    if shape.moved:
        later = parsed(f"cast(business_date + interval '{shape.moved}' as date)")
        day = exp.case().when(exp.column("period_").eq(0), day).else_(later)
    return exp.cast(exp.func("date_trunc", exp.Literal.string(shape.every), day, dialect="duckdb"), "date")


def _measures(shape: Shape) -> list[Tree]:
    return [
        _of_period(part, number, shape).as_(f"{metric.name}__{number}__{kind}", copy=False)
        for metric in shape.metrics
        for number in shape.numbers
        for kind, part in metric.formulas[shape.table.name].parts.items()
    ]


def _of_period(expression: Tree, number: int, shape: Shape) -> Any:
    """Let each aggregate see the rows of one period only."""
    copied = expression.copy()
    if len(shape.numbers) == 1:
        return copied
    if isinstance(copied, exp.AggFunc):
        return _narrowed(copied, number)
    for node in list(copied.find_all(exp.AggFunc)):
        node.replace(_narrowed(node.copy(), number))
    return copied


def _narrowed(node: Tree, number: int) -> Tree:
    return exp.Filter(this=node, expression=exp.Where(this=exp.column("period_").eq(number)))


def _is_total(shape: Shape) -> list[Tree]:
    if not shape.by or shape.table.totals != "together":
        return [exp.Literal.number(0 if shape.by else 1).as_("is_total")]
    return [parsed(f"grouping({', '.join(f'd{n}' for n in range(len(shape.by)))})").as_("is_total")]


def _cut(select: exp.Select, shape: Shape) -> exp.Select:
    """Cut at the limit; the row over everything comes before all."""
    if shape.limit is None or not shape.by or shape.order is None:
        return select
    metric = shape.order.removeprefix("-")
    key = f'cast("{metric}__0__of" as double)'
    if (metric, 0, "per") in shape.outputs():
        key += f' / nullif(cast("{metric}__0__per" as double), 0)'
    direction = "desc" if shape.order.startswith("-") else "asc"
    others = [f"d{n} asc nulls last" for n in range(len(shape.by))]
    first = "case when is_total > 0 then 0 else 1 end"
    whole = star().from_(aside(select, "found_"), copy=False)
    whole.order_by(first, f"{key} {direction} nulls last", *others, dialect="duckdb", copy=False)
    return whole.limit(shape.limit + (1 if shape.table.totals == "together" else 0), copy=False)
