"""The reconciliation statement of the published version: for the terminal, as CSV, or as a page for a browser."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from goldline.commands.statement import deliveries_table, stations_table
from goldline.commands.terminal import command, good, open_home, out, warn
from goldline.errors import GoldlineError, SettingsError
from goldline.home import Home
from goldline.publish.reader import Reader, open_snapshot
from goldline.reconcile.page import as_html
from goldline.reconcile.reading import entries, read_statement
from goldline.reconcile.statement import Grain, Period, Statement
from goldline.reconcile.text import as_csv


class Format(StrEnum):
    """How the statement is written."""

    table = "table"
    csv = "csv"
    html = "html"


@command
def reconcile(
    day: Annotated[
        str | None, typer.Option("--date", help="One delivery day, YYYY-MM-DD: a line per file and shop.")
    ] = None,
    month: Annotated[str | None, typer.Option(help="The delivery days of one month, YYYY-MM.")] = None,
    source: Annotated[str | None, typer.Option(help="One source, e.g. cashmere.")] = None,
    form: Annotated[
        Format, typer.Option("--format", help="table for people, csv with every entry, html for a browser.")
    ] = Format.table,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal.")] = None,
) -> None:
    """Show that every row and cent that was delivered is accounted for, from the files to the enriched model.

    Reads the published version; ends with exit code 1 if anything is left over.

    Examples:
        goldline reconcile --month 2026-03
        goldline reconcile --date 2026-03-28 --source cashmere
        goldline reconcile --format html --output reconciliation.html
    """
    home = open_home()
    period = _period(home, day, month, source)
    with open_snapshot(
        home.settings.published_dir, memory=home.settings.memory, threads=home.settings.threads
    ) as reader:
        if "reconciliation" not in reader.tables:
            raise GoldlineError(
                "the published version has no statement yet",
                where=reader.manifest.version,
                remedy="publish a new one: goldline run",
            )
        statement = read_statement(_ask(reader), period, grain=_grain(day, month, form))
        if form is Format.csv:
            _write(as_csv(entries(_ask(reader), period)), output)
        elif form is Format.html:
            _write(as_html(statement, version=reader.manifest.version, notes=_not_loaded(home, period)), output)
        else:
            _print(statement, reader.manifest.version, home, period, output)
    if not statement.is_closed:
        raise GoldlineError(
            statement.verdict,
            where="reconciliation",
            remedy="run 'goldline rebuild'; publishing names the lines that are concerned",
        )
    if form is not Format.table and output:
        good(statement.verdict)


def _grain(day: str | None, month: str | None, form: Format) -> Grain:
    """A page has room for every file of a month."""
    if day or (month and form is Format.html):
        return "file"
    return "day" if month else "month"


def _ask(reader: Reader) -> Any:
    def ask(sql: str) -> Sequence[tuple[Any, ...]]:
        return list(zip(*(column.to_pylist() for column in reader.query(sql).columns), strict=True))

    return ask


def _period(home: Home, day: str | None, month: str | None, source: str | None) -> Period:
    if day and month:
        raise SettingsError("give a day or a month, not both", where="reconcile", remedy="leave one of them out")
    if source and source not in home.contracts:
        raise SettingsError(f"no source {source}", where="--source", remedy=f"sources: {', '.join(home.contracts)}")
    name = source or ""
    if day:
        try:
            one = datetime.strptime(day, "%Y-%m-%d").date()
        except ValueError:
            raise SettingsError("not a day", where="--date", remedy="write it as YYYY-MM-DD") from None
        return Period(first=one, last=one, source=name)
    if month:
        found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", month)
        if not found:
            raise SettingsError("not a month", where="--month", remedy="write it as YYYY-MM")
        first = date(int(found[1]), int(found[2]), 1)
        return Period(first=first, last=first.replace(day=calendar.monthrange(first.year, first.month)[1]), source=name)
    return Period(source=name)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    output.write_text(text, "utf-8", newline="")


def _not_loaded(home: Home, period: Period) -> list[str]:
    """Say which files of the period are not in the statement because they were never loaded."""
    states = home.ledger.states()
    waiting = [
        states[entry.sequence].status
        for entry in home.ledger.newest().values()
        if states[entry.sequence].status != "loaded"
        and period.source in ("", entry.source)
        and (period.first is None or period.first <= entry.delivery_date)
        and (period.last is None or entry.delivery_date <= period.last)
    ]
    if not waiting:
        return []
    refused = waiting.count("refused")
    return [
        f"Not in the statement: {refused} refused and {len(waiting) - refused} waiting files: goldline quarantine list."
    ]


def _print(statement: Statement, version: str, home: Home, period: Period, output: Path | None) -> None:
    if output is None:
        _show(statement, version, home, period)
        return
    with output.open("w", encoding="utf-8") as file:
        was, out.file = out.file, file
        try:
            _show(statement, version, home, period)
        finally:
            out.file = was


def _show(statement: Statement, version: str, home: Home, period: Period) -> None:
    out.print(f"[bold]Reconciliation statement[/bold]: {statement.title} · version {version}")
    for block in statement.blocks:
        out.print()
        out.print(stations_table(block))
    if statement.lines:
        out.print()
        out.print(deliveries_table(statement))
    for total in statement.totals:
        kind = total.kind.replace("_", " ")
        said = f"{total.source}: {total.count:,} {kind} totals, {total.deviating:,} differ from what was delivered"
        warn(said) if total.deviating else good(said)
    for note in _not_loaded(home, period):
        warn(note)
    if statement.is_closed:
        good(statement.verdict)
