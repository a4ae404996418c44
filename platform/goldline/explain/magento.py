"""The trace of a web order's or credit memo's line: its row, its header, and the rounding of its document.

The rules are those of ``assets/magento/sales.sql``, written a second time; the arithmetic is in ``magento_amounts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from goldline.explain.magento_amounts import Head, Part, amounts
from goldline.explain.magento_parts import MEMO, MEMO_ITEM, ORDER, ORDER_ITEM, memo_parts, order_parts
from goldline.explain.raw import RawRow, current_rows, raw_rows
from goldline.explain.trace import Origin, Trace
from goldline.warehouse.engine import Session

SOURCE = "magento"
ONE = Decimal(1)


def trace(session: Session, line: Mapping[str, Any]) -> Trace:
    """Trace a line of an order or a credit memo."""
    is_order = line["document_type"] == "order"
    origins, parts = (_order if is_order else _memo)(session, line)
    head_row = next(
        (o.row for o in origins if o.row.counts and o.row.feed in ("sales_order", "sales_creditmemo")), None
    )
    order_row = next((o.row for o in origins if o.row.counts and o.row.feed == "sales_order"), None)
    head = _head(session, line, head_row, order_row)
    excluded = {
        line_id: reason is not None
        for line_id, reason in session.rows(
            "select source_line_id, exclusion_reason from magento.sales"
            " where document_type = ? and source_document_id = ?",
            [line["document_type"], line["source_document_id"]],
        )
    }
    return Trace(origins, amounts(parts, line["source_line_id"], excluded, head))


def _order(session: Session, line: Mapping[str, Any]) -> tuple[list[Origin], list[Part]]:
    order_id = int(line["source_document_id"])
    heads = raw_rows(session, SOURCE, "sales_order", {"entity_id": order_id}, ORDER)
    items = current_rows(session, SOURCE, "sales_order_item", {"order_id": order_id}, ORDER_ITEM)
    origins = [Origin("the order", row) for row in heads]
    if line["source_line_id"].isdecimal():
        own = raw_rows(session, SOURCE, "sales_order_item", {"item_id": int(line["source_line_id"])}, ORDER_ITEM)
        origins = [*(Origin("the order line", row) for row in own), *origins]
    return origins, order_parts(_current(heads), items)


def _memo(session: Session, line: Mapping[str, Any]) -> tuple[list[Origin], list[Part]]:
    memo_id = int(line["source_document_id"])
    memos = raw_rows(session, SOURCE, "sales_creditmemo", {"entity_id": memo_id}, MEMO)
    refunded = current_rows(session, SOURCE, "sales_creditmemo_item", {"parent_id": memo_id}, MEMO_ITEM)
    sold = {
        item: current_rows(session, SOURCE, "sales_order_item", {"item_id": item}, ORDER_ITEM)
        for item in {row["order_item_id"] for row in refunded if row["order_item_id"] is not None}
    }
    children = {
        item: current_rows(session, SOURCE, "sales_order_item", {"parent_item_id": item}, ORDER_ITEM) for item in sold
    }
    origins = [Origin("the credit memo", row) for row in memos]
    memo = _current(memos)
    if memo:
        order = current_rows(session, SOURCE, "sales_order", {"entity_id": memo["order_id"]}, ORDER)
        origins += [Origin("the order that is refunded", row) for row in order]
    if line["source_line_id"].isdecimal():
        own = raw_rows(session, SOURCE, "sales_creditmemo_item", {"entity_id": int(line["source_line_id"])}, MEMO_ITEM)
        item = next((row["order_item_id"] for row in own if row.counts), None)
        origins = [
            *(Origin("the refunded line", row) for row in own),
            *(Origin("the line that was sold", row) for row in sold.get(item, ())),
            *origins,
        ]
    return origins, memo_parts(memo, refunded, sold, children)


def _head(session: Session, line: Mapping[str, Any], row: RawRow | None, order: RawRow | None) -> Head:
    rates = [found for found in (row, order) if found is not None]
    to_order = next((found["base_to_order_rate"] for found in rates if found["base_to_order_rate"] is not None), ONE)
    to_global = order["base_to_global_rate"] if order and order["base_to_global_rate"] is not None else ONE
    decimals = session.scalar("select decimals from reference.currency where currency = ?", [line["currency"]])
    return Head(
        decimals=2 if decimals is None else int(decimals),
        base_to_order_rate=to_order,
        base_to_global_rate=to_global,
        has_coupon=bool(order and order["coupon_code"] is not None),
        prices_include_tax=bool(line["prices_include_tax"]),
    )


def _current(rows: list[RawRow]) -> RawRow | None:
    return next((row for row in rows if row.counts), None)
