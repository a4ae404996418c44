"""The picture of the dataflow: complete, readable anywhere, the same each time."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree as Xml

import pytest

from goldline.docs.graph_layout import BOX_HEIGHT, Layout, lay_out
from goldline.docs.graph_svg import graph_svg
from goldline.docs.material import Material, gather


@pytest.fixture(scope="module")
def layout(material: Material) -> Layout:
    return lay_out(material, left=0, top=0)


def test_every_table_is_in_the_lane_of_its_group_with_deliveries_first_and_the_snapshot_last(
    material: Material, layout: Layout
) -> None:
    shown = {name: set(lane.boxes) for name, lane in layout.lanes.items()}
    tables = {group: {table.table for table in members} for group, members in material.groups.items()}
    sources = {source: tables[source] | {f"{source}.delivery"} for source in material.contracts}
    assert shown == {**tables, **sources, "publish": {"publish.published"}}
    for source in sources:
        boxes = layout.lanes[source].boxes.values()
        assert min(boxes, key=lambda box: box.x).name == f"{source}.delivery"
    assert max(layout.lanes.values(), key=lambda lane: lane.x).name == "publish"


def test_no_box_lies_on_another_or_outside_its_lane(layout: Layout) -> None:
    for lane in layout.lanes.values():
        boxes = list(lane.boxes.values())
        assert all(lane.x < box.x < box.right < lane.right and lane.y < box.y < lane.bottom for box in boxes)
        for one, other in combinations(boxes, 2):
            assert one.right < other.x or other.right < one.x or abs(one.y - other.y) > BOX_HEIGHT


def test_data_flow_to_the_right_only_and_into_every_lane_but_the_sources(material: Material, layout: Layout) -> None:
    assert all(layout.lanes[start].right < layout.lanes[end].x for start, end in layout.flows)
    assert {end for _, end in layout.flows} == set(layout.lanes) - set(material.contracts)


def test_an_edge_that_follows_from_others_is_left_out(layout: Layout) -> None:
    edges = set(layout.lanes["magento"].edges)
    assert {("magento.order_lines", "magento.sales"), ("magento.sales", "magento.control_totals")} <= edges
    assert ("magento.order_lines", "magento.control_totals") not in edges


def test_the_picture_is_small_well_formed_and_needs_nothing_from_elsewhere(material: Material) -> None:
    text = graph_svg(material)
    assert len(text) < 60_000
    assert Xml.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert not [word for word in ("href", "url(", "@import", "<script", "NaN") if word in text]
    assert "prefers-color-scheme: dark" in text


def test_the_same_tables_give_the_same_picture(material: Material) -> None:
    assert graph_svg(gather()) == graph_svg(material)
