"""One more day of the web shop: new orders, and credit memos of old ones.

Orders are of known customers, new accounts and guests; a refunded order is delivered again.

Amounts follow Magento's arithmetic for prices with tax: a discount includes tax, the discount tax compensation makes
up for it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bench.existing import Record

CENT = Decimal("0.01")
ZERO = Decimal("0.0000")
RATE = Decimal("1.0000")
SHIPPING_INCL, SHIPPING = Decimal("4.90"), Decimal("4.08")
REFUNDABLE_TYPES = ("simple", "virtual", "downloadable", "grouped", "configurable")
TWINS = ("price", "row_total", "tax_amount", "discount_amount", "original_price")
Feeds = dict[str, list[Record]]


@dataclass(frozen=True)
class WebShop:
    """What the new day builds on.

    Attributes:
        shop: Store view, currency and shipping method of new orders.
        products: What can be sold.
        accounts: Known accounts.
        till_emails: E-mail pseudonyms of shop clients who may open an account.
        order_id: The highest order id so far; likewise the others.
    """

    shop: Record
    products: Sequence[Record]
    accounts: Sequence[Record]
    till_emails: Sequence[str]
    order_id: int
    item_id: int
    memo_id: int
    memo_item_id: int
    account_id: int


@dataclass
class WebDay:
    """The files of the day, and its figures, counted while the rows are made."""

    feeds: Feeds = field(
        default_factory=lambda: {
            name: []
            for name in (
                "sales_order",
                "sales_order_item",
                "sales_creditmemo",
                "sales_creditmemo_item",
                "customer_entity",
            )
        }
    )
    orders: int = 0
    sale_lines: int = 0
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    return_lines: int = 0
    returned: Decimal = Decimal(0)
    returned_tax: Decimal = Decimal(0)


@dataclass(frozen=True)
class Amounts:
    """The amounts of one order line: unit price and rows with and without tax, discount with tax."""

    unit_incl: Decimal
    row_incl: Decimal
    row: Decimal
    discount: Decimal
    tax: Decimal
    compensation: Decimal

    @property
    def net(self) -> Decimal:
        """What is asked for, without tax."""
        return self.row - self.discount + self.compensation


def cents(value: Decimal) -> Decimal:
    """Round to cents, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def pseudonym(text: str) -> str:
    """Stand for the client's keyed hash."""
    return hashlib.sha256(f"bench|{text}".encode()).hexdigest()


def new_orders(known: WebShop, day: date, lines: int, rng: random.Random) -> WebDay:
    """Make up the day's orders."""
    made = WebDay()
    accounts, items = known.account_id, known.item_id
    while made.sale_lines < lines:
        made.orders += 1
        order_id = known.order_id + made.orders
        bought_at = datetime.combine(day, time(6)) + timedelta(seconds=rng.randrange(15 * 3600))
        kind = rng.choices(("known", "new", "guest"), (75, 10, 15))[0]
        if kind == "new":
            accounts += 1
            made.feeds["customer_entity"].append(_account(known, accounts, bought_at, rng))
        buyer = _buyer(known, kind, made, f"{day}|{order_id}", rng)
        rows, amounts = [], []
        for _ in range(min(rng.randint(6, 17), lines - made.sale_lines)):
            product = rng.choice(known.products)
            quantity = rng.randint(1, 3)
            with_coupon = order_id % 5 == 0
            bought = amounts_of(Decimal(product["price"]), quantity, with_coupon)
            rows += list(_items(known, product, quantity, bought, items, order_id, bought_at))
            items += 2
            amounts.append((bought, quantity))
            made.sale_lines += 1
            made.net += bought.net
            made.tax += bought.tax
        made.shipping += SHIPPING
        made.feeds["sales_order"].append(_order(known, order_id, buyer, bought_at, amounts))
        made.feeds["sales_order_item"] += rows
    return made


def amounts_of(price: Decimal, quantity: int, with_coupon: bool) -> Amounts:
    """Work out a line as Magento does: 20 % tax in the price, a coupon takes 10 % off the price with tax."""
    row_incl = cents(price * quantity)
    row = cents(row_incl / Decimal("1.2"))
    discount = cents(row_incl / 10) if with_coupon else Decimal("0.00")
    net = cents((row_incl - discount) / Decimal("1.2"))
    return Amounts(price, row_incl, row, discount, row_incl - discount - net, net - row + discount)


