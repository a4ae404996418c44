"""Web orders: discounts, tax, shipping, and what becomes of them.

One entry per order and per line that carries money. Contents are in ``carts``, refunds in ``refunds``; rows
and texts of the feeds are in ``feeds/magento``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goldline.demo.assortment import CONFIGURABLE, FIXED_BUNDLE, GIFTCARD
from goldline.demo.calendar import NEVER, Calendar, Flags, Ints
from goldline.demo.carts import ORDINARY, ORIGINAL, Drafts, draft_orders
from goldline.demo.catalogue import Catalogue
from goldline.demo.lines import markdown
from goldline.demo.money import Amounts, converted, line_amounts, rounded, tax_within
from goldline.demo.people import People
from goldline.demo.visits import Visits

_PERCENT = np.array([0, 10, 15, 20, 5])
"""Percentage off by promotion: none, BIENVENUE10, PRIVILEGE15, AMIS20, an automatic rule."""


@dataclass(frozen=True)
class Orders:
    """Finished orders: ``head`` by order, the others by line."""

    head: dict[str, Ints]
    line: dict[str, Ints]
    amounts: Amounts
    base: Amounts
    returnable: Flags


def make_orders(
    rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, people: People, visits: Visits
) -> Orders:
    """Make up the orders of all visits of the web shop."""
    drafts = draft_orders(rng, calendar, catalogue, people, visits)
    british = people.british[drafts.person]
    rate = np.where(british, 8500 + 37 * (calendar.month[drafts.day] * 5 % 9), 10_000)
    line, amounts, base = _priced(calendar, catalogue, drafts, british, rate)
    head = {
        "person": drafts.person,
        "day": drafts.day,
        "second": drafts.second,
        "role": drafts.role,
        "promotion": np.where(drafts.plain, drafts.promotion, 0),
        "british": british.astype(np.int64),
        "rate": rate,
        "guest": (people.account_day[drafts.person] > drafts.day).astype(np.int64),
        "entity": np.arange(1, len(drafts.day) + 1),
    }
    head |= _totals(rng, catalogue, drafts, amounts, base, rate)
    head |= _outcome(rng, calendar, head)
    line["cancelled"] = _short_shipped(rng, drafts, head, line["percent"])
    head["cut"] = _sums(drafts.order, len(drafts.day), amounts.unit * line["cancelled"])
    head["cut_base"] = _sums(drafts.order, len(drafts.day), base.unit * line["cancelled"])
    returnable = (head["virtual"] == 0) & (head["ship_day"] < NEVER) & drafts.plain & (head["cut"] == 0)
    returnable &= (head["gift"] == 0) & (head["balance"] == 0) & (drafts.role != ORIGINAL)
    return Orders(head, line, amounts, base, returnable)


def _priced(
    calendar: Calendar, catalogue: Catalogue, drafts: Drafts, british: Flags, rate: Ints
) -> tuple[dict[str, Ints], Amounts, Amounts]:
    """Price the lines in the currency of the order and in euros: markdowns first, then the promotion."""
    order, variant = drafts.order, drafts.variant
    percent = np.where(drafts.plain[order], _PERCENT[drafts.promotion[order]], 0)
    off = markdown(calendar, catalogue, day=drafts.day[order], variant=variant)
    list_price = catalogue.price[variant]
    unit_base = rounded(list_price * (100 - np.where(drafts.lot >= 0, 0, off)), 100)
    unit = converted(unit_base, rate[order] / 10_000)
    tax_rate = np.where(british[order] & (catalogue.rate[variant] == 55), 0, catalogue.rate[variant])
    line = {
        "o": order,
        "v": variant,
        "qty": drafts.quantity,
        "lot": drafts.lot,
        "percent": percent,
        "tax_rate": tax_rate,
        "list": converted(list_price, rate[order] / 10_000),
        "list_base": list_price,
    } | _item_ids(catalogue, drafts)
    amounts, base = (line_amounts(price, drafts.quantity, tax_rate, percent) for price in (unit, unit_base))
    return line, amounts, base


def _sums(order: Ints, count: int, values: Ints) -> Ints:
    return np.rint(np.bincount(order, weights=values, minlength=count)).astype(np.int64)


def _totals(
    rng: np.random.Generator,
    catalogue: Catalogue,
    drafts: Drafts,
    amounts: Amounts,
    base: Amounts,
    rate: Ints,
) -> dict[str, Ints]:
    """Return the amounts of the headers, in order and base currency."""
    order, count = drafts.order, len(drafts.day)
    head: dict[str, Ints] = {"total_qty": _sums(order, count, drafts.quantity)}
    for suffix, money in (("", amounts), ("_base", base)):
        for name in ("row", "row_incl", "discount", "compensation", "tax", "net_incl"):
            head[name + suffix] = _sums(order, count, getattr(money, name))
    virtual = np.zeros(count, np.int64)
    virtual[order[catalogue.kind[drafts.variant] == GIFTCARD]] = 1
    method = np.where(virtual == 1, 0, rng.choice([1, 2, 3], count, p=[0.7, 0.12, 0.18]))
    cost = np.select([method == 2, (method == 1) & (head["net_incl_base"] < 8000)], [990, 495], 0)
    head |= {
        "virtual": virtual,
        "method": method,
        "ship_incl_base": cost,
        "ship_incl": converted(cost, rate / 10_000),
    }
    for suffix in ("", "_base"):
        head["ship_tax" + suffix] = tax_within(head["ship_incl" + suffix], 200)
    due = head["net_incl"] + head["ship_incl"]
    draw = rng.random(count)
    euro = (rate == 10_000) & drafts.plain & (drafts.role == ORDINARY)
    head["gift"] = np.where(euro & (draw < 0.02), np.minimum(due, 1000 * rng.integers(2, 6, count)), 0)
    head["balance"] = np.where(euro & (draw > 0.99), np.minimum(due, 1500), 0)
    head["grand"] = due - head["gift"] - head["balance"]
    head["grand_base"] = head["net_incl_base"] + head["ship_incl_base"] - head["gift"] - head["balance"]
    return head


def _outcome(rng: np.random.Generator, calendar: Calendar, head: dict[str, Ints]) -> dict[str, Ints]:
    """Return the days on which each order is paid, shipped, held or cancelled (``NEVER``: not at all)."""
    day, count = head["day"], len(head["day"])
    draw, lag = rng.random(count), rng.integers(1, 4, count)
    original = head["role"] == ORIGINAL
    unpaid, given_up = draw < 0.016, (draw >= 0.016) & (draw < 0.03)
    transfer, held = (draw >= 0.03) & (draw < 0.05), (draw >= 0.05) & (draw < 0.056)
    review = (draw >= 0.056) & (draw < 0.066)
    waiting = np.select([original, unpaid | given_up, transfer, review], [1, 2, 1, 3], 0)
    cancel = np.where(given_up | (unpaid & (lag == 1)), day + (lag > 1), NEVER)
    cancel = np.where(original, day, cancel)
    paid = np.where(transfer, day + lag, np.where(review, day + 1, day))
    paid = np.where(unpaid | given_up | original, NEVER, paid)
    hold_until = np.where(held & ~original, np.where(lag == 3, NEVER, day + 2), -1)
    ready = np.maximum(paid, np.where(hold_until < 0, 0, hold_until))
    late = (head["second"] > 50_400) & (ready == day)
    ship = np.where(head["virtual"] == 1, ready, ready + late)
    sunday = np.isin(np.minimum(ship, calendar.last), np.flatnonzero(calendar.closed)) & (head["virtual"] == 0)
    ship = np.where(ready >= NEVER, NEVER, ship + sunday)
    return {
        "waiting": waiting,
        "paid_day": paid,
        "ship_day": ship,
        "cancel_day": cancel,
        "hold_until": hold_until,
    }


def _short_shipped(rng: np.random.Generator, drafts: Drafts, head: dict[str, Ints], percent: Ints) -> Ints:
    """Return units cancelled at shipping, out of stock: one of several, on lines without a discount."""
    order = drafts.order
    able = (drafts.quantity > 1) & (percent == 0) & (drafts.lot < 0) & drafts.plain[order]
    able &= (head["ship_day"][order] < NEVER) & (head["gift"][order] == 0) & (head["balance"][order] == 0)
    return np.asarray(able & (rng.random(len(order)) < 0.06), np.int64)


def _item_ids(catalogue: Catalogue, drafts: Drafts) -> dict[str, Ints]:
    """Number the rows of sales_order_item: parents before children, one row more per child or lot."""
    kind = catalogue.kind[drafts.variant]
    in_lot = drafts.lot >= 0
    opens_lot = in_lot & (np.concatenate([[-1], drafts.order[:-1]]) != drafts.order)
    rows = 1 + (kind == CONFIGURABLE) + 2 * (kind == FIXED_BUNDLE) + opens_lot
    ends = np.cumsum(rows)
    item = ends - rows + 1 + opens_lot
    parent = np.where(opens_lot, item - 1, np.where(in_lot, item - 2, -1))
    return {"item": np.asarray(item, np.int64), "parent": parent}
