"""Charts: one specification per kind and set of fields, made and validated once, then filled with rows.

Making an Altair chart costs 30-60 ms, filling in rows a tenth of one. A specification is whole in itself: rows, colours
and the language's number formats are in it, so that browser, PDF and mail draw the same picture. The marks are in
``chart_marks``, the flows between segments in ``chart_flow``, colours and type in ``chart_theme``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from goldline.boards.chart_flow import flow_spec
from goldline.boards.chart_marks import Fields, marks
from goldline.boards.chart_rows import Drawn, drawn
from goldline.boards.chart_theme import theme_config
from goldline.boards.palette import PALETTES, Palette, Theme

if TYPE_CHECKING:
    from goldline.boards.view import TileView

Size = int | Literal["container"]
_HEIGHT = 236
_BAR, _WIDEST_BAR, _CELL, _LABEL = 27, 44, 27, 48


def spec(
    view: TileView, theme: Theme = "light", *, width: int | None = None, height: int | None = None
) -> dict[str, Any]:
    """Return the specification of a tile's chart, with its rows.

    Args:
        view: The tile; ``view.has_chart`` says whether it has one.
        theme: Whose colours.
        width: Width in pixels; None for as wide as the page's place for it.
        height: Height of the plot; None for what suits its rows.
    """
    palette = PALETTES[theme]
    if view.tile.chart == "sankey":
        return flow_spec(view, palette, width=width, height=height)
    picture = drawn(view)
    shape = _shape(picture.fields, theme)
    return {
        **shape,
        "width": width or "container",
        "height": height or _height(picture),
        "padding": {"left": 2, "top": 2, "bottom": 2, "right": _LABEL if _has_labels(picture) else 4},
        "datasets": {"rows": list(picture.rows)},
        "config": theme_config(palette, view.language, view.currency),
    }


@cache
def _shape(fields: Fields, theme: Theme) -> dict[str, Any]:
    """Return the chart without rows and configuration; nobody changes it afterwards."""
    palette: Palette = PALETTES[theme]
    shape: dict[str, Any] = marks(fields, palette).to_dict()
    shape.pop("config", None)
    return shape


def _has_labels(picture: Drawn) -> bool:
    """Whether changes are written behind the bars, beyond the last one's end, too."""
    return picture.fields.kind == "bars" and picture.fields.has_previous


def _height(picture: Drawn) -> int:
    kind, rows = picture.fields.kind, max(len(picture.rows), 2)
    if kind == "bars":
        return rows * min(max(_HEIGHT // rows, _BAR), _WIDEST_BAR)
    if kind in ("heatmap", "triangle"):
        lines = max(len({row["y"] for row in picture.rows}), 2)
        return lines * min(max(_HEIGHT // lines, _CELL), _WIDEST_BAR)
    return _HEIGHT