def _account(known: WebShop, account_id: int, at: datetime, rng: random.Random) -> Record:
    from_till = bool(known.till_emails) and rng.random() < 0.3
    email = rng.choice(known.till_emails) if from_till else pseudonym(f"mail|{account_id}")
    return {
        "entity_id": account_id, "website_id": known.accounts[0]["website_id"], "email_hash": email, "group_id": 1,
        "store_id": known.shop["store_id"], "created_at": at, "updated_at": at, "is_active": 1,
        "birth_year": rng.randint(1950, 2004), "gender": rng.randint(1, 2),
        "phone_hash": pseudonym(f"phone|{account_id}"),
    }  # fmt: skip


def _buyer(known: WebShop, kind: str, made: WebDay, order: str, rng: random.Random) -> Record:
    if kind == "guest":
        return {"customer_is_guest": 1, "customer_group_id": 0, "customer_email_hash": pseudonym(f"guest|{order}")}
    account = made.feeds["customer_entity"][-1] if kind == "new" else rng.choice(known.accounts)
    return {
        "customer_id": account["entity_id"], "customer_is_guest": 0, "customer_group_id": 1,
        "customer_email_hash": account["email_hash"],
    }  # fmt: skip


def _order(known: WebShop, order_id: int, buyer: Record, at: datetime, lines: list[tuple[Amounts, int]]) -> Record:
    row, row_incl = sum((a.row for a, _ in lines), ZERO), sum((a.row_incl for a, _ in lines), ZERO)
    discount, compensation = sum((a.discount for a, _ in lines), ZERO), sum((a.compensation for a, _ in lines), ZERO)
    tax = sum((a.tax for a, _ in lines), ZERO) + SHIPPING_INCL - SHIPPING
    total = row - discount + compensation + tax + SHIPPING
    currency = known.shop["currency"]
    order = {
        "entity_id": order_id, "increment_id": f"{order_id:012d}", "state": "complete", "status": "complete",
        "store_id": known.shop["store_id"], "created_at": at, "updated_at": at, "base_currency_code": currency,
        "order_currency_code": currency, "global_currency_code": currency, "store_currency_code": currency,
        "base_to_global_rate": RATE, "base_to_order_rate": RATE, "total_qty_ordered": sum(q for _, q in lines),
        "subtotal": row, "subtotal_incl_tax": row_incl, "discount_amount": -discount,
        "discount_tax_compensation_amount": compensation, "tax_amount": tax, "shipping_amount": SHIPPING,
        "shipping_incl_tax": SHIPPING_INCL, "shipping_tax_amount": SHIPPING_INCL - SHIPPING,
        "shipping_discount_amount": ZERO, "grand_total": total, "total_paid": total, "total_due": ZERO,
        "coupon_code": "BENCH10" if discount else None, "applied_rule_ids": "10" if discount else None,
        "gift_cards_amount": ZERO, "base_gift_cards_amount": ZERO, "customer_balance_amount": ZERO,
        "base_customer_balance_amount": ZERO, "is_virtual": 0, "shipping_method": known.shop["shipping_method"],
    }  # fmt: skip
    twins = ("subtotal", "discount_amount", "tax_amount", "shipping_amount", "grand_total", "total_paid")
    return order | buyer | {f"base_{name}": order[name] for name in twins}


def _items(
    known: WebShop, product: Record, quantity: int, bought: Amounts, last_id: int, order_id: int, at: datetime
) -> Iterator[Record]:
    """Write the line; a configurable product has a second one for the article itself, without money."""
    is_configurable = product["product_type"] == "configurable"
    shared: Record = {
        "order_id": order_id, "store_id": known.shop["store_id"], "created_at": at, "updated_at": at,
        "name": product["name"], "is_virtual": 0, "qty_ordered": quantity, "qty_invoiced": quantity,
        "qty_shipped": quantity, "qty_canceled": 0, "qty_refunded": 0, "tax_percent": Decimal("20.0000"),
        "discount_percent": Decimal("10.0000") if bought.discount else ZERO, "amount_refunded": ZERO,
        "base_amount_refunded": ZERO, "tax_refunded": ZERO, "discount_refunded": ZERO,
    }  # fmt: skip
    money: Record = {
        "original_price": bought.unit_incl, "price": cents(bought.unit_incl / Decimal("1.2")),
        "price_incl_tax": bought.unit_incl, "row_total": bought.row, "row_total_incl_tax": bought.row_incl,
        "tax_amount": bought.tax, "discount_amount": bought.discount,
        "discount_tax_compensation_amount": bought.compensation,
    }  # fmt: skip
    money |= {f"base_{name}": value for name, value in money.items()}
    yield shared | money | {
        "item_id": last_id + 1, "product_id": product["product_id"], "product_type": product["product_type"],
        "sku": product["sku"], "base_cost": None if is_configurable else product["cost"],
    }  # fmt: skip
    if is_configurable:
        yield shared | dict.fromkeys(money, ZERO) | {
            "item_id": last_id + 2, "parent_item_id": last_id + 1, "product_id": product["leaf_id"],
            "product_type": "simple", "sku": product["leaf_sku"], "base_cost": product["cost"],
        }  # fmt: skip


