"""Returns and exchanges at the tills: later tickets that take back lines of earlier ones.

The choice of what comes back, when and where. Amounts follow ``tickets``.
"""

from __future__ import annotations

import numpy as np

from goldline.demo.assortment import MODELS
from goldline.demo.calendar import Calendar, Flags, Ints
from goldline.demo.catalogue import Catalogue
from goldline.demo.lines import any_variant
from goldline.demo.people import SHOPS
from goldline.demo.tickets import (
    ART,
    EXCHANGE,
    RETURN,
    Columns,
    Tickets,
    append,
    blank_lines,
    finish_lines,
    price_lines,
)


def add_returns(rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, tickets: Tickets) -> None:
    """Append return tickets (R) and exchange tickets (E) for some of the lines sold."""
    sold, day = _chosen(rng, calendar, tickets)
    head, line = tickets.head, tickets.line
    ticket = line["t"][sold]
    count, before = len(sold), tickets.count
    exchange = rng.random(count) < 0.35
    elsewhere = rng.random(count) < 0.15
    new: Columns = {
        "day": day,
        "second": (36_600 + rng.random(count) * 30_000).astype(np.int64),
        "shop": np.where(elsewhere, rng.integers(0, SHOPS, count), head["shop"][ticket]),
        "person": head["person"][ticket],
        "type": np.where(exchange, EXCHANGE, RETURN),
    }
    nothing = np.zeros(count, np.int64)
    tickets.head = {name: np.concatenate([values, new.get(name, nothing)]) for name, values in head.items()}
    append(tickets, _taken_back(rng, line, sold, before))
    append(tickets, _taken_instead(rng, calendar, catalogue, tickets, sold, exchange, before))


def _chosen(rng: np.random.Generator, calendar: Calendar, tickets: Tickets) -> tuple[Ints, Ints]:
    """Return the lines that come back (never of a ticket with a footer discount) and the day they do."""
    head, line = tickets.head, tickets.line
    ticket = line["t"]
    able = (line["kind"] == ART) & (line["void"] == 0) & (line["amount"] > 0)
    able &= (head["training"] + head["abandoned"] + head["footer"])[ticket] == 0
    sold = np.flatnonzero(able & (rng.random(len(ticket)) < 0.065))
    day = head["day"][ticket[sold]] + 1 + rng.integers(0, 25, len(sold))
    shut = calendar.closed[np.minimum(day, calendar.last)]
    day = day + shut
    kept = (day <= calendar.last) & ~calendar.closed[np.minimum(day, calendar.last)]
    return sold[kept], day[kept]


def _taken_back(rng: np.random.Generator, line: Columns, sold: Ints, before: int) -> Columns:
    count = len(sold)
    back = {name: values[sold].copy() for name, values in line.items()}
    units = 1 + (rng.random(count) * line["qty"][sold]).astype(np.int64)
    back |= {"t": before + np.arange(count), "qty": -units, "seq": np.zeros(count, np.int64)}
    back |= {"origin": np.where(rng.random(count) < 0.88, sold, -1), "motive": rng.integers(1, 5, count)}
    return finish_lines(back)


def _taken_instead(
    rng: np.random.Generator,
    calendar: Calendar,
    catalogue: Catalogue,
    tickets: Tickets,
    sold: Ints,
    exchange: Flags,
    before: int,
) -> Columns:
    """Return the line bought in exchange: another size or colour of the same model, as a rule."""
    taken = np.flatnonzero(exchange)
    model = catalogue.model_of[tickets.line["v"][sold[taken]]] % MODELS
    variant = any_variant(rng, catalogue, model)
    instead = blank_lines(before + taken) | {"v": variant, "rate": catalogue.rate[variant]}
    instead["seq"] = np.ones(len(taken), np.int64)
    price_lines(rng, calendar, catalogue, tickets.head, instead)
    return finish_lines(instead)
