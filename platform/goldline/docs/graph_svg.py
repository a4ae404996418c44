"""The picture of the dataflow: sub-dataflows as lanes, tables as boxes, what flows between them.

Thin edges say which table of a lane reads which; an edge that follows from others is left out. Between lanes
there is one wide edge, as one per table would hide the rest. Where everything stands is in ``graph_layout``.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from goldline.docs.graph_layout import BOX_HEIGHT, LANE_INSET, PUBLISH, PUBLISHED, Box, Lane, Layout, lay_out
from goldline.docs.material import Material

MARGIN, DETOUR = 26, 21
TITLE = "The dataflow of Goldline"
STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #2b2a27 }
.paper { fill: #faf8f3 }
.lane { fill: #fff; stroke: #e3ddd0 }
.name { font-size: 15px; font-weight: 600 }
.box { fill: #f4f1ea; stroke: #d5cebf }
.box.out { fill: #fdf0cb; stroke: #c9991f }
.box.first { fill: #e4edf5; stroke: #8fb0cc }
.edge { fill: none; stroke: #b3ac9c; stroke-width: 1.3 }
.tip { fill: #b3ac9c }
.flow { fill: none; stroke: #e2c67a; stroke-linecap: round; stroke-width: 5 }
.head { fill: #d3ac43 }
.note { fill: #6f6a5f; font-size: 12px }
@media (prefers-color-scheme: dark) {
text { fill: #e8e5dc }
.paper { fill: #15171b }
.lane { fill: #1c1f25; stroke: #333842 }
.box { fill: #272b33; stroke: #434955 }
.box.out { fill: #3b3013; stroke: #b98d22 }
.box.first { fill: #1d2f3f; stroke: #4c7494 }
.edge { stroke: #69707d }
.tip { fill: #69707d }
.flow { stroke: #7d6426 }
.head { fill: #b18b2f }
.note { fill: #a09b90 }
}
"""


def graph_svg(material: Material) -> str:
    """Draw the picture; the same tables give the same text."""
    layout = lay_out(material, left=MARGIN, top=MARGIN)
    lanes = layout.lanes.values()
    width = round(max(lane.right for lane in lanes) + MARGIN)
    height = round(max(lane.bottom for lane in lanes) + MARGIN)
    beside_sources = min(lane.x for lane in lanes if lane.x > MARGIN)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title about">',
        f'<title id="title">{TITLE}</title>',
        f'<desc id="about">{escape(_told(layout))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}" rx="14"/>',
        *_flows(layout),
        *(part for lane in lanes for part in _lane(lane, material)),
        *_legend(beside_sources, height - MARGIN - 6),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _told(layout: Layout) -> str:
    """Say what is seen, for those who cannot see it."""
    lanes = "; ".join(f"{lane.name}: {', '.join(map(_label, lane.boxes))}" for lane in layout.lanes.values())
    flows = ", ".join(f"{start} to {end}" for start, end in layout.flows)
    return f"Lanes and their tables: {lanes}. Data flow from {flows}."


def _lane(lane: Lane, material: Material) -> Iterator[str]:
    yield f'<rect class="lane" {_frame(lane.x, lane.y, lane.width, lane.height)} rx="10"/>'
    yield f'<text class="name" x="{_n(lane.x + LANE_INSET)}" y="{_n(lane.y + 26)}">{lane.name}</text>'
    for start, end in lane.edges:
        yield from _edge(lane.boxes[start], lane.boxes[end])
    for box in lane.boxes.values():
        yield from _box(box, material)


def _box(box: Box, material: Material) -> Iterator[str]:
    table = material.catalogue.by_name.get(box.name)
    told = f"{table.description.split('. ')[0].rstrip('.')}." if table else ""
    is_out = box.name in material.published or _label(box.name) == PUBLISHED
    kind = "box out" if is_out else "box" if table else "box first"
    tip = f"<title>{escape(told)}</title>" if told else ""
    yield f'<g>{tip}<rect class="{kind}" {_frame(box.x, box.y, box.width, BOX_HEIGHT)} rx="7"/>'
    yield (
        f'<text x="{_n(box.x + box.width / 2)}" y="{_n(box.middle + 4.5)}" text-anchor="middle">'
        f"{_label(box.name)}</text></g>"
    )


