"""Credit memos: web returns days after the sale, whole or in part, some with shipping or an adjustment.

The choice and the money of refunds. Which row is written when is in ``feeds/magento``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goldline.demo.calendar import NEVER, Calendar, Flags, Ints
from goldline.demo.money import Amounts
from goldline.demo.orders import Orders


@dataclass(frozen=True)
class Refunds:
    """Memos by memo, their lines by line (``line`` points into the order lines), in both currencies."""

    memo: dict[str, Ints]
    line: dict[str, Ints]
    amounts: Amounts
    base: Amounts


def make_refunds(rng: np.random.Generator, calendar: Calendar, orders: Orders) -> Refunds:
    """Refund some of the shipped orders, a few of them twice, and note it on the orders and lines."""
    head, line = orders.head, orders.line
    count = len(head["day"])
    lag = rng.integers(4, 28, count)
    first = np.where(orders.returnable & (rng.random(count) < 0.1), head["ship_day"] + lag, NEVER)
    first = np.where(first > calendar.last, NEVER, first)
    units = _first_units(rng, line, first)
    left = line["qty"] - units
    again = _sum(line["o"], count, left) > 0
    second = np.where((first < NEVER) & again & (rng.random(count) < 0.2), first + rng.integers(1, 15, count), NEVER)
    second = np.where(second > calendar.last, NEVER, second)
    rest = np.where(second[line["o"]] < NEVER, left, 0)
    line["ref1"], line["ref2"] = units, rest
    return _memos(rng, orders, first, second)


def _first_units(rng: np.random.Generator, line: dict[str, Ints], first: Ints) -> Ints:
    """Return the units sent back first: at least one line of the order, often not all units of it."""
    order = line["o"]
    leads = np.concatenate([[-1], order[:-1]]) != order
    taken = (first[order] < NEVER) & (leads | (rng.random(len(order)) < 0.45))
    part = 1 + (rng.random(len(order)) * line["qty"]).astype(np.int64)
    return np.where(taken, np.where(rng.random(len(order)) < 0.6, line["qty"], part), 0)


def _memos(rng: np.random.Generator, orders: Orders, first: Ints, second: Ints) -> Refunds:
    head, line, quantity = orders.head, orders.line, orders.line["qty"]
    one, both = line["ref1"], line["ref1"] + line["ref2"]
    begun = [money.part(one, quantity) for money in (orders.amounts, orders.base)]
    done = [money.part(both, quantity) for money in (orders.amounts, orders.base)]
    ended = [whole.minus(part) for whole, part in zip(done, begun, strict=True)]
    full1 = _sum(line["o"], len(first), quantity - one) == 0
    full2 = (_sum(line["o"], len(first), quantity - both) == 0) & (second < NEVER)
    with_shipping = np.where(full1, rng.random(len(first)) < 0.6, False)
    adjusted = rng.choice([0, 1, 2, 3], len(first), p=[0.84, 0.07, 0.05, 0.04])
    small = _sum(line["o"], len(first), begun[0].row_incl) < 1500
    head["ref1_day"], head["ref2_day"] = first, second
    for turn, parts in ((1, begun), (2, ended)):
        line |= {f"ref{turn}_{name}": getattr(parts[0], name) for name in ("row", "tax", "discount")}
        line[f"ref{turn}_row_base"] = parts[1].row
    memo1 = _memo(orders, first, 0, with_shipping, np.where(small | (head["british"] == 1), 0, adjusted), begun)
    memo2 = _memo(orders, second, 1, full2, np.zeros(len(first), np.int64), ended)
    memo = {name: np.concatenate([memo1[name], memo2[name]]) for name in memo1}
    place = np.lexsort((memo["o"], memo["day"]))
    memo = {name: values[place] for name, values in memo.items()} | {"memo": np.arange(1, len(place) + 1)}
    closed = np.where(full1 & with_shipping, first, np.where(full2, second, NEVER))
    head["closed_day"] = np.where(full1 & (head["ship_incl"] == 0), first, closed)
    return _with_lines(orders, memo, (begun, ended))


def _memo(orders: Orders, day: Ints, turn: int, ships: Flags, adjusted: Ints, parts: list[Amounts]) -> dict[str, Ints]:
    """Work out one memo per order that has one on ``day`` and keep its total on the order."""
    head, order, count = orders.head, orders.line["o"], len(day)
    there = day < NEVER
    plus = np.where(np.isin(adjusted, (1, 3)), 500, 0)
    less = np.where(np.isin(adjusted, (2, 3)), 200, 0)
    memo: dict[str, Ints] = {"o": np.arange(count), "day": day, "turn": np.full(count, turn), "plus": plus}
    memo["less"] = less
    for suffix, money in zip(("", "_base"), parts, strict=True):
        for name in ("row", "row_incl", "discount", "compensation", "tax", "net_incl"):
            memo[name + suffix] = _sum(order, count, getattr(money, name))
        shipping = np.where(ships, head["ship_incl" + suffix], 0)
        memo["ship_incl" + suffix] = shipping
        memo["ship_tax" + suffix] = np.where(ships, head["ship_tax" + suffix], 0)
        memo["grand" + suffix] = memo["net_incl" + suffix] + shipping + plus - less
        head[f"ref{turn + 1}{suffix}"] = np.where(there, memo["grand" + suffix], 0)
    return {name: values[there] for name, values in memo.items()}


def _with_lines(orders: Orders, memo: dict[str, Ints], parts: tuple[list[Amounts], list[Amounts]]) -> Refunds:
    """Join the refunded lines to their memos, in the order of the memos."""
    memo_of = np.full((len(orders.head["day"]), 2), -1)
    memo_of[memo["o"], memo["turn"]] = memo["memo"]
    refunded = [np.flatnonzero(orders.line[name] > 0) for name in ("ref1", "ref2")]
    index = np.concatenate(refunded)
    number = np.concatenate([memo_of[orders.line["o"][lines], turn] for turn, lines in enumerate(refunded)])
    units = np.concatenate([orders.line["ref1"][refunded[0]], orders.line["ref2"][refunded[1]]])
    place = np.lexsort((index, number))
    amounts, base = (
        Amounts(
            *(
                np.concatenate([getattr(p[c], name)[lines] for p, lines in zip(parts, refunded, strict=True)])[place]
                for name in Amounts.__dataclass_fields__
            )
        )
        for c in (0, 1)
    )
    line = {"line": index[place], "memo": number[place], "qty": units[place]}
    return Refunds(memo, line, amounts, base)


def _sum(order: Ints, count: int, values: Ints) -> Ints:
    return np.rint(np.bincount(order, weights=values, minlength=count)).astype(np.int64)
