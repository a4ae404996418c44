"""The calendar as an SVG picture: readable on light and dark ground, without colour, and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape

from goldline.arrivals.grid import Cell, Grid, Row
from goldline.arrivals.looks import LOOKS, NOTHING, named_months

CELL, GAP, LEFT, TOP, MARGIN = 22, 3, 210, 58, 18
LETTERS = "MTWTFSS"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TITLE = "Arrivals: shops and feeds by day"
BASE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #2b2a27 }
.paper { fill: #faf8f3 } .quiet { fill: #6f6a5f } .group { font-weight: 600 }
.mark { font-weight: 600; text-anchor: middle } .day { text-anchor: middle; fill: #6f6a5f; font-size: 11px }
"""
BASE_DARK = "text { fill: #e8e5dc } .paper { fill: #15171b } .quiet, .day { fill: #a09b90 }"


def calendar_svg(grid: Grid, *, title: str = TITLE, has_tips: bool = True) -> str:
    """Draw the calendar; the same values give the same text.

    Args:
        grid: What to draw.
        title: The picture's title.
        has_tips: Give each cell a tip, which says more than its mark; of no use where the picture is only an image.
    """
    bands = [(name, rows) for name, rows in (("Selling points", grid.shops), ("Feeds", grid.feeds)) if rows]
    width = LEFT + len(grid.days) * (CELL + GAP) + MARGIN
    height = TOP + sum(len(rows) * (CELL + GAP) + 34 for _, rows in bands) + 26 * _legend_lines(grid, width) + MARGIN
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title about">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="about">{escape(told(grid))}</desc>',
        f"<style>{_style(grid)}</style>",
        f'<rect class="paper" width="{width}" height="{height}" rx="12"/>',
        *_heading(grid.days),
    ]
    y = TOP
    for name, rows in bands:
        parts.append(f'<text class="group" x="{MARGIN}" y="{y + 16}">{name}</text>')
        y += 26
        for row in rows:
            parts += _row(row, grid.days, y, has_tips=has_tips)
            y += CELL + GAP
        y += 8
    parts += [*_legend(grid, y + 18, width), "</svg>"]
    return "\n".join(parts) + "\n"


def told(grid: Grid) -> str:
    """Say what wants attention, for those who cannot see the picture."""
    said = [
        f"{row.label} on {day}: {LOOKS[cell.status].word}"
        for row in (*grid.shops, *grid.feeds)
        for day, cell in sorted(row.cells.items())
        if cell.status in ("expected_missing", "incomplete", "quarantined", "small", "late")
    ]
    span = f"{len(grid.shops)} selling points and {len(grid.feeds)} feeds from {grid.days[0]} to {grid.days[-1]}."
    return f"{span} {'; '.join(said[:60]) or 'Everything that was expected has come'}."


def _style(grid: Grid) -> str:
    looks = {name: LOOKS[name] for name in LOOKS if name in grid.statuses}
    light = "".join(
        f".{name} {{ fill: {look.light} }} .on-{name} {{ fill: {look.ink} }}\n" for name, look in looks.items()
    )
    dark = "".join(
        f".{name} {{ fill: {look.dark} }} .on-{name} {{ fill: {look.dark_ink} }}\n" for name, look in looks.items()
    )
    return f"{BASE}{light}@media (prefers-color-scheme: dark) {{ {BASE_DARK}\n{dark}}}"


def _heading(days: Sequence[date]) -> Iterator[str]:
    named = named_months(days)
    for number, day in enumerate(days):
        x = _x(number) + CELL / 2
        if number in named:
            yield f'<text class="quiet" x="{_x(number)}" y="20">{MONTHS[day.month - 1]} {day.year}</text>'
        yield f'<text class="day" x="{x}" y="36">{LETTERS[day.weekday()]}</text>'
        yield f'<text class="day" x="{x}" y="50">{day.day}</text>'


def _row(row: Row, days: Sequence[date], y: int, *, has_tips: bool) -> Iterator[str]:
    yield f'<text x="{MARGIN}" y="{y + 15}">{escape(_short(row.label))}</text>'
    for number, day in enumerate(days):
        if cell := row.cells.get(day):
            drawn = "".join(_cell(cell, _x(number), y))
            tip = f"<title>{escape(_tip(row, day, cell))}</title>" if has_tips else ""
            yield f"<g>{tip}{drawn}</g>" if tip else drawn


def _tip(row: Row, day: date, cell: Cell) -> str:
    return f"{row.label}, {day}: {LOOKS[cell.status].word}{f' ({cell.note})' if cell.note else ''}"


def _cell(cell: Cell, x: int, y: int) -> Iterator[str]:
    look = LOOKS[cell.status]
    yield f'<rect class="{cell.status}" x="{x}" y="{y}" width="{CELL}" height="{CELL}" rx="4"/>'
    if look is not NOTHING and cell.status != "received":
        yield f'<text class="mark on-{cell.status}" x="{x + CELL / 2}" y="{y + 15}">{look.mark}</text>'


def _legend(grid: Grid, y: int, width: int) -> Iterator[str]:
    x = MARGIN
    for name, look in LOOKS.items():
        if name not in grid.statuses:
            continue
        room = _room(look.word)
        if x + room > width:
            x, y = MARGIN, y + 26
        yield f'<rect class="{name}" x="{x}" y="{y - 13}" width="18" height="18" rx="4"/>'
        if name != "received" and look.mark.strip():
            yield f'<text class="mark on-{name}" x="{x + 9}" y="{y}">{look.mark}</text>'
        yield f'<text class="quiet" x="{x + 25}" y="{y}">{look.word}</text>'
        x += room


def _legend_lines(grid: Grid, width: int) -> int:
    lines, x = 1, MARGIN
    for name, look in LOOKS.items():
        if name in grid.statuses:
            if x + _room(look.word) > width:
                lines, x = lines + 1, MARGIN
            x += _room(look.word)
    return lines


def _room(word: str) -> int:
    return 44 + 7 * len(word)


def _x(number: int) -> int:
    return LEFT + number * (CELL + GAP)


def _short(label: str) -> str:
    return label if len(label) <= 28 else label[:27].rstrip() + "…"
