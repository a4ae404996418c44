"""Till tickets of sales: articles, services, gift cards, deposits, discounts, voided and training entries.

Arrays by ticket and by ticket line. Returns and exchanges are added in ``returns``, numbers and tenders in
``tills``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goldline.demo.calendar import Calendar, Ints
from goldline.demo.catalogue import Catalogue
from goldline.demo.lines import fill_baskets, markdown
from goldline.demo.money import rounded, tax_within
from goldline.demo.people import People
from goldline.demo.visits import NOBODY, Visits

ART, REM, SERV, CKDO, ARRHES, PORT = range(6)
SALE, RETURN, EXCHANGE = range(3)
OUTLET = 5
NO_REASON, SALES, GESTURE, OFFERED, FOOTER, OUTLET_PRICE = range(6)

Columns = dict[str, Ints]


@dataclass
class Tickets:
    """Tickets and their lines; a line's ``t`` is the position of its ticket."""

    head: Columns
    line: Columns

    @property
    def count(self) -> int:
        """Return the number of tickets."""
        return len(self.head["day"])


def make_tickets(
    rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, people: People, visits: Visits
) -> Tickets:
    """Make up the sale tickets of all visits of the shops."""
    count = len(visits)
    rayon = np.where(visits.person == NOBODY, -1, people.rayon[visits.person])
    goods = fill_baskets(rng, calendar, catalogue, day=visits.day, rayon=rayon)
    draw = rng.random(count)
    head = {
        "day": visits.day,
        "second": visits.second,
        "shop": visits.shop,
        "person": visits.person,
        "type": np.zeros(count, np.int64),
        "training": (draw < 0.005).astype(np.int64),
        "abandoned": ((draw >= 0.005) & (draw < 0.009)).astype(np.int64),
    }
    head["second"] = np.where((head["shop"] == 2) & (draw > 0.985), 86_400 + head["second"] % 2400, head["second"])
    articles = _articles(rng, calendar, catalogue, head, goods.basket, goods.variant, goods.quantity)
    tickets = Tickets(head, articles)
    _add_extras(rng, catalogue, tickets)
    _add_counter_entries(rng, tickets)
    _add_footers(rng, tickets)
    return tickets


def price_lines(
    rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, head: Columns, line: Columns
) -> None:
    """Give article lines their list price, markdown and net price as the till has them on that day."""
    t, v = line["t"], line["v"]
    percent = markdown(calendar, catalogue, day=head["day"][t], variant=v)
    reason = np.where(percent > 0, SALES, NO_REASON)
    outlet = (head["shop"][t] == OUTLET) & (percent < 30)
    percent, reason = np.where(outlet, 30, percent), np.where(outlet, OUTLET_PRICE, reason)
    gesture = (percent == 0) & (rng.random(len(t)) < 0.05)
    line["percent"] = np.where(gesture, 10, percent)
    line["reason"] = np.where(gesture, GESTURE, reason)
    line["list"] = catalogue.price[v]
    line["net"] = rounded(catalogue.price[v] * (100 - line["percent"]), 100)


def finish_lines(line: Columns) -> Columns:
    """Work out the amounts of lines from quantity, prices and rate."""
    line["amount"] = line["net"] * line["qty"]
    line["off"] = np.where(line["kind"] == REM, -line["amount"], (line["list"] - line["net"]) * line["qty"])
    line["tax"] = tax_within(line["amount"], line["rate"])
    return line


def _articles(
    rng: np.random.Generator,
    calendar: Calendar,
    catalogue: Catalogue,
    head: Columns,
    ticket: Ints,
    variant: Ints,
    quantity: Ints,
) -> Columns:
    line = blank_lines(ticket) | {"v": variant, "qty": quantity, "rate": catalogue.rate[variant]}
    price_lines(rng, calendar, catalogue, head, line)
    line["seq"] = np.arange(len(ticket)) - np.searchsorted(ticket, ticket)
    return finish_lines(line)


def blank_lines(ticket: Ints) -> Columns:
    """Return columns for one article line per entry of ``ticket``."""
    zeros = np.zeros(len(ticket), np.int64)
    names = ("kind", "percent", "reason", "list", "net", "void", "seq", "motive", "rate")
    none = np.full(len(ticket), -1)
    return {name: zeros.copy() for name in names} | {
        "t": ticket,
        "qty": zeros + 1,
        "v": none.copy(),
        "origin": none.copy(),
    }


