"""From a tile's table to the rows that a chart draws: positions, written values for tips, one field per role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goldline.boards.chart_marks import Fields, Kind
from goldline.boards.format import format_month_name, format_short

if TYPE_CHECKING:
    from goldline.boards.view import CellView, ColumnView, TileView

ORDERED = frozenset(
    [
        "time",
        "month_of_year",
        "weekday",
        "months_since",
        "cohort",
        "day",
        "rank",
        "age_band",
        "horizon",
        "hour",
        "month",
    ]
)
_NATURAL = frozenset(["segment", "gender", "age_band", "churn_band"])
_MOST_SERIES = 8
_MOST_POINTS = 400


@dataclass(frozen=True)
class Drawn:
    """A chart's fields and its rows."""

    fields: Fields
    rows: Sequence[dict[str, Any]]


def drawn(view: TileView) -> Drawn:
    """Choose what a tile's chart shows and lay its rows out."""
    at = {column.name: number for number, column in enumerate(view.columns)}
    dimensions = [column for column in view.columns if column.kind == "dimension"]
    metric = next(column for column in view.columns if column.kind == "metric")
    kind = _kind(view, dimensions)
    cross = dimensions[1] if len(dimensions) > 1 else None
    has_previous = f"{metric.name}__previous" in at and view.answer is not None and view.answer.previous is not None
    rows = [_row(view, row, dimensions, metric, at) for row in view.rows]
    _place(view, dimensions, at, rows, is_grid=kind in ("heatmap", "triangle"))
    if kind in ("line", "stacked") and cross is not None:
        rows = _greatest(rows, keeps_order=cross.name in _NATURAL)
    if kind == "line" and cross is None and len(rows) > _MOST_POINTS:
        rows = _thinned(rows)
    fields = Fields(
        kind=kind,
        unit=metric.unit,
        x_title=_axis(dimensions[0]) if kind in ("columns", "line", "stacked") else _axis(cross),
        y_title=metric.label,
        x_name=dimensions[0].label,
        series_name=cross.label if cross else "",
        has_series=cross is not None and kind in ("line", "stacked", "columns"),
        has_previous=has_previous and (cross is None),
        is_share=view.tile.share,
        is_dense=len({row["x"] for row in rows}) > 62,  # more than two months of days
        previous_name=_label(view.columns, f"{metric.name}__previous") if has_previous else "",
        delta_name=_label(view.columns, f"{metric.name}__delta") if has_previous else "",
        is_signed=any(isinstance(row["value"], float) and row["value"] < 0 for row in rows),
    )
    return Drawn(fields, rows)


def _kind(view: TileView, dimensions: Sequence[ColumnView]) -> Kind:
    chart = view.tile.chart
    if chart in ("heatmap", "triangle", "line", "stacked"):
        if chart == "line" and len({row[0].value for row in view.rows}) == 1:
            return "columns"
        return chart
    return "columns" if dimensions[0].name in ORDERED else "bars"


def _row(
    view: TileView, row: Sequence[CellView], dimensions: Sequence[ColumnView], metric: ColumnView, at: dict[str, int]
) -> dict[str, Any]:
    value = row[at[metric.name]]
    found: dict[str, Any] = {"value": _number(value.value), "value_text": value.text}
    first = row[at[dimensions[0].name]]
    found["x"] = first.text
    if len(dimensions) > 1:
        found["series"] = row[at[dimensions[1].name]].text
        if view.tile.chart in ("heatmap", "triangle"):
            found["y"], found["x"] = first.text, found["series"]
            found["value_short"] = format_short(value.value, metric.unit, view.language)
    for part in ("previous", "delta"):
        number = at.get(f"{metric.name}__{part}")
        if number is not None:
            found[part] = _number(row[number].value)
            found[f"{part}_text"] = row[number].text
    return found


def _place(
    view: TileView, dimensions: Sequence[ColumnView], at: dict[str, int], rows: list[dict[str, Any]], *, is_grid: bool
) -> None:
    """Say where each row stands on the axes, and shorten months that are all of one year."""
    first = [row[at[dimensions[0].name]].value for row in view.rows]
    if is_grid and len(dimensions) > 1:
        second = [row[at[dimensions[1].name]].value for row in view.rows]
        is_falling = dimensions[0].name.endswith("_score")
        for row, x, y in zip(rows, _ranks(second), _ranks(first), strict=True):
            row["xi"], row["yi"] = x, -y if is_falling else y
        return
    days = [value for value in first if isinstance(value, date)]
    is_months = (dimensions[0].name == "time" and view.grain == "month") or dimensions[0].name == "month_end"
    is_one_year = is_months and len({day.year for day in days}) == 1
    for row, value, place in zip(rows, first, _ranks(first), strict=True):
        row["xi"] = place
        if is_one_year and isinstance(value, date):
            row["x"] = format_month_name(value.month, view.language)
    if dimensions[0].name in ORDERED:
        rows.sort(key=lambda row: row["xi"])


def _ranks(values: Sequence[object]) -> list[int]:
    """Return the place of each value: by size for days and numbers, else by first appearance."""
    distinct: list[Any] = list(dict.fromkeys(values))
    if all(isinstance(value, date | int | Decimal) for value in distinct):
        distinct.sort()
    places = {value: place for place, value in enumerate(distinct)}
    return [places[value] for value in values]


def _greatest(rows: list[dict[str, Any]], *, keeps_order: bool) -> list[dict[str, Any]]:
    """Keep the series that there are colours for; those without an order of their own by size."""
    sums: dict[str, float] = {}
    for row in rows:
        sums[row["series"]] = sums.get(row["series"], 0.0) + abs(row["value"] or 0.0)
    kept = (list(sums) if keeps_order else sorted(sums, key=lambda name: -sums[name]))[:_MOST_SERIES]
    return [{**row, "rank": kept.index(row["series"])} for row in rows if row["series"] in kept]


def _thinned(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out points that lie closer than pixels do; the first and the last stay."""
    step = -(-len(rows) // _MOST_POINTS)
    return rows[::step] if (len(rows) - 1) % step == 0 else [*rows[::step], rows[-1]]


def _number(value: object) -> float | None:
    """Return a position on an axis; amounts stay exact everywhere but in the picture."""
    return float(value) if isinstance(value, Decimal | int | float) else None


def _axis(column: ColumnView | None) -> str:
    """Return the title of an axis; time and members need none."""
    return (
        column.label
        if column is not None and column.name in ("months_since", "horizon", "day", "hour", "frequency_score")
        else ""
    )


def _label(columns: Iterable[ColumnView], name: str) -> str:
    return next((column.label for column in columns if column.name == name), "")
