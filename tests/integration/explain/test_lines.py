"""Explanations of lines against a real warehouse: amounts computed anew from delivered rows, and where those lie."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from goldline.errors import GoldlineError
from goldline.explain import line as lines
from goldline.explain.line import Explained, explain_line, find_lines
from goldline.explain.told import told_line
from goldline.home import Home
from goldline.warehouse.engine import Session
from tests.integration.explain.conftest import CORRECTED
from tests.support import FIXTURES, load_landing, open_warehouse

pytestmark = pytest.mark.integration

SOURCES = ("cashmere", "magento")
EVERY = 100


def of(session: Session, source: str, condition: str, *, every: int = 1) -> list[Explained]:
    ids = session.rows(f"select sales_line_id from {source}.sales where {condition} order by sales_line_id")[::every]
    return [explain_line(session, find_lines(session, [source], line_id)[0]) for (line_id,) in ids]


def first(session: Session, source: str, condition: str) -> Explained:
    line_id = session.scalar(f"select min(sales_line_id) from {source}.sales where {condition}")
    return explain_line(session, find_lines(session, [source], line_id)[0])


def different(found: list[Explained]) -> list[tuple[Any, ...]]:
    return [
        (one.line["sales_line_id"][:12], c.amount.column, c.amount.value, c.stored, c.amount.words)
        for one in found
        for c in one.amounts
        if not c.is_equal
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_amounts_computed_from_the_delivered_rows_are_those_of_the_line(session: Session, source: str) -> None:
    found = of(session, source, "true", every=EVERY)
    assert len(found) >= 4
    assert different(found) == []
    assert all(len(one.amounts) >= 10 for one in found)


@pytest.mark.parametrize(
    ("source", "condition"),
    [
        ("cashmere", "order_discount_incl_tax <> 0"),
        ("cashmere", "transaction_type = 'return'"),
        ("cashmere", "exclusion_reason in ('void', 'training')"),
        ("magento", "document_type = 'credit_memo'"),
        ("magento", "line_type = 'shipping'"),
        ("magento", "order_discount_incl_tax <> 0"),
        ("magento", "exclusion_reason is not null"),
    ],
)
def test_amounts_of_the_special_lines_are_computed_as_well(session: Session, source: str, condition: str) -> None:
    count = session.scalar(f"select count(*) from {source}.sales where {condition}")
    found = of(session, source, condition, every=max(count // 3, 1))
    assert found
    assert different(found) == []


@pytest.fixture(scope="module")
def traps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small hand-made deliveries, which have every trap of the sources."""
    return load_landing(FIXTURES, tmp_path_factory.mktemp("traps"))


@pytest.mark.parametrize("source", SOURCES)
def test_amounts_of_every_line_of_the_hand_made_deliveries_are_computed(traps: Path, source: str) -> None:
    with open_warehouse(traps) as warehouse, warehouse.transaction() as session:
        found = of(session, source, "true")
    assert len(found) > 10
    assert different(found) == []


def test_an_amount_that_was_changed_by_hand_is_noticed(session: Session) -> None:
    one = session.scalar("select min(sales_line_id) from merge.unified_sales where source_system = 'cashmere'")
    for change in ("+", "-"):
        session.execute(
            f"update cashmere.sales set net_amount_excl_tax = net_amount_excl_tax {change} 0.01"
            " where sales_line_id = ?",
            [one],
        )
        found = explain_line(session, find_lines(session, SOURCES, one)[0])
        assert found.is_equal == (change == "-")


def test_every_delivered_row_lies_where_it_is_said_in_the_archived_file(shop: Home, session: Session) -> None:
    for one in of(session, "cashmere", "exclusion_reason is null", every=150):
        row = one.origins[0].row
        physical = shop.archive.read(row.sha256).split(b"\n")[row.line_number - 1].decode("cp1252").split(";")
        assert physical[2] == one.line["document_number"]
        assert int(physical[7]) == one.line["line_number"]
        assert (row.file, row.delivery_date) == (one.line["source_file"], one.line["delivery_date"])


def test_the_row_that_a_corrected_file_replaced_is_shown_with_that_file(session: Session) -> None:
    name = f"VENTES_{CORRECTED:%Y%m%d}.csv"
    found = of(session, "cashmere", f"source_file = '{name}'", every=20)
    standings = Counter(origin.row.standing for one in found for origin in one.origins[:2])
    assert standings["counts"]
    assert standings["superseded"]
    superseded = [o.row for one in found for o in one.origins if o.row.standing == "superseded"]
    assert {row.superseded_by for row in superseded} <= {name, name.replace("VENTES", "REGLEMENTS")}
    assert len({row.sha256 for one in found for row in [o.row for o in one.origins if o.row.feed == "VENTES"]}) == 2


def test_an_order_that_changed_shows_its_older_versions(session: Session) -> None:
    order = session.scalar("select min(entity_id) from magento.raw_sales_order group by entity_id having count(*) > 1")
    found = first(session, "magento", f"document_type = 'order' and source_document_id = '{order}'")
    heads = [origin.row for origin in found.origins if origin.row.feed == "sales_order"]
    assert heads[0].standing == "counts"
    assert {row.standing for row in heads[1:]} == {"older version"}


def test_a_line_that_is_left_out_says_why_and_is_not_in_the_enriched_model(session: Session) -> None:
    told = told_line(first(session, "magento", "exclusion_reason = 'unpaid'"))
    assert told["left_out_because"] == "the order is not paid yet; it counts as soon as it is"
    assert told["enriched"] == {}


def test_a_prefix_finds_its_line_and_a_document_number_all_of_its_lines(session: Session) -> None:
    line_id, number = session.rows(
        "select min(sales_line_id), document_number from cashmere.sales group by document_number having count(*) > 1"
        " order by 1 limit 1"
    )[0]
    assert [one["sales_line_id"] for one in find_lines(session, SOURCES, line_id[:12])] == [line_id]
    several = find_lines(session, SOURCES, number)
    assert len(several) > 1
    assert {one["document_number"] for one in several} == {number}
    with pytest.raises(GoldlineError, match="there is no line or document"):
        find_lines(session, SOURCES, "does-not-exist")


def test_an_explained_line_has_no_personal_column(session: Session) -> None:
    found = session.rows(
        "select distinct identifier_value from merge.customer_identity where identifier_type <> 'source_id'"
    )
    pseudonyms = {value for (value,) in found}
    assert pseudonyms
    for source in SOURCES:
        for one in of(session, source, "customer_record is not null", every=200):
            text = json.dumps(told_line(one))
            assert [value for value in pseudonyms if value in text] == []
    assert not {"code_client", "carte_fidelite", "customer_email_hash"} & set(lines.IDENTITY)


def test_money_stays_exact_in_what_is_told(session: Session) -> None:
    found = first(session, "cashmere", "exclusion_reason is null")
    for amount in told_line(found)["amounts"]:
        assert amount["stored"] is None or isinstance(amount["stored"], str)
        assert amount["stored"] is None or Decimal(amount["stored"]) == Decimal(amount["computed"])
