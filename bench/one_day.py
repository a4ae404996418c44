"""Make the deliveries of one more day for a landing folder: about 2,000 new lines and refunds of old orders.

    python -m bench.one_day --landing FOLDER --out FOLDER [--seed 1] [--lines 2000] [--refunds 20]

The files of both sources are for the day after the last delivery; the same folder and seed give the same bytes.
Beside them, ``one_day.json`` holds the figures that the day adds, counted while the rows were made.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import existing
from bench.day_tills import TillDay, Tills, new_tickets
from bench.day_web import WebDay, WebShop, new_orders, refund
from bench.delivery_files import write_feed

WEB_SHARE = 0.2
RETURN_SHARE = 0.02


@dataclass(frozen=True)
class OneDay:
    """What was made."""

    day: date
    files: list[Path]
    figures: dict[str, Any]


def make_one_day(
    landing: Path, out: Path, *, seed: int = 1, lines: int = 2_000, refunds: int = 20, day: date | None = None
) -> OneDay:
    """Write one more day's deliveries.

    Args:
        landing: The deliveries so far.
        out: Where to write ``magento/`` and ``cashmere/``; may be another folder or the same.
        seed: Another seed, another day.
        lines: How many new lines in all: a fifth of them on the web.
        refunds: How many old orders get a credit memo.
        day: The delivery day; the day after the last one by default.
    """
    web_lines = round(lines * WEB_SHARE)
    with tempfile.TemporaryDirectory(prefix="goldline-bench-") as scratch:
        known = existing.Landing(landing, seed, Path(scratch))
        when = day or known.last_day() + timedelta(days=1)
        rng = random.Random(f"{seed}|{when}")  # noqa: S311 - made-up sales, no secret
        web = _web(known, when, web_lines, refunds, rng)
        tills = _tills(known, when, lines - web_lines, rng)
    files = [
        write_feed(out, source, name, when, rows)
        for source, feeds in (("magento", web.feeds), ("cashmere", tills.feeds))
        for name, rows in feeds.items()
        if rows
    ]
    figures = _figures(when, web, tills)
    (out / "one_day.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return OneDay(when, files, figures)


def _web(known: existing.Landing, day: date, lines: int, refunds: int, rng: random.Random) -> WebDay:
    taken, memo_id, memo_item_id = existing.refunded_items(known)
    accounts = existing.web_accounts(known)
    no_news = {None, "", *(account["email_hash"] for account in accounts)}
    shop = WebShop(
        shop=existing.web_shop(known),
        products=existing.web_products(known),
        accounts=accounts,
        till_emails=[c["email_hash"] for c in existing.clients(known) if c["email_hash"] not in no_news],
        order_id=existing.highest(known, "magento", "sales_order", "entity_id"),
        item_id=existing.highest(known, "magento", "sales_order_item", "item_id"),
        memo_id=memo_id,
        memo_item_id=memo_item_id,
        account_id=max(int(account["entity_id"]) for account in accounts),
    )
    made = new_orders(shop, day, lines, rng)
    old = existing.refundable(known, refunds)
    refund(shop, made, day, old, existing.lines_of(known, [row["entity_id"] for row in old]), taken, refunds)
    return made


def _tills(known: existing.Landing, day: date, lines: int, rng: random.Random) -> TillDay:
    tills = Tills(
        shops=existing.shops(known),
        articles=existing.articles(known),
        clients=existing.clients(known),
        returnable=existing.returnable(known, round(lines * RETURN_SHARE)),
    )
    return new_tickets(tills, day, lines, rng)


def _figures(day: date, web: WebDay, tills: TillDay) -> dict[str, Any]:
    return {
        "day": f"{day:%Y%m%d}",
        "web": {
            "orders": web.orders,
            "sale_lines": web.sale_lines,
            "net_excl_tax": str(web.net),
            "tax": str(web.tax),
            "shipping_lines": web.orders,
            "shipping_excl_tax": str(web.shipping),
            "return_lines": web.return_lines,
            "returned_excl_tax": str(web.returned),
            "returned_tax": str(web.returned_tax),
        },
        "store": {
            "sale_tickets": tills.sale_tickets,
            "sale_lines": tills.sale_lines,
            "net_excl_tax": str(tills.net),
            "tax": str(tills.tax),
            "return_lines": tills.return_lines,
            "returned_excl_tax": str(tills.returned),
            "returned_tax": str(tills.returned_tax),
        },
    }


def main() -> None:
    """Make a day from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.one_day", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--landing", type=Path, required=True, help="the deliveries so far")
    parser.add_argument("--out", type=Path, required=True, help="where to write the new day")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines", type=int, default=2_000)
    parser.add_argument("--refunds", type=int, default=20)
    parser.add_argument("--day", type=lambda text: datetime.strptime(text, "%Y-%m-%d").date(), help="YYYY-MM-DD")
    asked = parser.parse_args()
    made = make_one_day(
        asked.landing, asked.out, seed=asked.seed, lines=asked.lines, refunds=asked.refunds, day=asked.day
    )
    print(json.dumps(made.figures, indent=1))  # noqa: T201 - this is a command


if __name__ == "__main__":
    main()
