"""The quarantine: which files and rows were left out, why, and trying again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from goldline.commands.terminal import EXIT_CODES, command, good, open_home, out, table
from goldline.errors import GoldlineError
from goldline.intake.quarantine import Report
from goldline.landing.events import Retry

app = typer.Typer(no_args_is_help=True, help="Files and rows that were left out.", epilog=EXIT_CODES)
File = Annotated[str, typer.Argument(help="A file name such as VENTES_20260328.csv, or its number in the list.")]


@app.command("list")
@command
def list_reports(
    everything: Annotated[bool, typer.Option("--all", help="Also reports on files that were corrected since.")] = False,
) -> None:
    """List the files that were refused, held back or loaded without some of their rows."""
    home = open_home()
    newest = {entry.sequence for entry in home.ledger.newest().values()}
    reports = [report for report in home.quarantine.reports() if everything or report.sequence in newest]
    if not reports:
        good("the quarantine is empty")
        return
    shown = table("no.", "file", "verdict", "rows out", "first fault", right=("no.",), free="first fault")
    for report in reports:
        first = report.reason or (str(report.faults[0]) if report.faults else "")
        rows = f"{report.rows_quarantined} of {report.rows_received}"
        shown.add_row(*map(Text, (str(report.sequence), report.name, report.verdict, rows, first)))
    out.print(shown)


@app.command()
@command
def show(file: File, limit: Annotated[int, typer.Option(min=1, help="Faults to show.")] = 50) -> None:
    """Show every fault of a file: physical line, column, rule, masked value."""
    for report in _find(file):
        out.print(
            f"[bold]{report.source}/{report.name}[/bold]  {report.verdict}: {report.rows_quarantined} of"
            f" {report.rows_received} rows left out",
            markup=True,
        )
        if report.reason:
            out.print(report.reason, markup=False)
        shown = table("line", "column", "no.", "found", "expected", right=("line", "no."), free="expected")
        for fault in report.faults[:limit]:
            cells = (str(fault.line), fault.column, str(fault.column_number), fault.value, fault.rule)
            shown.add_row(*map(Text, cells))
        if report.faults:
            out.print(shown)
        if len(report.faults) > limit:
            out.print(f"... and {len(report.faults) - limit} more: --limit {len(report.faults)}")


@app.command()
@command
def retry(file: File) -> None:
    """Let the next run look at a refused file again, for example after its contract was changed."""
    home = open_home()
    states = home.ledger.states()
    refused = [r for r in _find(file) if states[r.sequence].status == "refused"]
    if not refused:
        raise GoldlineError("the file is not refused", where=file, remedy="see 'goldline quarantine list'")
    if lost := [r.name for r in refused if not home.archive.has(r.sha256)]:
        raise GoldlineError(
            "its bytes were not kept, because they hold personal data in clear",
            where=lost[0],
            remedy="deliver a pseudonymised file under the same name",
        )
    home.ledger.append([Retry(entry=report.sequence) for report in refused])
    good(f"{len(refused)} file{'s' if len(refused) > 1 else ''} wait for the next run: goldline run")


def _find(file: str) -> list[Report]:
    found = open_home().quarantine.find(file)
    if not found:
        raise GoldlineError("there is no report on this file", where=file, remedy="see 'goldline quarantine list'")
    return found
