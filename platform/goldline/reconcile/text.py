"""The statement as text for programs and for the Dagster UI: CSV and Markdown. The browser's page is in ``page``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from goldline.reconcile.reading import ENTRY
from goldline.reconcile.statement import Statement

MOST_MONTHS = 60  # Dagster keeps the page with each build


def as_csv(rows: Iterable[tuple[Any, ...]]) -> str:
    """Write every entry with all its decimals; a text that a spreadsheet would take for a formula is disarmed."""
    written = io.StringIO()
    out = csv.writer(written, lineterminator="\r\n")
    out.writerow(ENTRY)
    out.writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | int):
        return str(value)
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_markdown(statement: Statement) -> str:
    """Write a table by month and source, with the stations of each source below."""
    lines = [f"**{statement.verdict}**", "", _months(statement)]
    for block in statement.blocks:
        lines += ["", f"#### {_plain(block.source)}, {_plain(block.currency)}", ""]
        lines += ["| | rows | gross | discount | net | tax | returned |", "|---|--:|--:|--:|--:|--:|--:|"]
        for step in block.steps:
            money = " | ".join(f"{amount:,.2f}" for amount in step.amounts.money)
            label = f"**{_plain(step.label)}**" if step.sign == "=" else f"{step.sign} {_plain(step.label)}"
            lines.append(f"| {label} | {step.amounts.rows:,} | {money} |")
    return "\n".join(lines)


def _months(statement: Statement) -> str:
    columns = ("received", "quarantined", "superseded", "replaced", "excluded", "unified", "enriched")
    lines = [
        f"| month | source | {' | '.join(columns)} | residual rows | residual amount |",
        f"|---|---|{'--:|' * (len(columns) + 2)}",
    ]
    ordered = sorted(statement.lines, key=lambda line: (f"{line.day:%Y-%m}", line.source), reverse=True)
    shown = 0
    for (month, source), group in groupby(ordered, key=lambda line: (f"{line.day:%Y-%m}", line.source)):
        if (shown := shown + 1) > MOST_MONTHS:
            lines.append("\nEarlier months: `goldline reconcile --month YYYY-MM`.")
            break
        days = list(group)
        counts = [sum(day.rows[name] for day in days) for name in columns]
        counts[1] += sum(day.rows["unreadable"] for day in days)
        rows, amount = sum(day.residual_rows for day in days), sum(day.residual_amount for day in days)
        numbers = " | ".join(f"{count:,}" for count in counts)
        lines.append(f"| {month} | {_plain(source)} | {numbers} | {rows:,} | {amount:,.2f} |")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Disarm what Markdown would read as markup."""
    return "".join(f"\\{mark}" if mark in "|`*_<>[]\\" else mark for mark in text)
