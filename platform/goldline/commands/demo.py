"""Making up deliveries, so that everything can be tried without a real retailer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from goldline.commands.terminal import command, good, open_home, out, progress
from goldline.errors import GoldlineError


@command
def demo(
    days: Annotated[int, typer.Option(min=1, help="Delivery days to write.")] = 120,
    customers: Annotated[int, typer.Option(min=1, help="Customers of the retailer.")] = 2_000,
    lines: Annotated[
        int | None, typer.Option(min=1, help="Sale lines in all, roughly; default: a plausible number.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
    last_day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last delivery day; default: yesterday.", metavar="YYYY-MM-DD"),
    ] = None,
    target: Annotated[
        Path | None, typer.Option(help="Where to write instead of the landing zone of the home.", file_okay=False)
    ] = None,
) -> None:
    """Write deliveries of a made-up retailer with a web shop and six shops into the landing zone.

    Both channels share customers; there are seasons, sales, vouchers, returns, exchanges, guests, loyalty cards, a shop
    that delivers late and one faulty file.

    Examples:
        goldline demo
        goldline demo --days 1000 --customers 20000
    """
    from goldline.demo import write_deliveries

    home = open_home()
    if target is None and home.settings.landing:
        raise GoldlineError(
            "the landing zone is not the one of the home", where="GOLDLINE_LANDING", remedy="say --target FOLDER"
        )
    folder = target or home.settings.home / "landing"
    with progress() as report:
        summary = write_deliveries(
            folder,
            days=days,
            customers=customers,
            lines=lines,
            seed=seed,
            last_day=last_day.date() if last_day else None,
            progress=lambda done, total: report("make up deliveries", done, total),
        )
    good(
        f"{summary.files} files of {summary.first_day} to {summary.last_day} written to {folder}:"
        f" {summary.web_lines:,} web and {summary.store_lines:,} shop lines"
    )
    for fault in summary.faults:
        out.print(f"  planted: {fault}")
