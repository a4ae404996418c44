"""Where things stand: deliveries by source, what waits, what was refused, open incidents, the published version."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer
from rich.table import Table

from goldline.alerts import outbox_from
from goldline.commands.calendar import DAYS, CalendarFormat, print_calendar, show_calendar
from goldline.commands.summary import show_published
from goldline.commands.terminal import command, good, open_home, out, table, warn
from goldline.home import Home


@command
def status(
    calendar: Annotated[bool, typer.Option("--calendar", help="Show the arrivals calendar alone.")] = False,
    days: Annotated[int, typer.Option(min=1, max=400, help="Days that the calendar shows.")] = DAYS,
    shape: Annotated[
        CalendarFormat, typer.Option("--format", help="How --calendar is printed: for a terminal, a browser or a page.")
    ] = CalendarFormat.TABLE,
) -> None:
    """Show what has arrived, what waits, what was refused, open incidents and what is published.

    The calendar has a row per selling point and feed and a column per day: what came, what was expected and did not.

    Examples:
        goldline status
        goldline status --calendar --days 90
        goldline status --calendar --format html > arrivals.html
    """
    home = open_home()
    if calendar:
        print_calendar(home, days, shape)
        return
    out.print(_deliveries(home))
    show_calendar(home, days)
    refused = [r for r in home.quarantine.reports() if r.verdict == "refused"]
    newest = {entry.sequence for entry in home.ledger.newest().values()}
    for report in [r for r in refused if r.sequence in newest][:5]:
        warn(f"refused: {report.source}/{report.name}: {report.reason}")
    incidents = outbox_from(home.settings).open_incidents()
    for record in incidents[:10]:
        warn(f"open since {record.opened_at:%Y-%m-%d %H:%M} UTC: {record.incident.title}")
    if not incidents:
        good("no open incidents")
    show_published(home)


def _deliveries(home: Home) -> Table:
    states, newest = home.ledger.states(), home.ledger.newest()
    numbers = ("files", "waiting", "refused", "rows", "bad rows")
    shown = table("source", "deliveries", *numbers, right=numbers)
    for source in home.contracts:
        entries = [entry for key, entry in newest.items() if key[0] == source]
        kinds = Counter(states[entry.sequence].status for entry in entries)
        days = sorted(entry.delivery_date for entry in entries)
        known = [states[entry.sequence] for entry in entries]
        counts = (
            len(entries),
            kinds["received"],
            kinds["refused"],
            sum(state.rows_loaded for state in known),
            sum(state.rows_quarantined for state in known),
        )
        span = f"{days[0]} to {days[-1]}" if days else "none yet"
        shown.add_row(source, span, *(f"{count:,}" for count in counts))
    return shown
