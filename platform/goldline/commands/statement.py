"""How the reconciliation statement is drawn in the terminal; what is in it is read elsewhere."""

from __future__ import annotations

from rich.table import Table

from goldline.commands.terminal import table
from goldline.reconcile.statement import MEASURES, Block, FileLine, Statement

COLUMNS = ("received", "quarantined", "superseded", "replaced", "excluded", "unified", "enriched")


def stations_table(block: Block) -> Table:
    """Draw the way of one source's rows, station by station."""
    numbers = ("rows", *MEASURES)
    shown = table(f"{block.source}, {block.currency}", *numbers, right=numbers)
    for step in block.steps:
        is_sum = step.sign == "="
        label = step.label if is_sum else f"  {step.sign} {step.label}"
        money = (f"{amount:,.2f}" for amount in step.amounts.money)
        shown.add_row(label, f"{step.amounts.rows:,}", *money, style="bold" if is_sum else "")
    return shown


def deliveries_table(statement: Statement) -> Table:
    """Draw a line per delivery (or file and shop), with the totals of all."""
    by_file = any(line.grain == "file" for line in statement.lines)
    place = ("delivered", "source", "feed", "shop", "currency") if by_file else ("delivered", "source", "currency")
    numbers = (*COLUMNS, "net", "residual")
    shown = table(*place, *numbers, right=numbers)
    for line in statement.lines:
        cell = (line.feed, line.store) if by_file else ()
        where = (line.when, line.source, *cell, line.currency)
        shown.add_row(*where, *_counts(line), f"{line.net:,.2f}", _residual(line))
    summed = [sum(line.rows[name] for line in statement.lines) for name in COLUMNS]
    summed[1] += sum(line.rows["unreadable"] for line in statement.lines)
    left = sum(line.residual_rows for line in statement.lines)
    shown.add_row("total", *("" for _ in place[1:]), *(f"{count:,}" for count in summed), "", f"{left:,}", style="bold")
    return shown


def _counts(line: FileLine) -> list[str]:
    counts = {name: line.rows[name] for name in COLUMNS}
    counts["quarantined"] += line.rows["unreadable"]
    return [f"{count:,}" for count in counts.values()]


def _residual(line: FileLine) -> str:
    if line.residual_rows or line.residual_amount:
        return f"[red]{line.residual_rows:,} rows, {line.residual_amount:,.2f}[/red]"
    return "0"
