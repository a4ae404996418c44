"""Magento deliveries obey Magento's arithmetic and tell every kind of story."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from tests.unit.demo.reading import Deliveries, Row, money

CENT = Decimal("0.01")


def _money_rows(items: dict[str, Row]) -> list[Row]:
    """Return the rows that carry money: children of lots, parents of everything else."""
    lots = {row["item_id"] for row in items.values() if '"product_calculations":0' in row["product_options"]}
    return [
        r
        for r in items.values()
        if r["item_id"] not in lots and (not r["parent_item_id"] or r["parent_item_id"] in lots)
    ]


def _net(row: Row) -> Decimal:
    amounts = ("row_total", "tax_amount", "discount_tax_compensation_amount")
    return sum((money(row[name]) for name in amounts), Decimal(0)) - money(row["discount_amount"])


def test_every_order_total_is_the_sum_of_its_parts(deliveries: Deliveries) -> None:
    orders = deliveries.rows("magento", "sales_order")
    assert len(orders) > 1000
    for row in orders:
        for prefix in ("", "base_"):
            if prefix and row["order_currency_code"] != "EUR":
                continue
            parts = ("subtotal", "discount_amount", "tax_amount", "shipping_amount")
            total = sum((money(row[prefix + name]) for name in parts), Decimal(0))
            total += money(row["discount_tax_compensation_amount"])
            total -= money(row["gift_cards_amount"]) + money(row["customer_balance_amount"])
            assert total == money(row[prefix + "grand_total"]), row["increment_id"]
        assert money(row["shipping_incl_tax"]) == money(row["shipping_amount"]) + money(row["shipping_tax_amount"])
        assert money(row["grand_total"]) >= 0


def test_every_line_total_is_price_times_quantity_and_its_tax_fits_the_rate(deliveries: Deliveries) -> None:
    for row in _money_rows(deliveries.latest("magento", "sales_order_item", "item_id")):
        quantity, discount = money(row["qty_ordered"]), money(row["discount_amount"])
        incl = money(row["row_total_incl_tax"])
        assert incl == money(row["price_incl_tax"]) * quantity
        assert _net(row) == incl - discount
        rate = money(row["tax_percent"])
        assert abs(money(row["tax_amount"]) - (incl - discount) * rate / (100 + rate)) <= CENT / 2
        assert abs(money(row["row_total"]) - incl * 100 / (100 + rate)) <= CENT / 2
        assert money(row["base_row_total_incl_tax"]) == money(row["base_price_incl_tax"]) * quantity


def test_lines_add_up_to_their_order(deliveries: Deliveries) -> None:
    net: dict[str, Decimal] = defaultdict(Decimal)
    for row in _money_rows(deliveries.latest("magento", "sales_order_item", "item_id")):
        net[row["order_id"]] += _net(row)
    orders = deliveries.latest("magento", "sales_order", "entity_id")
    assert net.keys() == orders.keys()
    for number, row in orders.items():
        tenders = money(row["gift_cards_amount"]) + money(row["customer_balance_amount"])
        assert net[number] + money(row["shipping_incl_tax"]) == money(row["grand_total"]) + tenders


def test_pound_amounts_are_euro_amounts_at_the_rate_of_the_order(deliveries: Deliveries) -> None:
    pounds = [row for row in deliveries.rows("magento", "sales_order") if row["order_currency_code"] == "GBP"]
    assert len(pounds) > 20
    for row in pounds:
        assert row["store_id"] == "3"
        expected = money(row["base_grand_total"]) * money(row["base_to_order_rate"])
        assert abs(money(row["grand_total"]) - expected) <= CENT * (money(row["total_qty_ordered"]) + 2)


def test_children_follow_parents_and_lots_repeat_the_sum_of_their_children(deliveries: Deliveries) -> None:
    items = deliveries.latest("magento", "sales_order_item", "item_id")
    for row in items.values():
        if row["parent_item_id"]:
            parent = items[row["parent_item_id"]]
            assert int(row["item_id"]) > int(parent["item_id"])
            assert row["order_id"] == parent["order_id"]
    lots = [row for row in items.values() if '"product_calculations":0' in row["product_options"]]
    assert lots
    for lot in lots:
        children = [row for row in items.values() if row["parent_item_id"] == lot["item_id"]]
        assert len(children) == 2
        assert sum(money(row["row_total"]) for row in children) == money(lot["row_total"])


def test_credit_memos_add_up_and_never_exceed_what_was_sold(deliveries: Deliveries) -> None:
    memos = deliveries.latest("magento", "sales_creditmemo", "entity_id")
    lines = deliveries.latest("magento", "sales_creditmemo_item", "entity_id")
    items = deliveries.latest("magento", "sales_order_item", "item_id")
    net: dict[str, Decimal] = defaultdict(Decimal)
    units: dict[str, Decimal] = defaultdict(Decimal)
    value: dict[str, Decimal] = defaultdict(Decimal)
    for row in lines.values():
        net[row["parent_id"]] += _net(row)
        units[row["order_item_id"]] += money(row["qty"])
        value[row["order_item_id"]] += _net(row)
    for number, memo in memos.items():
        parts = (
            "subtotal",
            "discount_amount",
            "discount_tax_compensation_amount",
            "tax_amount",
            "shipping_amount",
        )
        total = sum((money(memo[name]) for name in parts), Decimal(0)) + money(memo["adjustment"])
        assert total == money(memo["grand_total"]) > 0
        assert net[number] == total - money(memo["adjustment"]) - money(memo["shipping_incl_tax"])
    for number, quantity in units.items():
        assert quantity == money(items[number]["qty_refunded"]) <= money(items[number]["qty_ordered"])
        assert value[number] <= _net(items[number])
        if quantity == money(items[number]["qty_ordered"]):
            assert value[number] == _net(items[number])


def test_refunded_orders_carry_the_totals_of_their_memos(deliveries: Deliveries) -> None:
    refunded: dict[str, Decimal] = defaultdict(Decimal)
    for memo in deliveries.latest("magento", "sales_creditmemo", "entity_id").values():
        refunded[memo["order_id"]] += money(memo["grand_total"])
    for number, row in deliveries.latest("magento", "sales_order", "entity_id").items():
        assert money(row["total_refunded"]) == refunded[number]


def test_every_kind_of_order_occurs(deliveries: Deliveries) -> None:
    rows = deliveries.rows("magento", "sales_order")
    last = deliveries.latest("magento", "sales_order", "entity_id")
    states = {
        "new",
        "pending_payment",
        "processing",
        "complete",
        "closed",
        "canceled",
        "holded",
        "payment_review",
    }
    assert {row["state"] for row in rows} == states
    assert "en_preparation" in {row["status"] for row in rows}
    history: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        history[row["entity_id"]].append(row["state"])
    assert ["processing", "complete"] in history.values()
    assert ["new", "complete"] in history.values() or ["new", "processing", "complete"] in history.values()
    assert any(states[-2:] == ["complete", "closed"] for states in history.values())
    edited = [row for row in last.values() if row["increment_id"].endswith("-1")]
    assert edited
    for row in edited:
        original = last[row["relation_parent_id"]]
        assert original["state"] == "canceled"
        assert original["relation_child_real_id"] == row["increment_id"]
        assert row["relation_parent_real_id"] == original["increment_id"]
    assert any(row["customer_is_guest"] == "1" and not row["customer_id"] for row in rows)
    assert any(money(row["gift_cards_amount"]) for row in rows)
    assert any(money(row["customer_balance_amount"]) for row in rows)
    assert any(row["is_virtual"] == "1" for row in rows)
    assert {row["store_id"] for row in rows} == {"1", "2", "3"}
    assert any(money(row["discount_tax_compensation_amount"]) and row["coupon_code"] for row in rows)
    assert all(row["updated_at"] >= row["created_at"] for row in rows)


def test_every_kind_of_order_line_and_refund_occurs(deliveries: Deliveries) -> None:
    items = deliveries.latest("magento", "sales_order_item", "item_id")
    kinds = {"simple", "configurable", "grouped", "bundle", "giftcard"}
    assert {row["product_type"] for row in items.values()} == kinds
    assert any(
        '"product_calculations":1' in r["product_options"] for r in items.values() if r["product_type"] == "bundle"
    )
    assert {row["tax_percent"] for row in items.values()} == {"20.0000", "5.5000", "0.0000"}
    partly = [row for row in items.values() if 0 < money(row["qty_canceled"]) < money(row["qty_ordered"])]
    assert partly
    assert any(0 < money(row["qty_refunded"]) < money(row["qty_ordered"]) for row in items.values())
    assert any(money(row["original_price"]) > money(row["price_incl_tax"]) > 0 for row in items.values())
    memos = deliveries.rows("magento", "sales_creditmemo")
    assert any(money(row["adjustment_positive"]) for row in memos)
    assert any(money(row["adjustment_negative"]) for row in memos)
    assert any(money(row["shipping_amount"]) for row in memos)
    assert len({row["order_id"] for row in memos}) < len(memos), "an order refunded twice"


def test_accounts_cover_the_orders_and_some_guests_open_one_later(deliveries: Deliveries) -> None:
    accounts = deliveries.rows("magento", "customer_entity")
    known = {row["entity_id"]: row["email_hash"] for row in accounts}
    since = {row["entity_id"]: row["created_at"] for row in accounts}
    guests, members = set(), set()
    for row in deliveries.rows("magento", "sales_order"):
        if row["customer_id"]:
            assert known[row["customer_id"]] == row["customer_email_hash"]
            members.add(row["customer_email_hash"])
        else:
            guests.add(row["customer_email_hash"])
    assert guests & members
    assert guests - set(known.values())
    assert len(since) < len(accounts), "some accounts change"
    per_site = {(row["website_id"], row["email_hash"]): row["entity_id"] for row in accounts}
    assert len(per_site) == len(known), "an e-mail address is unique per web site"
    assert len(set(known.values())) < len(known), "and may be known on both"
    assert {row["email_kind"] for row in accounts} == {"personal", "relay"}
    assert {row["gender"] for row in accounts} == {"", "1", "2", "3"}
    assert any(not row["birth_year"] for row in accounts)