def append(tickets: Tickets, lines: Columns) -> None:
    """Add lines to the tickets."""
    tickets.line = {name: np.concatenate([values, lines[name]]) for name, values in tickets.line.items()}


def _add_extras(rng: np.random.Generator, catalogue: Catalogue, tickets: Tickets) -> None:
    """Add offered bags, alterations, gift cards sold, deposits and shipping fees."""
    draw = rng.random(tickets.count)
    bags = np.flatnonzero(rng.random(tickets.count) < 0.07)
    bag = blank_lines(bags)
    bag |= {
        "v": np.full(len(bags), catalogue.bag),
        "list": np.full(len(bags), 500),
        "rate": np.full(len(bags), 200),
    }
    bag |= {"reason": np.full(len(bags), OFFERED), "seq": np.full(len(bags), 40)}
    append(tickets, finish_lines(bag))
    extras = ((SERV, 0.0, 0.03, 1200, 200), (ARRHES, 0.03, 0.036, 3000, 0), (PORT, 0.036, 0.041, 690, 200))
    for kind, low, high, price, rate in extras:
        chosen = np.flatnonzero((draw >= low) & (draw < high))
        append(tickets, _extra(chosen, kind, np.full(len(chosen), price), rate))
    chosen = np.flatnonzero((draw >= 0.041) & (draw < 0.053))
    append(tickets, _extra(chosen, CKDO, rng.choice(np.array([2000, 5000, 10_000]), len(chosen)), 0))


def _extra(tickets: Ints, kind: int, price: Ints, rate: int) -> Columns:
    size = len(tickets)
    extra = blank_lines(tickets) | {"kind": np.full(size, kind), "list": price, "net": price}
    return finish_lines(extra | {"rate": np.full(size, rate), "seq": np.full(size, 50 + kind)})


def _add_counter_entries(rng: np.random.Generator, tickets: Tickets) -> None:
    """Void lines the French way: the entry stays, an opposite entry follows, both are marked."""
    line, head = tickets.line, tickets.head
    alone = head["abandoned"][line["t"]] == 1
    chosen = np.flatnonzero((line["kind"] == ART) & ~alone & (rng.random(len(line["t"])) < 0.008))
    for sign in (1, -1):
        wrong = {name: values[chosen].copy() for name, values in line.items()}
        wrong["qty"] = wrong["qty"] * sign
        wrong["seq"] = wrong["seq"] + (60 if sign == 1 else 70)
        append(tickets, finish_lines(wrong | {"void": np.ones(len(chosen), np.int64)}))
    line = tickets.line
    whole = np.flatnonzero(head["abandoned"][line["t"]] == 1)
    line["void"][whole] = 1
    opposite = {name: values[whole].copy() for name, values in line.items()}
    opposite["qty"], opposite["seq"] = -opposite["qty"], opposite["seq"] + 100
    append(tickets, finish_lines(opposite))


def _add_footers(rng: np.random.Generator, tickets: Tickets) -> None:
    """Give some tickets of articles at 20 % a discount at their foot, as a line of its own."""
    line, head, count = tickets.line, tickets.head, tickets.count
    plain = (line["kind"] == ART) & (line["rate"] == 200) & (line["void"] == 0)
    goods = np.bincount(line["t"], weights=np.where(plain, line["amount"], 0), minlength=count)
    others = np.bincount(line["t"], weights=~plain & (line["void"] == 0), minlength=count)
    able = (goods >= 4000) & (others == 0) & (head["abandoned"] == 0)
    chosen = np.flatnonzero(able & (rng.random(count) < 0.04))
    amount = np.where(goods[chosen] > 20_000, 1500, np.where(goods[chosen] > 9000, 1000, 500))
    size = len(chosen)
    footer = blank_lines(chosen) | {"kind": np.full(size, REM), "net": -amount, "rate": np.full(size, 200)}
    append(tickets, finish_lines(footer | {"reason": np.full(size, FOOTER), "seq": np.full(size, 99)}))
    head["footer"] = np.isin(np.arange(count), chosen).astype(np.int64)
