"""The tills: ticket and line numbers, sellers, tenders, the late shop, the damaged rows.

The last touch on tickets before they are written. What was bought is in ``tickets`` and ``returns``.
"""

from __future__ import annotations

import numpy as np

from goldline.demo.calendar import Calendar, Flags, Ints
from goldline.demo.tickets import ART, SALE, Columns, Tickets

SELLERS = [["V01", "V02", "V07"], ["V03", "V04"], ["V05", "V06"], ["V08"], ["V09"], ["V10"]]
SUCCESSOR, LEAVER_SHOP = "V11", 5
LATE_SHOP = 3
ESP, CB, CHQ, AVOIR, GIFT_CARD, BAF, VIR = range(7)
NO_FAULT, BAD_EAN, BAD_DATE, BAD_QUANTITY = range(4)


def number_tickets(rng: np.random.Generator, calendar: Calendar, tickets: Tickets) -> None:
    """Give tickets their till and number (per shop, till and year) and lines theirs, in order of time."""
    head, line, count = tickets.head, tickets.line, tickets.count
    head["till"] = np.where((head["shop"] < 3) & (rng.random(count) < 0.35), 2, 1)
    year = calendar.year[head["day"]] - calendar.year[0]
    series = ((head["shop"] * 2 + head["till"] - 1) * 2 + head["training"]) * 100 + year
    head["num"] = _rank_within(series, (head["second"], head["day"])) + 900_000 * head["training"]
    line["num"] = _rank_within(line["t"], (np.arange(len(line["t"])), line["seq"]))
    head["seller"] = rng.integers(0, 6, count)
    head["shown"] = rng.choice([0, 1, 2], count, p=[0.82, 0.10, 0.08])
    line["seller"] = np.where(rng.random(len(line["t"])) < 0.05, -1, head["seller"][line["t"]])


def deliver_tickets(calendar: Calendar, tickets: Tickets) -> list[int]:
    """Set the delivery day of tickets; return the business days that the late shop sent two days later."""
    head = tickets.head
    late_days = [day for day in range(calendar.days) if day % 9 == 4 and day + 2 <= calendar.last]
    late = (head["shop"] == LATE_SHOP) & np.isin(head["day"], late_days)
    head["delivered"] = head["day"] + 2 * late
    return sorted({int(day) for day in head["day"][late]})


def damage_rows(calendar: Calendar, tickets: Tickets, with_ean: Flags) -> int:
    """Mark three rows of one big file near the end as damaged; return its day (-1: no file is big enough)."""
    head, line = tickets.head, tickets.line
    line["fault"] = np.zeros(len(line["t"]), np.int64)
    rows = np.bincount(head["delivered"][line["t"]], minlength=calendar.days)
    recent = rows[-16:-1]
    if recent.max(initial=0) < 90:
        return -1
    day = calendar.last - len(recent) + int(recent.argmax())
    returned = np.zeros(len(line["t"]), bool)
    returned[line["origin"][line["origin"] >= 0]] = True
    sound = (line["kind"] == ART) & (line["void"] == 0) & (line["qty"] == 1) & ~returned & with_ean[line["v"]]
    sound &= (head["delivered"][line["t"]] == day) & (head["training"][line["t"]] == 0)
    sound &= (head["type"][line["t"]] == SALE) & (head["day"][line["t"]] == day)
    candidates = np.flatnonzero(sound)
    line["fault"][candidates[[2, len(candidates) // 2, -3]]] = [BAD_EAN, BAD_DATE, BAD_QUANTITY]
    return day


def make_tenders(rng: np.random.Generator, tickets: Tickets) -> Columns:
    """Split each ticket's total into tenders; a total of nothing has none."""
    head, line, count = tickets.head, tickets.line, tickets.count
    counted = np.where(line["void"] == 0, line["amount"], 0)
    total = np.rint(np.bincount(line["t"], weights=counted, minlength=count)).astype(np.int64)
    total = np.where(head["training"] == 1, 0, total)
    paid_by = rng.choice([CB, ESP, CHQ, VIR], count, p=[0.74, 0.20, 0.05, 0.01])
    refunded_by = rng.choice([AVOIR, CB, ESP], count, p=[0.55, 0.33, 0.12])
    first = np.where(total < 0, refunded_by, paid_by)
    other = rng.choice([-1, ESP, GIFT_CARD, AVOIR, BAF], count, p=[0.87, 0.05, 0.035, 0.02, 0.025])
    part = np.select([other == ESP, other == GIFT_CARD, other == AVOIR], [total // 3, 2000, 3500], 500)
    part = np.where((other < 0) | (total <= 0), 0, np.minimum(part, total))
    first = np.where((other == ESP) & (part > 0), CB, first)
    tickets_twice = np.concatenate([np.arange(count), np.arange(count)])
    amount = np.concatenate([total - part, part])
    tender = np.concatenate([first, other])
    kept = amount != 0
    number = np.concatenate([np.zeros(count, np.int64), np.ones(count, np.int64)])
    return {"t": tickets_twice[kept], "n": number[kept], "mode": tender[kept], "amount": amount[kept]}


def _rank_within(group: Ints, keys: tuple[Ints, ...]) -> Ints:
    """Return 1, 2, 3... within each group, in the order of the keys (the last key counts first)."""
    place = np.lexsort((*keys, group))
    ordered = group[place]
    starts = np.searchsorted(ordered, ordered)
    rank = np.empty(len(group), np.int64)
    rank[place] = np.arange(len(group)) - starts + 1
    return rank
