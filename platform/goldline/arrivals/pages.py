"""The calendar as a page of its own (HTML), and as the Markdown that Dagster shows beside its table."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from html import escape

from goldline.arrivals.grid import Grid, Row
from goldline.arrivals.looks import LOOKS, NOTHING, Look
from goldline.arrivals.svg import LETTERS, calendar_svg, told

MOST_ROWS = 40
_CSS = """
:root { color-scheme: light dark }
body { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; margin: 2rem }
table { border-collapse: separate; border-spacing: 2px } th { font-weight: 500; text-align: left; padding-right: 1rem }
td { width: 1.5rem; height: 1.5rem; text-align: center; border-radius: 4px } thead th { padding: 0; text-align: center }
ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem 1.2rem }
li span { padding: 0 .4rem; border-radius: 4px }
"""


def calendar_html(grid: Grid, *, title: str) -> str:
    """Write the calendar as one page that needs nothing from elsewhere."""
    legend = "".join(
        f'<li><span class="{name}">{_mark(look)}</span> {look.word}</li>'
        for name, look in LOOKS.items()
        if name in grid.statuses
    )
    bands = "".join(_table(name, rows, grid) for name, rows in (("Selling points", grid.shops), ("Feeds", grid.feeds)))
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>{_CSS}{_colours()}</style></head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n<p>{escape(told(grid))}</p>\n{bands}<ul>{legend}</ul>\n</body>\n</html>\n"
    )


def calendar_markdown(grid: Grid) -> str:
    """Write the calendar for Dagster: a picture, and the same in characters for where pictures are not shown."""
    shown = replace(grid, shops=_worst(grid.shops), feeds=_worst(grid.feeds))
    picture = base64.b64encode(calendar_svg(shown, has_tips=False).encode()).decode()
    left_out = len(grid.shops) + len(grid.feeds) - len(shown.shops) - len(shown.feeds)
    more = f"\n\n{left_out} more rows are all right: `goldline status --calendar`." if left_out else ""
    legend = " · ".join(f"`{_mark(look)}` {look.word}" for name, look in LOOKS.items() if name in grid.statuses)
    return (
        f"![{told(shown)}](data:image/svg+xml;base64,{picture})\n\n```\n{calendar_text(shown)}\n```\n\n{legend}{more}\n"
    )


def calendar_text(grid: Grid) -> str:
    """Write the calendar in characters, one per day."""
    rows = (*grid.shops, *grid.feeds)
    width = max((len(_name(row)) for row in rows), default=0)
    head = [
        f"{'':{width}}  " + "".join(LETTERS[day.weekday()] for day in grid.days),
        f"{grid.days[0]!s:{width}}  " + "".join(str(day.day % 10) for day in grid.days),
    ]
    body = [
        f"{_name(row):{width}}  "
        + "".join(LOOKS[cell.status].mark if (cell := row.cells.get(day)) else " " for day in grid.days)
        for row in rows
    ]
    return "\n".join([*head, *body])


def _table(name: str, rows: tuple[Row, ...], grid: Grid) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col" title="{day}">{day.day}</th>' for day in grid.days)
    body = "".join(_lines(rows, grid))
    return f"<h2>{name}</h2>\n<table><thead><tr><th></th>{head}</tr></thead>\n<tbody>{body}</tbody></table>\n"


def _lines(rows: tuple[Row, ...], grid: Grid) -> Iterator[str]:
    for row in rows:
        yield f'<tr><th scope="row">{escape(row.label)}</th>'
        for day in grid.days:
            cell = row.cells.get(day)
            look = LOOKS[cell.status] if cell else NOTHING
            tip = escape(f"{row.label}, {day}: {look.word}{f' ({cell.note})' if cell and cell.note else ''}")
            yield f'<td class="{cell.status if cell else "not_expected"}" title="{tip}">{_mark(look)}</td>'
        yield "</tr>\n"


def _colours() -> str:
    light = "".join(f".{name} {{ background: {look.light}; color: {look.ink} }}\n" for name, look in LOOKS.items())
    dark = "".join(f".{name} {{ background: {look.dark}; color: {look.dark_ink} }}\n" for name, look in LOOKS.items())
    return f"{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


def _worst(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows that fit, those with the most to look after first chosen, in their own order."""
    chosen = sorted(rows, key=lambda row: -row.troubles)[:MOST_ROWS]
    return tuple(row for row in rows if row in chosen)


def _name(row: Row) -> str:
    return row.label if len(row.label) <= 30 else row.label[:29] + "…"


def _mark(look: Look) -> str:
    return look.mark if look.mark.strip() else " "
