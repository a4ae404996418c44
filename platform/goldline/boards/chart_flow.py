"""Flows from one state to another: two columns of blocks and the bands between them, as a Vega specification.

Vega-Lite has no such chart. Heights and places are worked out here; the width is the page's, so only x is left to Vega.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goldline.boards.chart_theme import FONT
from goldline.boards.palette import Palette

if TYPE_CHECKING:
    from goldline.boards.view import TileView

HEIGHT, GAP, BLOCK, LABEL = 320, 10, 12, 118
_ORDER = ("frequent", "active", "occasional", "dead", "prospect", "new", "erased")
_SCHEMA = "https://vega.github.io/schema/vega/v6.json"


@dataclass(frozen=True)
class Flow:
    """So many went from one state to another."""

    source: str
    target: str
    size: float
    text: str


def flow_spec(view: TileView, palette: Palette, *, width: int | None, height: int | None) -> dict[str, Any]:
    """Return the specification of a tile of flows: its first two dimensions and its first metric."""
    flows = _flows(view)
    tall = float(height or HEIGHT)
    colours = _colours(view, flows, palette)
    blocks, bands = _layout(flows, tall)
    room = {"name": "width", "init": "max(260, containerSize()[0] - 4)", "on": [_RESIZED]}
    signals = [{"name": "label", "update": f"width < 520 ? 92 : {LABEL}"}]
    return {
        "$schema": _SCHEMA,
        "background": "transparent",
        "padding": 2,
        "autosize": {"type": "none"},
        "height": tall,
        "signals": [{"name": "width", "value": width} if width else room, *signals],
        "data": [
            {"name": "blocks", "values": [{**block, "colour": colours[block["name"]]} for block in blocks]},
            {
                "name": "bands",
                "values": [{**band, "colour": colours[band["source"]]} for band in bands],
                "transform": [_PATHS],
            },
        ],
        "marks": [_bands(), _blocks(palette), _names(palette)],
    }


_RESIZED = {"events": {"source": "window", "type": "resize"}, "update": "max(260, containerSize()[0] - 4)"}


def _flows(view: TileView) -> list[Flow]:
    dimensions = [at for at, column in enumerate(view.columns) if column.kind == "dimension"][:2]
    metric = next(at for at, column in enumerate(view.columns) if column.kind == "metric")
    found = []
    for row in view.rows:
        value = row[metric].value
        size = float(value) if isinstance(value, int | float | Decimal) else 0.0
        if size > 0:
            found.append(Flow(row[dimensions[0]].text, row[dimensions[1]].text, size, row[metric].text))
    return found


def _colours(view: TileView, flows: Sequence[Flow], palette: Palette) -> dict[str, str]:
    """Return the colour of each state: the same one as where segments are stacked."""
    values = {cell.text: str(cell.value) for row in view.rows for cell in row[:2]}
    names = list(dict.fromkeys([flow.source for flow in flows] + [flow.target for flow in flows]))
    places = {name: _ORDER.index(values[name]) if values[name] in _ORDER else at for at, name in enumerate(names)}
    return {name: palette.series[place % len(palette.series)] for name, place in places.items()}


def _layout(flows: Sequence[Flow], tall: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the blocks and the bands with their vertical places."""
    sources = list(dict.fromkeys(flow.source for flow in flows))
    targets = [name for name in sources if any(flow.target == name for flow in flows)]
    targets += list(dict.fromkeys(flow.target for flow in flows if flow.target not in sources))
    whole = sum(flow.size for flow in flows) or 1.0
    scale = (tall - GAP * (max(len(sources), len(targets)) - 1)) / whole
    blocks, tops = [], {}
    for side, names in (("source", sources), ("target", targets)):
        y = 0.0
        for name in names:
            size = sum(flow.size for flow in flows if getattr(flow, side) == name)
            blocks.append({"side": side, "name": name, "size": size, "top": y, "bottom": y + size * scale})
            tops[side, name] = y
            y += size * scale + GAP
    return blocks, _placed(flows, targets, tops, scale)


def _placed(
    flows: Sequence[Flow], targets: Sequence[str], tops: dict[tuple[str, str], float], scale: float
) -> list[dict[str, Any]]:
    bands = []
    for flow in sorted(flows, key=lambda flow: (tops["source", flow.source], targets.index(flow.target))):
        thick = flow.size * scale
        start, end = tops["source", flow.source], tops["target", flow.target]
        tops["source", flow.source] += thick
        tops["target", flow.target] += thick
        tip = f"{flow.source} → {flow.target}: {flow.text}"
        bands.append(
            {
                "source": flow.source,
                "y0": start + thick / 2,
                "y1": end + thick / 2,
                "thick": max(thick, 0.7),
                "tip": tip,
            }
        )
    return bands


def _bands() -> dict[str, Any]:
    return {
        "type": "path",
        "from": {"data": "bands"},
        "encode": {
            "update": {
                "path": {"field": "path"},
                "stroke": {"field": "colour"},
                "strokeWidth": {"field": "thick"},
                "strokeOpacity": {"value": 0.38},
                "tooltip": {"field": "tip"},
            },
            "hover": {"strokeOpacity": {"value": 0.7}},
        },
    }


_PATHS = {
    "type": "linkpath",
    "orient": "horizontal",
    "shape": "diagonal",
    "sourceX": {"expr": f"label + {BLOCK}"},
    "targetX": {"expr": f"width - label - {BLOCK}"},
    "sourceY": "y0",
    "targetY": "y1",
}


def _blocks(palette: Palette) -> dict[str, Any]:
    x = {"signal": f"datum.side === 'source' ? label : width - label - {BLOCK}"}
    return {
        "type": "rect",
        "from": {"data": "blocks"},
        "encode": {
            "update": {
                "x": x,
                "width": {"value": BLOCK},
                "y": {"field": "top"},
                "y2": {"field": "bottom"},
                "fill": {"field": "colour"},
                "stroke": {"value": palette.surface},
                "strokeWidth": {"value": 0.5},
            }
        },
    }


def _names(palette: Palette) -> dict[str, Any]:
    return {
        "type": "text",
        "from": {"data": "blocks"},
        "encode": {
            "update": {
                "x": {"signal": "datum.side === 'source' ? label - 6 : width - label + 6"},
                "y": {"signal": "(datum.top + datum.bottom) / 2"},
                "align": {"signal": "datum.side === 'source' ? 'right' : 'left'"},
                "baseline": {"value": "middle"},
                "limit": {"signal": "label - 8"},
                "text": {"field": "name"},
                "font": {"value": FONT},
                "fontSize": {"value": 11.5},
                "fill": {"value": palette.ink},
            }
        },
    }
