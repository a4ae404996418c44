"""The two or three sentences at the top of the mail, and its subject: made from the figures that stand below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from goldline.boards.format import format_value
from goldline.boards.view import BoardView, ColumnView, Figure
from goldline.reports.words import day_and_year, long_day, say, short_day

FEWEST_SHOPS = 3  # with two, gained most and lost most are both of them


def subject(view: BoardView, day: date) -> str:
    """Return the subject line: the day, its revenue, and the change."""
    language, revenue = view.language, _figure(view, "revenue")
    if revenue is None:
        return say("title", language, day=short_day(day, language))
    plain = say("subject", language, day=short_day(day, language), revenue=revenue.text)
    if revenue.delta is None:
        return plain
    return say("subject_delta", language, subject=plain, delta=revenue.delta_text)


def highlights(day_view: BoardView, month_view: BoardView, day: date) -> Iterator[str]:
    """Return what is worth knowing first."""
    language, revenue = day_view.language, _figure(day_view, "revenue")
    weekday = long_day(day, language)
    if revenue is None or not revenue.value:
        yield say("day_none", language, weekday=weekday)
    elif revenue.delta is None or day_view.previous is None:
        yield say("day_alone", language, revenue=revenue.text, weekday=weekday)
    else:
        before = day_and_year(day_view.previous.start, language)
        yield say("day_up", language, revenue=revenue.text, weekday=weekday, delta=revenue.delta_text, before=before)
    yield from _month(month_view)
    yield from _movers(day_view)


def _month(view: BoardView) -> Iterator[str]:
    revenue = _figure(view, "revenue")
    if revenue is not None and revenue.delta is not None and view.period.days > 1:
        yield say("month_up", view.language, revenue=revenue.text, delta=revenue.delta_text)


def _movers(view: BoardView) -> Iterator[str]:
    """The shops that gained and lost most, in money, against the compared day."""
    tile = view.tile("shops")
    if tile is None or len(tile.rows) < FEWEST_SHOPS:
        return
    at = {column.name: place for place, column in enumerate(tile.columns)}
    if not {"revenue", "revenue__previous"} <= set(at):
        return
    moved = [
        (now - before, row[0].text)
        for row in tile.rows
        if isinstance(now := row[at["revenue"]].value, Decimal)
        and isinstance(before := row[at["revenue__previous"]].value, Decimal)
    ]
    for name, (amount, shop) in (
        ("gained", max(moved, default=(Decimal(0), ""))),
        ("lost", min(moved, default=(Decimal(0), ""))),
    ):
        if (amount > 0) == (name == "gained") and amount:
            text = _signed(amount, tile.columns[at["revenue"]], view)
            yield say(name, view.language, shop=shop, amount=text)


def _signed(amount: Decimal, column: ColumnView, view: BoardView) -> str:
    written = format_value(abs(amount), column.unit, column.decimals, view.language, view.currency)
    return f"{'+' if amount > 0 else '−'}{written}"  # noqa: RUF001 - a minus as typesetters use it


def _figure(view: BoardView, metric: str) -> Figure | None:
    found = (figure for tile in view.tiles for figure in tile.figures if figure.name == metric)
    return next(found, None)
