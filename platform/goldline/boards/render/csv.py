"""A board, or one tile of it, as CSV: for programs and for spreadsheets that don't run what is in it.

UTF-8 with a byte order mark, commas, RFC 4180 quotes. Values as they are: ISO dates, points in decimals, shares as
fractions of one hundred as on the page; the unit is in the head. Each tile begins with a line of its name; the trust
stamp stands at the end.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from goldline.boards.render.safe import inert
from goldline.boards.render.sheet import Head, Table, tables_of
from goldline.boards.render.words import say
from goldline.boards.trust import TrustStamp
from goldline.boards.view import BoardView

Line = list[str]


def render_csv(view: BoardView, stamp: TrustStamp) -> bytes:
    """Return the figures of the view's tiles."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    tables = tables_of(view)
    for table in tables:
        writer.writerows(_lines(table, is_alone=len(tables) == 1))
        writer.writerow([])
    writer.writerows([inert(label), inert(value)] for label, value in _foot(view, stamp))
    return text.getvalue().encode("utf-8-sig")


def _lines(table: Table, *, is_alone: bool) -> Iterator[Line]:
    if not is_alone:
        yield [inert(table.title)]
    if table.message:
        yield [inert(table.message)]
    if table.heads:
        yield [inert(_head(head)) for head in table.heads]
    for row in (*table.rows, *([table.totals] if table.totals else [])):
        yield [written(value) for value in row]


def _foot(view: BoardView, stamp: TrustStamp) -> Iterator[tuple[str, str]]:
    yield say("board", view.language), view.title
    yield say("period", view.language), view.period_text
    yield from view.filter_texts
    yield from stamp.lines(view.language)


def _head(head: Head) -> str:
    return f"{head.label} ({head.unit})" if head.unit else head.label


def written(value: object) -> str:
    """A value as a program reads it; text is made inert, numbers need not be."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return inert(str(value))