def refund(
    known: WebShop, made: WebDay, day: date, orders: Sequence[Record], lines: dict[str, list[Record]], taken: set[str],
    count: int,
) -> None:  # fmt: skip
    """Refund one line of each of ``count`` old orders and deliver these orders again."""
    memo_items = known.memo_item_id
    for order in orders:
        if made.return_lines == count:
            return
        own = lines.get(order["entity_id"], [])
        line = next((row for row in own if _is_refundable(row, taken)), None)
        if line is None:
            continue
        made.return_lines += 1
        at = datetime.combine(day, time(17)) + timedelta(minutes=made.return_lines)
        memo_id = known.memo_id + made.return_lines
        rows = [row for row in own if row is line or row["parent_item_id"] == line["item_id"]]
        for row in rows:
            memo_items += 1
            made.feeds["sales_creditmemo_item"].append(_memo_item(memo_items, memo_id, row))
        memo = _memo(memo_id, order, line, at)
        made.feeds["sales_creditmemo"].append(memo)
        made.feeds["sales_order"].append(_refunded_order(order, memo, at))
        made.feeds["sales_order_item"] += [_refunded_item(row) if row in rows else row for row in own]
        made.returned += _amount(line, "row_total", "discount_tax_compensation_amount") - _amount(
            line, "discount_amount"
        )
        made.returned_tax += _amount(line, "tax_amount")
    if made.return_lines < count:
        raise SystemExit(f"only {made.return_lines} old orders can still be refunded, {count} were asked for")


def _amount(row: Record, *names: str) -> Decimal:
    return sum((Decimal(row[name] or 0) for name in names), Decimal(0))


def _is_refundable(row: Record, taken: set[str]) -> bool:
    return (
        not row["parent_item_id"]
        and row["product_type"] in REFUNDABLE_TYPES
        and row["item_id"] not in taken
        and _amount(row, "qty_refunded", "qty_canceled", "weee_tax_applied_row_amount") == 0
        and _amount(row, "qty_ordered") > 0
        and _amount(row, "row_total") > _amount(row, "discount_amount")
    )


def _memo(memo_id: int, order: Record, line: Record, at: datetime) -> Record:
    discount, tax = _amount(line, "discount_amount"), _amount(line, "tax_amount")
    compensation = _amount(line, "discount_tax_compensation_amount")
    total = _amount(line, "row_total") - discount + compensation + tax
    copied = ("store_id", "base_currency_code", "order_currency_code", "base_to_order_rate")
    return {name: order[name] for name in copied} | {
        "entity_id": memo_id, "increment_id": f"{memo_id:012d}", "order_id": order["entity_id"], "state": 2,
        "created_at": at, "updated_at": at, "subtotal": line["row_total"],
        "subtotal_incl_tax": line["row_total_incl_tax"], "discount_amount": -discount,
        "discount_tax_compensation_amount": compensation, "tax_amount": tax, "shipping_amount": ZERO,
        "shipping_incl_tax": ZERO, "shipping_tax_amount": ZERO, "adjustment": ZERO, "adjustment_positive": ZERO,
        "adjustment_negative": ZERO, "grand_total": total, "base_grand_total": total,
    }  # fmt: skip


def _memo_item(number: int, memo_id: int, row: Record) -> Record:
    copied = (
        "product_id", "sku", "name", "price", "price_incl_tax", "row_total", "row_total_incl_tax", "tax_amount",
        "discount_amount", "discount_tax_compensation_amount", "base_row_total", "base_tax_amount",
        "base_discount_amount", "base_cost",
    )  # fmt: skip
    own = {"entity_id": number, "parent_id": memo_id, "order_item_id": row["item_id"], "qty": row["qty_ordered"]}
    return {name: row[name] for name in copied} | own


def _refunded_order(order: Record, memo: Record, at: datetime) -> Record:
    refunded = _amount(order, "total_refunded") + memo["grand_total"]
    return order | {"updated_at": at, "total_refunded": refunded, "base_total_refunded": refunded}


def _refunded_item(row: Record) -> Record:
    return row | {
        "qty_refunded": row["qty_ordered"], "amount_refunded": row["row_total"],
        "base_amount_refunded": row["base_row_total"], "tax_refunded": row["tax_amount"],
        "discount_refunded": row["discount_amount"],
    }  # fmt: skip
