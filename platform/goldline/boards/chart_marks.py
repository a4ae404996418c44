"""The marks of each kind of chart, in Altair; each has tips with written values, and needs no colour to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from goldline.boards.palette import Palette

Kind = Literal["line", "stacked", "columns", "bars", "heatmap", "triangle"]
_ROWS = alt.NamedData(name="rows")
_FORMATS = {"money": "$~s", "share": "~%", "count": "~s", "units": "~s"}
_DASHES = ([1, 0], [6, 3], [2, 2], [9, 3, 2, 3], [4, 4], [12, 3], [1, 3], [8, 2, 2, 2])


@dataclass(frozen=True, kw_only=True)
class Fields:
    """What a specification depends on, besides its rows and colours."""

    kind: Kind
    unit: str
    x_title: str = ""
    y_title: str = ""
    x_name: str = ""
    series_name: str = ""
    has_series: bool = False
    has_previous: bool = False
    is_share: bool = False
    is_dense: bool = False
    is_signed: bool = False
    previous_name: str = ""
    delta_name: str = ""


def marks(fields: Fields, palette: Palette) -> Any:
    """Return the chart, without rows."""
    return _MAKERS[fields.kind](fields, palette)


def _line(fields: Fields, palette: Palette) -> Any:
    base = alt.Chart(_ROWS).encode(x=_position(fields), y=_height(fields), tooltip=_tips(fields))
    width = 1.5 if fields.is_dense else 2
    if fields.has_series:
        colour = _series(palette)
        dash = alt.StrokeDash("series:N", sort=alt.SortField("rank"), scale=alt.Scale(range=list(_DASHES)))
        lines = base.mark_line(strokeWidth=width, strokeJoin="round").encode(color=colour, strokeDash=dash)
        points = base.mark_point(size=1 if fields.is_dense else 28, filled=True, opacity=1).encode(
            color=colour, shape=alt.Shape("series:N", sort=alt.SortField("rank"))
        )
        return alt.layer(lines, points, _touch(base))
    layers = [base.mark_line(strokeWidth=width, color=palette.accent, strokeJoin="round")]
    if not fields.is_dense:
        layers.append(base.mark_point(size=26, filled=True, color=palette.accent, opacity=1))
    if fields.has_previous:
        before = base.encode(y=_height(fields, "previous:Q"))
        layers.insert(0, before.mark_line(strokeWidth=1.5, strokeDash=[4, 3], color=palette.previous))
    return alt.layer(*layers, _touch(base))


def _touch(base: Any) -> Any:
    """Return a wide unseen mark per value, so that a tip needs no steady hand."""
    return base.mark_point(size=360, filled=True, opacity=0)


def _stacked(fields: Fields, palette: Palette) -> Any:
    stack: Any = "normalize" if fields.is_share else "zero"
    height = alt.Y("value:Q", stack=stack, title=None, axis=_value_axis("share" if fields.is_share else fields.unit))
    order = alt.Order("rank:Q")
    bars = alt.Chart(_ROWS).mark_bar(stroke=palette.surface, strokeWidth=1)
    return bars.encode(
        x=_position(fields), y=height, order=order, color=_series(palette, square=True), tooltip=_tips(fields)
    )


def _columns(fields: Fields, palette: Palette) -> Any:
    base = alt.Chart(_ROWS).encode(x=_position(fields), y=_height(fields), tooltip=_tips(fields))
    if fields.has_series:
        colour = _series(palette, square=True)
        return base.mark_bar(cornerRadiusEnd=2).encode(color=colour, xOffset=alt.XOffset("series:N", sort=None))
    bars = base.mark_bar(color=palette.accent, cornerRadiusEnd=2, width=alt.RelativeBandSize(0.62))
    if not fields.has_previous:
        return bars
    ticks = base.encode(y=_height(fields, "previous:Q")).mark_tick(
        color=palette.ink, thickness=2, width=alt.RelativeBandSize(0.78)
    )
    return alt.layer(bars, ticks)


def _bars(fields: Fields, palette: Palette) -> Any:
    names = alt.Y("x:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, labelColor=palette.ink))
    axis = _value_axis(fields.unit, count=4)
    base = alt.Chart(_ROWS).encode(
        y=names, x=alt.X("value:Q", title=None, axis=axis, scale=alt.Scale(zero=True)), tooltip=_tips(fields)
    )
    layers = [base.mark_bar(color=palette.accent, cornerRadiusEnd=2, height=alt.RelativeBandSize(0.58))]
    if fields.has_previous:
        before = base.encode(x=alt.X("previous:Q", title=None))
        layers.append(before.mark_tick(color=palette.ink, thickness=2, height=alt.RelativeBandSize(0.82)))
        text = alt.Text("delta_text:N")
        at = alt.X("end:Q", title=None)
        written = base.transform_calculate(end="max(datum.value, datum.previous)").encode(x=at, text=text)
        layers.append(written.mark_text(align="left", dx=6, fontSize=10.5, color=palette.quiet, clip=False))
    return alt.layer(*layers)


def _heatmap(fields: Fields, palette: Palette) -> Any:
    low, high = palette.ramp_ink
    is_dark_ground = palette.surface < "#8"
    ink = [high, low] if is_dark_ground else [low, high]
    colour = alt.Color(
        "value:Q", scale=alt.Scale(range=list(palette.ramp), zero=not fields.is_signed, clamp=True), legend=None
    )
    base = alt.Chart(_ROWS).encode(
        x=alt.X("x:N", sort=_by("xi"), title=fields.x_title or None, axis=alt.Axis(labelOverlap="parity")),
        y=alt.Y("y:N", sort=_by("yi"), title=None, axis=alt.Axis(labelLimit=140, labelColor=palette.ink)),
        tooltip=_tips(fields),
    )
    cells = base.mark_rect(stroke=palette.surface, strokeWidth=2, cornerRadius=2).encode(color=colour)
    top = base.transform_joinaggregate(top="max(value)").transform_calculate(deep="datum.value > 0.55 * datum.top")
    written = top.mark_text(fontSize=10).encode(
        text=alt.Text("value_short:N"), color=alt.condition("datum.deep", alt.value(ink[1]), alt.value(ink[0]))
    )
    return alt.layer(cells, written)


def _by(field: str) -> alt.EncodingSortField:
    return alt.EncodingSortField(field=field, op="min")


def _position(fields: Fields) -> alt.X:
    if fields.kind == "line":
        scale = alt.Scale(type="point", padding=0.3)
    else:
        scale = alt.Scale(type="band", paddingInner=0.25, paddingOuter=0.1)
    return alt.X("x:N", sort=None, title=fields.x_title or None, scale=scale)


def _height(fields: Fields, field: str = "value:Q") -> alt.Y:
    return alt.Y(field, title=None, axis=_value_axis(fields.unit), scale=alt.Scale(zero=_from_zero(fields), nice=True))


def _from_zero(fields: Fields) -> bool:
    """Say whether the axis starts at 0: always for bars; a line of ages or ratios shows its own range."""
    return not (fields.kind == "line" and fields.unit in ("years", "ratio"))


def _value_axis(unit: str, *, count: int = 5) -> alt.Axis:
    form = _FORMATS.get(unit, "~g")
    return alt.Axis(labelExpr=f"format(datum.value, '{form}')", grid=True, tickCount=count)


def _series(palette: Palette, *, square: bool = False) -> alt.Color:
    legend = alt.Legend(symbolType="square") if square else alt.Legend()
    return alt.Color(
        "series:N", sort=alt.SortField("rank"), scale=alt.Scale(range=list(palette.series)), legend=legend, title=None
    )


def _tips(fields: Fields) -> list[alt.Tooltip]:
    tips = [alt.Tooltip("y:N" if fields.kind in ("heatmap", "triangle") else "x:N", title=fields.x_name or " ")]
    if fields.series_name:
        crossed = "x:N" if fields.kind in ("heatmap", "triangle") else "series:N"
        tips.append(alt.Tooltip(crossed, title=fields.series_name))
    tips.append(alt.Tooltip("value_text:N", title=fields.y_title))
    if fields.previous_name:
        tips.append(alt.Tooltip("previous_text:N", title=fields.previous_name))
        tips.append(alt.Tooltip("delta_text:N", title=fields.delta_name))
    return tips


_MAKERS: dict[Kind, Any] = {
    "line": _line,
    "stacked": _stacked,
    "columns": _columns,
    "bars": _bars,
    "heatmap": _heatmap,
    "triangle": _heatmap,
}
