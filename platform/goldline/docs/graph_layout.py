"""Where each box of the picture of the dataflow stands: lanes from left to right, tables in columns inside them.

Only names and numbers; lines, colours and text are in ``graph_svg``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import product

from goldline.docs.material import Material

DELIVERY, PUBLISH, PUBLISHED = "delivery", "publish", "published"
CHARACTER, INSET, ROW, BOX_HEIGHT = 7.2, 18, 32, 25
COLUMN_GAP, LANE_GAP, LANE_INSET, LANE_HEAD, STACK_GAP = 34, 42, 18, 40, 20
NAME_CHARACTER = 9.4

Links = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Box:
    """A table, the deliveries of a source, or the published snapshot; ``name`` is ``group.table``."""

    name: str
    x: float
    y: float
    width: float

    @property
    def right(self) -> float:
        """Where edges leave."""
        return self.x + self.width

    @property
    def middle(self) -> float:
        """At what height edges arrive and leave."""
        return self.y + BOX_HEIGHT / 2


@dataclass(frozen=True)
class Lane:
    """A sub-dataflow with its boxes, and the edges between them."""

    name: str
    x: float
    y: float
    width: float
    height: float
    boxes: Mapping[str, Box]
    edges: Sequence[tuple[str, str]]

    @property
    def right(self) -> float:
        """Where flows leave."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.y + self.height


@dataclass(frozen=True)
class Layout:
    """All lanes by name, and how many tables of one lane the tables of another read."""

    lanes: Mapping[str, Lane]
    flows: Mapping[tuple[str, str], int]


def lay_out(material: Material, *, left: float, top: float) -> Layout:
    """Place everything below and to the right of a corner; the highest stage says how high the picture is."""
    stages = [[_lane(name, _links(material, name)) for name in stage] for stage in _stages(material)]
    highest = max(map(_height, stages))
    lanes: dict[str, Lane] = {}
    x = left
    for stage in stages:
        y = top + (highest - _height(stage)) / 2
        widest = max(lane.width for lane in stage)
        for lane in stage:
            lanes[lane.name] = _moved(lane, x, y, widest)
            y += lane.height + STACK_GAP
        x += widest + LANE_GAP
    return Layout(lanes, _flows(material))


def _height(stage: Sequence[Lane]) -> float:
    return sum(lane.height for lane in stage) + STACK_GAP * (len(stage) - 1)


def _stages(material: Material) -> list[list[str]]:
    """Sources side by side, the web shop first; every other group is a stage of its own."""
    sources = sorted(material.contracts, key=lambda name: (material.contracts[name].channel, name))
    return [sources, *([group] for group in material.groups if group not in sources), [PUBLISH]]


def _links(material: Material, group: str) -> dict[str, frozenset[str]]:
    """What each box of a lane reads inside it, without what follows from the rest."""
    if group == PUBLISH:
        return {f"{PUBLISH}.{PUBLISHED}": frozenset()}
    inside = {t.table: t.depends_on & {other.table for other in material.groups[group]} for t in material.groups[group]}
    if group not in material.contracts:
        return _reduced(inside)
    first = f"{group}.{DELIVERY}"
    return {first: frozenset(), **{name: reads or frozenset({first}) for name, reads in _reduced(inside).items()}}


def _reduced(links: Links) -> dict[str, frozenset[str]]:
    def above(name: str) -> frozenset[str]:
        return links[name].union(*(above(other) for other in links[name]))

    return {name: reads.difference(*(above(other) for other in reads)) for name, reads in links.items()}


def _flows(material: Material) -> dict[tuple[str, str], int]:
    groups = material.groups
    pairs = {
        (name.split(".")[0], table.group, name)
        for table in material.catalogue.tables
        for name in table.depends_on & set(material.catalogue.by_name)
        if name.split(".")[0] != table.group
    }
    pairs |= {(name.split(".")[0], PUBLISH, name) for name in material.published}
    counted = Counter((start, end) for start, end, _ in pairs)
    order = [*groups, PUBLISH]
    return dict(sorted(counted.items(), key=lambda item: (order.index(item[0][0]), order.index(item[0][1]))))


def _lane(name: str, links: Links) -> Lane:
    columns = _columns(links)
    rows = max(len(column) for column in columns)
    order = _ordered(columns, links, rows)
    boxes: dict[str, Box] = {}
    x = float(LANE_INSET)
    for column in order:
        width = max(len(_label(box)) for box in column) * CHARACTER + INSET
        if len(order) == 1:
            width = max(width, len(name) * NAME_CHARACTER)
        for box in column:
            boxes[box] = Box(box, x, LANE_HEAD + _place(column, box, rows), width)
        x += width + COLUMN_GAP
    edges = [(start, end) for end in sorted(links) for start in sorted(links[end])]
    height = LANE_HEAD + rows * ROW - (ROW - BOX_HEIGHT) + LANE_INSET
    return Lane(name, 0, 0, x - COLUMN_GAP + LANE_INSET, height, boxes, edges)


def _columns(links: Links) -> list[list[str]]:
    """Put what reads nothing inside the lane into its first column, everything else into its second, in order."""
    order = list(TopologicalSorter({name: sorted(links[name]) for name in sorted(links)}).static_order())
    columns = [[name for name in order if bool(links[name]) is reads] for reads in (False, True)]
    return [column for column in columns if column]


def _ordered(columns: list[list[str]], links: Links, rows: int) -> list[list[str]]:
    """Move boxes up and down their columns as long as that makes the edges shorter."""
    best, length = columns, _length(columns, links, rows)
    while True:
        shorter, moved = min((_length(moved, links, rows), moved) for moved in _moves(best))
        if shorter >= length:
            return best
        best, length = moved, shorter


def _moves(columns: list[list[str]]) -> Iterator[list[list[str]]]:
    """Yield the columns with up to three neighbours somewhere else in their column, in every way."""
    for at, column in enumerate(columns):
        for size, start in product((1, 2, 3), range(len(column))):
            block, rest = column[start : start + size], column[:start] + column[start + size :]
            for place in range(len(rest) + 1):
                yield [*columns[:at], [*rest[:place], *block, *rest[place:]], *columns[at + 1 :]]


def _length(columns: Iterable[Sequence[str]], links: Links, rows: int) -> float:
    """Sum up how far edges go up or down; inside a column, going up counts more."""
    at = {box: (_place(column, box, rows), place) for place, column in enumerate(columns) for box in column}
    total = 0.0
    for end, starts in links.items():
        for start in starts:
            rise = at[end][0] - at[start][0]
            inside = at[end][1] == at[start][1]
            total += abs(rise) * (1 if rise >= 0 or not inside else 10) + (rise * rise / 1000 if inside else 0)
    return round(total, 6)


def _place(column: Sequence[str], box: str, rows: int) -> float:
    return ((rows - len(column)) / 2 + column.index(box)) * ROW


def _label(name: str) -> str:
    return name.split(".")[1]


def _moved(lane: Lane, x: float, y: float, width: float) -> Lane:
    boxes = {name: Box(name, x + box.x, y + box.y, box.width) for name, box in lane.boxes.items()}
    return Lane(lane.name, x, y, width, lane.height, boxes, lane.edges)
