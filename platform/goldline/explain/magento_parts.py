"""The lines that a web document consists of, each with its amounts before proration and rounding.

One part is an order line, a refunded line, or what a header says of shipping or an adjustment; all amounts are positive
here, and ``direction`` signs them later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from goldline.explain.exact import ZERO, rounded, share_of, times, total
from goldline.explain.magento_amounts import HEADER_RANK, Part
from goldline.explain.raw import RawRow
from goldline.explain.trace import plain, terms

RATES = ("base_to_order_rate",)
SHIPPING = ("shipping_amount", "shipping_incl_tax", "shipping_tax_amount")
ORDER = (*RATES, "base_to_global_rate", "coupon_code", *SHIPPING, "shipping_discount_amount")
MEMO = (*RATES, "order_id", *SHIPPING, "adjustment", "adjustment_positive", "adjustment_negative")
MONEY = ("row_total", "row_total_incl_tax", "tax_amount", "discount_amount", "discount_tax_compensation_amount")
BASE = ("base_row_total", "base_tax_amount", "base_discount_amount", "base_cost")
ORDER_ITEM = (
    "item_id", "parent_item_id", "qty_ordered", "qty_canceled", "original_price", "tax_percent",
    "weee_tax_applied_row_amount", "base_discount_tax_compensation_amount", *MONEY, *BASE,
)  # fmt: skip
MEMO_ITEM = ("entity_id", "order_item_id", "qty", *MONEY, *BASE)


def order_parts(order: RawRow | None, items: Sequence[RawRow]) -> list[Part]:
    """Return the parts of an order."""
    parts = [_order_item(item, items) for item in items]
    if order and order["shipping_amount"]:
        given = _or(order["shipping_discount_amount"])
        parts.append(_shipping(order, direction=1, discount=given))
    return parts


def memo_parts(
    memo: RawRow | None,
    refunded: Sequence[RawRow],
    sold: Mapping[int, Sequence[RawRow]],
    children: Mapping[int, Sequence[RawRow]],
) -> list[Part]:
    """Return the parts of a credit memo."""
    parts = []
    for row in refunded:
        item = row["order_item_id"]
        original = next(iter(sold.get(item, ())), None)
        parts.append(_memo_item(row, original, children.get(item, ())))
    if memo and memo["shipping_amount"]:
        parts.append(_shipping(memo, direction=-1, discount=ZERO))
    if memo and (adjustment := _adjustment(memo)):
        words = f"adjustment {plain(adjustment)} of the credit memo"
        size = abs(adjustment)
        parts.append(_header("adjustment", -1 if adjustment > 0 else 1, size, size, size, ZERO, words))
    return parts


def _order_item(item: RawRow, items: Sequence[RawRow]) -> Part:
    discount, compensation = _or(item["discount_amount"]), _or(item["discount_tax_compensation_amount"])
    eco, tax = _or(item["weee_tax_applied_row_amount"]), _or(item["tax_amount"])
    return Part(
        line_id=str(item["item_id"]),
        rank=item["item_id"],
        direction=1,
        quantity=item["qty_ordered"] - _or(item["qty_canceled"]),
        quantity_of_amounts=item["qty_ordered"],
        quantity_words=terms(("+", "qty_ordered", item["qty_ordered"]), ("-", "qty_canceled", item["qty_canceled"])),
        original_price=item["original_price"],
        tax_percent=item["tax_percent"],
        gross_incl=_or(item["row_total_incl_tax"], item["row_total"] + tax),
        gross_excl=item["row_total"],
        net_excl=item["row_total"] - discount + compensation + eco,
        net_words=_net_words(item, ("+", "weee_tax_applied_row_amount", eco)),
        tax=tax,
        tax_words=f"tax_amount {plain(tax)}",
        base_net_excl=_or(item["base_row_total"], item["row_total"])
        - _or(item["base_discount_amount"], discount)
        + _or(item["base_discount_tax_compensation_amount"], compensation),
        base_tax=_or(item["base_tax_amount"], tax),
        base_cost=_cost_ordered(item, [child for child in items if child["parent_item_id"] == item["item_id"]]),
    )


def _memo_item(row: RawRow, sold: RawRow | None, children: Sequence[RawRow]) -> Part:
    discount, compensation = _or(row["discount_amount"]), _or(row["discount_tax_compensation_amount"])
    total_excl, tax = _or(row["row_total"]), _or(row["tax_amount"])
    cost = None if row["base_cost"] is None else times(row["base_cost"], row["qty"])
    if cost is None and sold and sold["qty_ordered"] > 0:
        ordered = _cost_ordered(sold, children)
        cost = None if ordered is None else share_of(ordered, row["qty"], sold["qty_ordered"])
    return Part(
        line_id=str(row["entity_id"]),
        rank=row["entity_id"],
        direction=-1,
        quantity=row["qty"],
        quantity_of_amounts=row["qty"],
        quantity_words=f"qty {plain(row['qty'])}",
        original_price=sold["original_price"] if sold else None,
        tax_percent=sold["tax_percent"] if sold else None,
        gross_incl=_or(row["row_total_incl_tax"], total_excl + tax),
        gross_excl=total_excl,
        net_excl=total_excl - discount + compensation,
        net_words=_net_words(row),
        tax=tax,
        tax_words=f"tax_amount {plain(tax)}",
        base_net_excl=_or(row["base_row_total"], total_excl)
        - _or(row["base_discount_amount"], discount)
        + compensation,
        base_tax=_or(row["base_tax_amount"], tax),
        base_cost=cost,
    )


def _shipping(head: RawRow, *, direction: int, discount: Decimal) -> Part:
    tax = _or(head["shipping_tax_amount"])
    incl = _or(head["shipping_incl_tax"], head["shipping_amount"] + tax)
    stated = ("+", "shipping_incl_tax", incl), ("-", "shipping_discount_amount", discount)
    words = terms(*stated, ("-", "shipping_tax_amount", tax))
    return _header("shipping", direction, incl, head["shipping_amount"], incl - discount, tax, words)


def _header(
    kind: str, direction: int, gross_incl: Decimal, gross_excl: Decimal, net_incl: Decimal, tax: Decimal, words: str
) -> Part:
    return Part(
        line_id=kind,
        rank=HEADER_RANK,
        direction=direction,
        quantity=Decimal(1),
        quantity_of_amounts=Decimal(1),
        quantity_words="1, as the header's line",
        original_price=None,
        tax_percent=None,
        gross_incl=gross_incl,
        gross_excl=gross_excl,
        net_excl=net_incl - tax,
        net_words=words,
        tax=tax,
        tax_words=f"{kind}_tax_amount {plain(tax)}",
        base_net_excl=None,
        base_tax=None,
        base_cost=None,
    )


def _adjustment(memo: RawRow) -> Decimal:
    if memo["adjustment"] is not None:
        return Decimal(memo["adjustment"])
    both = memo["adjustment_positive"], memo["adjustment_negative"]
    return ZERO if None in both else both[0] - both[1]


def _cost_ordered(item: RawRow, children: Sequence[RawRow]) -> Decimal | None:
    """The cost of what was ordered: that of the parts where it has parts with a cost."""
    known = [times(child["base_cost"], child["qty_ordered"]) for child in children if child["base_cost"] is not None]
    if known:
        return rounded(total(known), 4)
    return None if item["base_cost"] is None else rounded(times(item["base_cost"], item["qty_ordered"]), 4)


def _net_words(row: RawRow, *more: tuple[str, str, Any]) -> str:
    return terms(
        ("+", "row_total", row["row_total"]),
        ("-", "discount_amount", row["discount_amount"]),
        ("+", "discount_tax_compensation_amount", row["discount_tax_compensation_amount"]),
        *more,
    )


def _or(*values: Decimal | None) -> Decimal:
    return next((value for value in values if value is not None), ZERO)
