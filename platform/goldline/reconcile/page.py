"""The statement as a page for a browser: one file, nothing loaded from elsewhere, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from goldline.reconcile.statement import MEASURES, Block, FileLine, SourceTotal, Statement

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2430; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
.verdict { padding: .6rem .9rem; border-radius: .4rem; background: #e6f4ea; border-left: .3rem solid #1e8e3e; }
.verdict.open { background: #fce8e6; border-color: #c5221f; }
table { border-collapse: collapse; width: 100%; } th, td { padding: .25rem .5rem; text-align: left; }
th { border-bottom: 2px solid #c9d1db; font-weight: 600; } td { border-bottom: 1px solid #e8ecf1; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.sum td { font-weight: 600; border-top: 1px solid #8a97a6; } .open td { background: #fce8e6; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
"""
FILE_COLUMNS = {
    "received": ("received",),
    "duplicate": ("duplicate",),
    "quarantined": ("quarantined", "unreadable"),
    "superseded": ("superseded",),
    "replaced": ("replaced",),
    "excluded": ("excluded",),
    "unified": ("unified",),
    "enriched": ("enriched",),
}


def as_html(statement: Statement, *, version: str = "", notes: Iterable[str] = ()) -> str:
    """Write the page.

    Args:
        statement: The statement.
        version: The published version that it was read from.
        notes: Sentences below the verdict.
    """
    open_class = "" if statement.is_closed else " open"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><title>Reconciliation statement</title>',
        f"<style>{STYLE}</style></head><body>",
        "<h1>Reconciliation statement</h1>",
        f"<p>{escape(statement.title)}{f' · version {escape(version)}' if version else ''}</p>",
        f'<p class="verdict{open_class}">{escape(statement.verdict)}</p>',
        *(f"<p>{escape(note)}</p>" for note in notes),
        *(_block(block) for block in statement.blocks),
        _totals(statement.totals),
        _lines(statement),
        "</body></html>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def _block(block: Block) -> str:
    rows = [
        _row(
            [step.label if step.sign == "=" else f"{step.sign} {step.label}"],
            [f"{step.amounts.rows:,}", *(f"{amount:,.2f}" for amount in step.amounts.money)],
            kind="sum" if step.sign == "=" else "",
        )
        for step in block.steps
    ]
    heading = f"<h2>{escape(block.source)}, amounts in {escape(block.currency)}</h2>"
    return heading + _table(["station"], ["rows", *MEASURES], rows)


def _totals(totals: tuple[SourceTotal, ...]) -> str:
    if not totals:
        return ""
    rows = [
        _row(
            [total.source, total.kind.replace("_", " ")],
            [
                *(f"{count:,}" for count in (total.count, total.unstated)),
                *(f"{amount:,.2f}" for amount in (total.stated, total.delivered, total.delivered - total.stated)),
                f"{total.deviating:,}",
            ],
        )
        for total in totals
    ]
    numbers = ["totals", "without a total", "stated", "delivered", "difference", "that differ"]
    return "<h2>What the sources say themselves</h2>" + _table(["source", "total"], numbers, rows)


def _lines(statement: Statement) -> str:
    rows = [_line(line) for line in statement.lines]
    if rows:
        summed = [f"{sum(statement.rows[name] for name in names):,}" for names in FILE_COLUMNS.values()]
        left = sum(line.residual_rows for line in statement.lines)
        rows.append(_row(["total", "", "", "", ""], [*summed, "", f"{left:,}", ""], kind="sum"))
    numbers = [*FILE_COLUMNS, "net", "residual rows", "residual amount"]
    return "<h2>Delivery by delivery</h2>" + _table(["delivered", "source", "feed", "shop", "currency"], numbers, rows)


def _line(line: FileLine) -> str:
    counts = [f"{sum(line.rows[name] for name in names):,}" for names in FILE_COLUMNS.values()]
    residual = [f"{line.residual_rows:,}", f"{line.residual_amount:,.2f}"]
    is_open = line.residual_rows or line.residual_amount
    place = [line.when, line.source, line.feed, line.store, line.currency]
    return _row(place, [*counts, f"{line.net:,.2f}", *residual], kind="open" if is_open else "")


def _table(texts: list[str], numbers: list[str], rows: list[str]) -> str:
    heads = [f"<th>{escape(name)}</th>" for name in texts] + [f'<th class="n">{escape(name)}</th>' for name in numbers]
    return f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>\n" + "\n".join(rows) + "\n</tbody></table>"


def _row(texts: list[str], numbers: list[str], *, kind: str = "") -> str:
    cells = [f"<td>{escape(text)}</td>" for text in texts] + [f'<td class="n">{escape(text)}</td>' for text in numbers]
    return f"<tr{f' class={kind!r}' if kind else ''}>{''.join(cells)}</tr>"
