"""The drawn arrays as tables for the feeds' queries.

Column names of the facts and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from goldline.demo.calendar import NO_EVENT, Calendar, Ints
from goldline.demo.catalogue import Catalogue
from goldline.demo.lines import markdown
from goldline.demo.money import Amounts, rounded
from goldline.demo.orders import Orders
from goldline.demo.refunds import Refunds
from goldline.demo.tickets import Columns, Tickets
from goldline.demo.tills import LEAVER_SHOP, SELLERS, SUCCESSOR


def web_tables(calendar: Calendar, orders: Orders, refunds: Refunds) -> dict[str, pa.Table]:
    """Return orders, their lines, credit memos and their lines."""
    head = orders.head
    created = calendar.midnight[head["day"]] + head["second"] - calendar.paris_offset[head["day"]]
    count = len(orders.line["o"])
    return {
        "web_order": _table({"o": np.arange(len(head["day"])), **head, "created": created}),
        "web_line": _table({"l": np.arange(count), **orders.line, **_money(orders.amounts, orders.base)}),
        "web_memo": _table(refunds.memo),
        "web_memo_line": _table(_memo_lines(refunds)),
    }


def till_tables(tickets: Tickets, tenders: Columns) -> dict[str, pa.Table]:
    """Return tickets, their lines and tenders."""
    return {
        "ticket": _table({"t": np.arange(tickets.count), **tickets.head}),
        "ticket_line": _table({"l": np.arange(len(tickets.line["t"])), **tickets.line}),
        "tender": _table(tenders),
    }


def seller_table(succession: int, last_day: int) -> pa.Table:
    """Return who sells in which shop, from when to when: one seller is succeeded by another."""
    rows = [{"shop": shop, "since": 0, "until": last_day, "sellers": codes} for shop, codes in enumerate(SELLERS)]
    if succession <= last_day:
        rows[LEAVER_SHOP]["until"] = succession - 1
        rows.append({"shop": LEAVER_SHOP, "since": succession, "until": last_day, "sellers": [SUCCESSOR]})
    return pa.Table.from_pylist(rows)


def price_changes(calendar: Calendar, catalogue: Catalogue) -> pa.Table:
    """Return the special prices that begin or end on a day, as the web shop's product feed tells them."""
    variant = np.flatnonzero(catalogue.kind < 3)
    there = catalogue.introduced[catalogue.model_of[variant]]
    before = np.zeros(len(variant), np.int64)
    found: list[dict[str, Ints]] = []
    for day in range(calendar.days):
        same = day > 0 and (calendar.event[day], calendar.stage[day]) == (
            calendar.event[day - 1],
            calendar.stage[day - 1],
        )
        if same or (day == 0 and calendar.event[day] == NO_EVENT):
            continue
        percent = markdown(calendar, catalogue, day=np.full(len(variant), day), variant=variant)
        changed = np.flatnonzero((percent != before) & (there < day))
        special = rounded(catalogue.price[variant] * (100 - percent), 100)
        special = np.where(percent > 0, special, -1)
        found.append({"day": np.full(len(changed), day), "v": variant[changed], "special": special[changed]})
        before = percent
    columns = {n: np.concatenate([f[n] for f in found] or [np.zeros(0, np.int64)]) for n in ("day", "v", "special")}
    special_price = pa.array(columns["special"], mask=columns["special"] < 0)
    return pa.table({"day": pa.array(columns["day"]), "v": pa.array(columns["v"]), "special": special_price})


def _memo_lines(refunds: Refunds) -> Columns:
    return {
        "n": np.arange(1, len(refunds.line["memo"]) + 1),
        **refunds.line,
        **_money(refunds.amounts, refunds.base),
    }


def _money(amounts: Amounts, base: Amounts) -> Columns:
    names = ("unit", "price", "row", "row_incl", "discount", "tax", "compensation")
    return {name + suffix: getattr(money, name) for suffix, money in (("", amounts), ("_base", base)) for name in names}


def _table(columns: Mapping[str, Ints]) -> pa.Table:
    return pa.table({name: pa.array(values, _width(values)) for name, values in columns.items()})


def _width(values: Ints) -> pa.DataType:
    small = len(values) == 0 or bool(values.min() > -(2**31) and values.max() < 2**31)
    return pa.int32() if small else pa.int64()
