"""Where things stand: deliveries by source, what waits, what was refused, open incidents, the published version."""

from __future__ import annotations

from collections import Counter

from rich.table import Table

from goldline.alerts import outbox_from
from goldline.commands.summary import show_published
from goldline.commands.terminal import command, good, open_home, out, warn
from goldline.home import Home


@command
def status() -> None:
    """Show what has arrived, what waits, what was refused, open incidents and what is published."""
    home = open_home()
    out.print(_deliveries(home))
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
    table = Table("source", "first day", "last day", "files", "loaded", "waiting", "refused", "rows", "in quarantine")
    for source in home.contracts:
        entries = [entry for key, entry in newest.items() if key[0] == source]
        kinds = Counter(states[entry.sequence].status for entry in entries)
        days = sorted(entry.delivery_date for entry in entries)
        known = [states[entry.sequence] for entry in entries]
        table.add_row(
            source,
            str(days[0]) if days else "-",
            str(days[-1]) if days else "-",
            f"{len(entries):,}",
            f"{kinds['loaded']:,}",
            f"{kinds['received']:,}",
            f"{kinds['refused']:,}",
            f"{sum(state.rows_loaded for state in known):,}",
            f"{sum(state.rows_quarantined for state in known):,}",
        )
    return table
