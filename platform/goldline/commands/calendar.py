"""The arrivals calendar in the terminal: coloured blocks that keep their characters where there is no colour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from rich.text import Text

from goldline.arrivals import Grid, Row, published_grid
from goldline.arrivals.looks import LOOKS, named_months
from goldline.arrivals.pages import calendar_html
from goldline.arrivals.svg import LETTERS, calendar_svg
from goldline.commands.terminal import out
from goldline.errors import GoldlineError
from goldline.home import Home
from goldline.publish.reader import open_snapshot

DAYS = 28
LABEL = 24


class CalendarFormat(StrEnum):
    """How the calendar is shown."""

    TABLE = "table"
    HTML = "html"
    SVG = "svg"


def show_calendar(home: Home, days: int = DAYS) -> None:
    """Print the published calendar in the terminal; nothing where there is none yet."""
    grid = _published(home, days)
    if grid is not None:
        for line in calendar_lines(grid):
            out.print(line, no_wrap=True, crop=False, soft_wrap=True)


def print_calendar(home: Home, days: int, shape: CalendarFormat) -> None:
    """Print the published calendar alone.

    Raises:
        GoldlineError: Nothing is published yet.
    """
    grid = _published(home, days)
    if grid is None:
        raise GoldlineError("no arrivals calendar is published yet", where="status", remedy="run 'goldline run' first")
    if shape is CalendarFormat.TABLE:
        for line in calendar_lines(grid):
            out.print(line, no_wrap=True, crop=False, soft_wrap=True)
    else:
        title = f"Arrivals, {grid.days[0]} to {grid.days[-1]}"
        text = calendar_svg(grid, title=title) if shape is CalendarFormat.SVG else calendar_html(grid, title=title)
        out.file.write(text)


def calendar_lines(grid: Grid) -> list[Text]:
    """Return the calendar line by line: days, shops, feeds, legend."""
    mondays = [str(day.day) if day.isoweekday() == 1 else "" for day in grid.days]
    lines = [_months(grid.days), _heads([LETTERS[day.weekday()] for day in grid.days]), _heads(mondays)]
    for name, rows in (("selling points", grid.shops), ("feeds", grid.feeds)):
        if rows:
            lines += [Text(name, style="bold"), *(_line(row, grid.days) for row in rows)]
    return [*lines, _legend(grid), Text("")]


def _published(home: Home, days: int) -> Grid | None:
    if not (home.settings.published_dir / "current.json").exists():
        return None
    with open_snapshot(home.settings.published_dir) as reader:
        return published_grid(reader, days)


def _months(days: Sequence[date]) -> Text:
    line, named = Text(" " * LABEL), named_months(days)
    for place, day in enumerate(days):
        if place in named:
            line.append(f"{day:%Y-%m}")
        line.pad_right(max(0, LABEL + 2 * (place + 1) - len(line)))
    return line


def _heads(heads: Sequence[str]) -> Text:
    return Text(" " * LABEL + "".join(f"{head:>2}" for head in heads), style="dim")


def _line(row: Row, days: Sequence[date]) -> Text:
    label = row.label if len(row.label) < LABEL else row.label[: LABEL - 2] + "…"
    line = Text(f"{label:<{LABEL}}")
    for day in days:
        cell = row.cells.get(day)
        look = LOOKS[cell.status if cell else "not_expected"]
        line.append(" ")
        line.append(look.mark, style=look.style)
    return line


def _legend(grid: Grid) -> Text:
    line = Text(" ")
    for name, look in LOOKS.items():
        if name in grid.statuses and look.mark.strip():
            line.append(look.mark, style=look.style)
            line.append(f" {look.word}   ")
    return line
