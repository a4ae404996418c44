"""The made-up retailer as a whole: draws its facts, writes its deliveries, tells what was planted.

The order of the work is here; each kind of fact has its own module.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from goldline.demo.calendar import PARIS, Calendar, make_calendar
from goldline.demo.catalogue import make_catalogue
from goldline.demo.facts import price_changes, seller_table, till_tables, web_tables
from goldline.demo.feeds import CASHMERE, MAGENTO, Facts
from goldline.demo.lines import MEAN_LINES
from goldline.demo.orders import make_orders
from goldline.demo.people import SHOP_ADDRESS, make_people
from goldline.demo.planted import Planted
from goldline.demo.pseudonyms import pseudonym
from goldline.demo.refunds import make_refunds
from goldline.demo.returns import add_returns
from goldline.demo.tickets import make_tickets
from goldline.demo.tills import damage_rows, deliver_tickets, make_tenders, number_tickets
from goldline.demo.visits import make_visits
from goldline.demo.writer import Dropbox
from goldline.errors import GoldlineError

Progress = Callable[[int, int], None]
_ROWS_AT_ONCE = 120_000
_ALWAYS = {"magento": ("sales_order", "sales_order_item"), "cashmere": ("VENTES", "REGLEMENTS", "CLOTURES")}


@dataclass(frozen=True)
class DemoSummary:
    """What was written, and the odd things in it.

    Attributes:
        files: Number of files.
        first_day: First delivery day.
        last_day: Last delivery day.
        web_lines: Order lines that carry money, each counted once however often its order was delivered.
        store_lines: Lines of VENTES.
        faults: What was planted, and where, in sentences.
    """

    files: int
    first_day: date
    last_day: date
    web_lines: int
    store_lines: int
    faults: list[str]


def write_deliveries(
    target: Path,
    *,
    days: int = 60,
    customers: int = 2_000,
    lines: int | None = None,
    seed: int = 1,
    last_day: date | None = None,
    progress: Progress | None = None,
) -> DemoSummary:
    """Write the daily deliveries of a made-up retailer into ``target/magento`` and ``target/cashmere``.

    The same arguments give the same bytes. Each file counts as settled: its modification time is 05:00 UTC of
    the day after its delivery day, or an hour ago.

    Args:
        target: The landing folder; made if it isn't there.
        days: Number of delivery days.
        customers: Number of people who can be recognised.
        lines: About how many sale lines; by default it grows with the customers and the days.
        seed: Another seed, another retailer.
        last_day: The last delivery day; yesterday by default.
        progress: Called with steps done and steps in all.

    Returns:
        What was written.

    Raises:
        GoldlineError: A number is too small or too large to make a demo of.
    """
    _check(days, customers, lines)
    last = last_day or datetime.now(PARIS).date() - timedelta(days=1)
    calendar = make_calendar(last - timedelta(days=days - 1), days)
    wanted = lines if lines is not None else round(customers * (5 + 0.045 * days))
    facts, planted = _draw(calendar, customers=customers, lines=wanted, seed=seed)
    with facts:
        files = _write(facts, calendar, Path(target), planted.utf8_day, wanted, progress)
        return DemoSummary(
            files=files,
            first_day=calendar.first_day,
            last_day=last,
            web_lines=facts.count("select count(*) from web_line"),
            store_lines=facts.count("select count(*) from ticket_line"),
            faults=planted.sentences(calendar),
        )


def _check(days: int, customers: int, lines: int | None) -> None:
    for name, value, low, high in (
        ("days", days, 1, 5_000),
        ("customers", customers, 1, 400_000),
        ("lines", 1 if lines is None else lines, 1, 20_000_000),
    ):
        if not low <= value <= high:
            raise GoldlineError(
                f"{name} is {value}, a demo can have {low:,} to {high:,}.",
                where="demo",
                remedy=f"Choose another number of {name}.",
            )


def _draw(calendar: Calendar, *, customers: int, lines: int, seed: int) -> tuple[Facts, Planted]:
    """Draw everything that happens; each part has a random stream of its own."""
    streams = [np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(6)]
    catalogue = make_catalogue(streams[0], calendar.days)
    people = make_people(streams[1], count=customers, days=calendar.days, seed=seed)
    web, shops = make_visits(streams[2], calendar, people, max(round(lines / MEAN_LINES), 1))
    orders = make_orders(streams[3], calendar, catalogue, people, web)
    refunds = make_refunds(streams[4], calendar, orders)
    tickets = make_tickets(streams[5], calendar, catalogue, people, shops)
    add_returns(streams[5], calendar, catalogue, tickets)
    number_tickets(streams[5], calendar, tickets)
    late_days = deliver_tickets(calendar, tickets)
    with_ean = np.array(catalogue.table.column("gencod").is_valid().to_pylist(), bool)
    faulty_day = damage_rows(calendar, tickets, np.append(with_ean, False))
    succession = max(calendar.days * 6 // 10, 1)
    planted = Planted(faulty_day, late_days, calendar.last - 9 if calendar.last >= 12 else -1, succession)
    tables = {
        "variant": catalogue.table,
        "person": people.table,
        "price_change": price_changes(calendar, catalogue),
        "sellers": seller_table(succession, calendar.last),
        **web_tables(calendar, orders, refunds),
        **till_tables(tickets, make_tenders(streams[5], tickets)),
    }
    variables: dict[str, int | str] = {
        "midnight": int(calendar.midnight[0]),
        "first_day": calendar.first_day.isoformat(),
        "last_day": calendar.last,
        "people": customers,
        "utf8_day": planted.utf8_day,
        "succession": succession,
        "shop_address": pseudonym(SHOP_ADDRESS),
        "begin_day": 0,
        "end_day": calendar.last,
    }
    return Facts(tables, variables), planted


def _write(facts: Facts, calendar: Calendar, target: Path, utf8_day: int, lines: int, progress: Progress | None) -> int:
    spans = min(max(math.ceil(lines / _ROWS_AT_ONCE), 1), calendar.days)
    bounds = [calendar.days * n // spans for n in range(spans + 1)]
    feeds = [("magento", feed) for feed in MAGENTO] + [("cashmere", feed) for feed in CASHMERE]
    headers = {pair: facts.header(*pair) for pair in feeds}
    files = 0
    for number, (begin, end) in enumerate(pairwise(bounds)):
        facts.set("begin_day", begin)
        facts.set("end_day", end - 1)
        for place, (source, feed) in enumerate(feeds):
            texts = dict(facts.texts(source, feed))
            if feed in _ALWAYS[source]:
                texts = {day: texts.get(day, "") for day in range(begin, end) if day in texts or day % 4}
            files += _drop(target / source, feed, headers[source, feed], texts, calendar, utf8_day)
            if progress:
                progress(number * len(feeds) + place + 1, spans * len(feeds))
    return files


def _drop(folder: Path, feed: str, header: str, texts: dict[int, str], calendar: Calendar, utf8_day: int) -> int:
    """Write one feed's files: cp1252 from the tills (one day in UTF-8 with BOM), UTF-8 from the web shop."""
    folder.mkdir(parents=True, exist_ok=True)
    dropbox = Dropbox(folder)
    for day, text in texts.items():
        encoding = "utf-8" if folder.name == "magento" else "utf-8-sig" if day == utf8_day else "cp1252"
        dropbox.drop(feed, calendar.date_of(day), header + text, encoding=encoding)
    return len(texts)