def _edge(start: Box, end: Box) -> Iterator[str]:
    """Draw a curve to the next column, or an arc beside the column when both stand in it."""
    x, y = start.right, start.middle
    if start.x == end.x:
        bow = x + 9 + min(abs(end.y - start.y) / 8, 9)
        curve, tip = f"{_p(bow, y)} {_p(bow, end.middle)} {_p(x + 5, end.middle)}", _tip(x, end.middle, -5, "tip", 3)
    else:
        half = (end.x - x) / 2
        curve = f"{_p(x + half, y)} {_p(end.x - half, end.middle)} {_p(end.x - 4, end.middle)}"
        tip = _tip(end.x, end.middle, 5, "tip", 3)
    yield f'<path class="edge" d="M{_p(x, y)}C{curve}"/>{tip}'


def _flows(layout: Layout) -> Iterator[str]:
    """Draw the wide edges; one that skips lanes passes above them when it goes to be published, else below."""
    for name, lane in layout.lanes.items():
        arriving = [
            (layout.lanes[start], _passed(layout, layout.lanes[start], lane)) for start in _starts(layout, name)
        ]
        arriving.sort(key=lambda each: -len(each[1]) if name == PUBLISH else len(each[1]))
        for place, (start, passed) in enumerate(arriving, 1):
            end = lane.y + lane.height * place / (len(arriving) + 1)
            yield from _flow(start, lane, end, _detour(passed, above=name == PUBLISH))


def _starts(layout: Layout, end: str) -> list[str]:
    return [name for name in layout.lanes if (name, end) in layout.flows]


def _passed(layout: Layout, start: Lane, end: Lane) -> list[Lane]:
    return [lane for lane in layout.lanes.values() if start.right < lane.x and lane.right < end.x]


def _detour(passed: list[Lane], *, above: bool) -> list[tuple[float, float]]:
    """The straight part of a flow that passes lanes: from where to where, and at what height."""
    if not passed:
        return []
    room = DETOUR * len(passed)
    y = min(lane.y for lane in passed) - room if above else max(lane.bottom for lane in passed) + room
    return [(passed[0].x, y), (passed[-1].right, y)]


def _flow(start: Lane, end: Lane, height: float, detour: list[tuple[float, float]]) -> Iterator[str]:
    level = detour[0][1] if detour else height
    x, y = start.right, min(max(level, start.y + 20), start.bottom - 20)
    path = f"M{_p(x, y)}"
    for to_x, to_y in [*detour, (end.x - 10, height)]:
        half = (to_x - x) / 2
        path += f"C{_p(x + half, y)} {_p(to_x - half, to_y)} {_p(to_x, to_y)}"
        x, y = to_x, to_y
    yield f'<path class="flow" d="{path}"/>'
    yield _tip(end.x, height, 11, "head", 7)


def _legend(x: float, y: float) -> Iterator[str]:
    for kind, text in (("box first", "deliveries"), ("box", "table"), ("box out", "published table")):
        yield f'<rect class="{kind}" {_frame(x, y - 12, 22, 15)} rx="4"/>'
        yield f'<text class="note" x="{_n(x + 30)}" y="{_n(y)}">{text}</text>'
        x += 50 + len(text) * 7
    yield f'<path class="edge" d="M{_p(x, y - 4)}H{_n(x + 24)}"/>{_tip(x + 28, y - 4, 5, "tip", 3)}'
    yield f'<text class="note" x="{_n(x + 38)}" y="{_n(y)}">is read by</text>'
    x += 118
    yield f'<path class="flow" d="M{_p(x, y - 4)}H{_n(x + 20)}"/>{_tip(x + 31, y - 4, 11, "head", 7)}'
    yield f'<text class="note" x="{_n(x + 40)}" y="{_n(y)}">flows on to</text>'


def _tip(x: float, y: float, length: float, kind: str, half: float) -> str:
    return f'<path class="{kind}" d="M{_p(x, y)}L{_p(x - length, y - half)}V{_n(y + half)}z"/>'


def _frame(x: float, y: float, width: float, height: float) -> str:
    return f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'


def _p(x: float, y: float) -> str:
    return f"{_n(x)},{_n(y)}"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _label(name: str) -> str:
    return PUBLISHED if name == PUBLISH else name.rpartition(".")[2]
