"""From the rows that a statement returns to an answer: values, totals, order and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from goldline.errors import GoldlineError
from goldline.metrics import notes
from goldline.metrics.model import Dimension, Metric
from goldline.metrics.plan import Plan
from goldline.metrics.question import Column, Question
from goldline.metrics.significance import chi_square_p_value

Row = tuple[object, ...]
Values = dict[str, object]
_DIGITS = {"money": Decimal("0.0001"), "share": Decimal("0.000001")}
_OTHER = Decimal("0.0001")
_CHANGE = Decimal("0.000001")


@dataclass(frozen=True)
class Found:
    """The rows of one statement by their dimensions; a value is named ``<metric>__<number of the period>``."""

    rows: dict[Row, Values]
    totals: Values


def found(plan: Plan, rows: Sequence[tuple[Any, ...]]) -> Found:
    """Take the rows of a plan's statement apart."""
    width = 1 + len(plan.by)
    places: dict[tuple[Metric, int], dict[str, int]] = {}
    metrics = {metric.name: metric for metric in plan.metrics}
    for place, (name, number, part) in enumerate(plan.shape.outputs(), start=width):
        places.setdefault((metrics[name], number), {})[part] = place
    result = Found({}, {})
    for row in rows:
        values: Values = {
            f"{metric.name}__{number}": _value(metric, *(row[place] for place in parts.values()))
            for (metric, number), parts in places.items()
        }
        if row[0]:
            result.totals.update(values)
        else:
            result.rows[tuple(row[1:width])] = values
    return result


def joined(several: Sequence[Found], width: int) -> tuple[dict[Row, Values], Values]:
    """Put the rows of several statements together, by their dimensions."""
    rows: dict[Row, Values] = {}
    totals: Values = {}
    for one in several:
        totals.update(one.totals)
        for key, values in one.rows.items():
            rows.setdefault(key, {}).update(values)
    if not width:
        return {(): totals}, totals
    return rows, totals


def arranged(
    rows: Mapping[Row, Values], question: Question, metrics: Sequence[Metric], by: Sequence[Dimension]
) -> list[Values]:
    """Order the rows, and cut them at the limit."""
    names = [one.name for one in by]
    empty = {f"{metric.name}__0": _empty(metric) for metric in metrics}
    keyed = [{**dict(zip(names, key, strict=True)), **empty, **values} for key, values in rows.items()]
    ranks = {one.name: {value: n for n, value in enumerate(one.values)} for one in by}
    keyed.sort(key=lambda row: [_rank(row[name], ranks[name]) for name in names])
    order = question.order
    if order is None and by and all(one.order == "value" for one in by):
        order = f"-{metrics[0].name}"
    if order is not None:
        keyed = _ordered(keyed, order, names)
    return keyed[: question.limit] if question.limit is not None else keyed


def shown(row: Mapping[str, object], columns: Sequence[Column]) -> Row:
    """Return a row of the answer."""
    result: list[object] = []
    for column in columns:
        now, before = row.get(f"{column.metric}__0"), row.get(f"{column.metric}__1")
        if column.kind == "dimension":
            result.append(row.get(column.name))
        else:
            result.append({"metric": now, "previous": before}.get(column.kind, delta(now, before)))
    return tuple(result)


def delta(now: object, before: object) -> Decimal | None:
    """Return the relative change; None where there was nothing before, or a sign makes it mean nothing."""
    if isinstance(now, date) or isinstance(before, date) or now is None or before is None:
        return None
    new, old = Decimal(str(now)), Decimal(str(before))
    if old <= 0 or new < 0:
        return None
    return ((new - old) / old).quantize(_CHANGE, rounding=ROUND_HALF_UP)


def columns_of(metrics: Sequence[Metric], by: Sequence[Dimension], *, is_compared: bool) -> tuple[Column, ...]:
    """Return the columns of an answer."""
    result = [Column(one.name, "dimension", one.unit, one.label) for one in by]
    for metric in metrics:
        name, label = metric.name, metric.label
        one = Column(name, "metric", metric.unit, label, metric.decimals, metric.better, name)
        result.append(one)
        if is_compared:
            result.append(replace(one, name=f"{name}__previous", kind="previous", label=notes.previous(label)))
            change = replace(one, name=f"{name}__delta", kind="delta", label=notes.change(label))
            result.append(replace(change, unit="share", decimals=1))
    return tuple(result)


def _value(metric: Metric, of: Any, per: Any = 1) -> object:
    """Return the value of a metric from its parts: exact for money and counts, a float for statistics."""
    if metric.transform == "chi_square":
        return None if of is None else chi_square_p_value(float(of))
    if metric.is_ratio:
        return _ratio(metric, of, per)
    return _empty(metric) if of is None else of


def _ratio(metric: Metric, of: Any, per: Any) -> object:
    if not per or of is None:
        return None
    if isinstance(of, float) or isinstance(per, float):
        return float(of) / float(per)
    return (Decimal(of) / Decimal(per)).quantize(_DIGITS.get(metric.unit, _OTHER), rounding=ROUND_HALF_UP)


def _empty(metric: Metric) -> object:
    if metric.null_rule == "empty" or metric.is_ratio:
        return None
    return Decimal(0) if metric.unit in ("money", "units") else 0


def _ordered(rows: list[Values], order: str, dimensions: Sequence[str]) -> list[Values]:
    name = order.removeprefix("-")
    column = name if name in dimensions else f"{name}__0"
    if rows and column not in rows[0]:
        raise GoldlineError(f"cannot be ordered by {name[:40]}", where="question", remedy="name one of its columns")
    present = [row for row in rows if row[column] is not None]
    present.sort(key=lambda row: _rank(row[column]), reverse=order.startswith("-"))
    return present + [row for row in rows if row[column] is None]


def _rank(value: object, known: Mapping[str, int] | None = None) -> tuple[bool, int, Any]:
    """Return what a value is ordered by: known values in their order, others by themselves, none at last."""
    if known and isinstance(value, str) and value in known:
        return (False, known[value], "")
    return (value is None, len(known or ()), 0 if value is None else str(value) if known else value)
