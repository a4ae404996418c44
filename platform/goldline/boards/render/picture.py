"""Charts as SVG and PNG by vl-convert: no browser, no network, the typefaces shipped with the package.

A specification brings its rows and colours with it. A picture of a whole board, with its numbers and tables, is laid
out like its PDF, by ``pdf``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import vl_convert

from goldline.boards.charts import spec
from goldline.boards.palette import PALETTES
from goldline.boards.render.fonts import register
from goldline.boards.view import Theme, TileView

VEGA_LITE = "6.4"
_COUNTED = re.compile(r"\b(clip|gradient_)\d+")
WIDTH, SCALE = 900, 2.0
PADDING = 8
ROOM_FOR_LABEL = 22  # half of the last label of a time axis stands beyond the plot
FIT = {"type": "fit-x", "contains": "padding"}
_NO_ADDRESS: list[str] = []  # data comes with the specification; no address is ever read


def tile_svg(tile: TileView, theme: Theme = "light", *, width: int = WIDTH, height: int | None = None) -> bytes:
    """Return a tile's chart as SVG.

    Args:
        tile: A tile that has a chart.
        theme: Its colours.
        width: Its width in pixels.
        height: Its height; the chart's own when not given.
    """
    register()
    drawn = _drawn(tile, theme, width, height, ground="transparent", padding=2)
    if _is_vega(drawn):
        return _reproducible(vl_convert.vega_to_svg(drawn, allowed_base_urls=_NO_ADDRESS)).encode()
    made = vl_convert.vegalite_to_svg(drawn, vl_version=VEGA_LITE, allowed_base_urls=_NO_ADDRESS)
    return _reproducible(made).encode()


def tile_png(
    tile: TileView, theme: Theme = "light", *, width: int = WIDTH, height: int | None = None, scale: float = SCALE
) -> bytes:
    """Return a tile's chart as PNG, on a ground of its own: a picture in a mail may lie on black.

    Args:
        tile: A tile that has a chart.
        theme: Its colours.
        width: Its width in pixels.
        height: Its height; the chart's own when not given.
        scale: Dots per pixel.
    """
    register()
    drawn = _drawn(tile, theme, width, height, ground=PALETTES[theme].surface, padding=PADDING)
    if _is_vega(drawn):
        return vl_convert.vega_to_png(drawn, scale=scale, allowed_base_urls=_NO_ADDRESS)
    return vl_convert.vegalite_to_png(drawn, vl_version=VEGA_LITE, scale=scale, allowed_base_urls=_NO_ADDRESS)


def _drawn(
    tile: TileView, theme: Theme, width: int, height: int | None, *, ground: str, padding: int
) -> dict[str, Any]:
    """The specification on its ground; the width is that of the whole picture, the height the plot's own."""
    drawn = spec(tile, theme, width=width, height=height)
    room = padding + (ROOM_FOR_LABEL if tile.tile.chart in ("line", "stacked") else 0)
    around = {"left": padding, "top": padding, "bottom": padding, "right": room}
    if _is_vega(drawn):
        return {**drawn, "background": ground, "padding": around}
    return {**drawn, "autosize": FIT, "config": {**drawn["config"], "background": ground, "padding": around}}


def _reproducible(svg: str) -> str:
    """Number what the drawing library numbers by process from 1: the same figures give the same bytes."""
    numbers: dict[str, int] = {}
    return _COUNTED.sub(lambda found: f"{found[1]}{numbers.setdefault(found[0], len(numbers) + 1)}", svg)


def _is_vega(drawn: Mapping[str, Any]) -> bool:
    return "/vega/" in str(drawn.get("$schema", ""))
