"""Boards as a mail: an HTML part that mail programs show as it was meant, a text part, charts as pictures in the mail.

Sections are boards that are resolved already; here is how they are laid out for 640 pixels, a phone, a dark screen, or
a reader of plain text. Whom a mail goes to, and whether it goes, is decided in ``reports``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from goldline.boards.model import Language
from goldline.boards.palette import PALETTES
from goldline.boards.render.captions import alternative, period_line
from goldline.boards.render.document import Document
from goldline.boards.render.picture import tile_png
from goldline.boards.render.safe import printable
from goldline.boards.render.words import say
from goldline.boards.trust import TrustStamp
from goldline.boards.view import BoardView, CellView, Figure, TileView

CHART_WIDTH = 500  # CSS pixels, drawn with 2.4 times as many dots and shown wider: still readable on a phone
CHART_SCALE = 2.4
MOST_ROWS, MOST_COLUMNS = 12, 6
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_ISOLATE, _ISOLATED = "\u2068", "\u2069"


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a mail: a board under a heading.

    Attributes:
        heading: What stands above it.
        view: The board, resolved.
        link: Address of the board; empty for none.
        with_tables: Show its tables and charts, too, not only its figures.
    """

    heading: str
    view: BoardView
    link: str = ""
    with_tables: bool = True


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything that a mail says.

    Attributes:
        title: Its heading.
        subtitle: The line below.
        language: The recipient's language.
        highlights: Sentences at the top: what is worth knowing.
        sections: The boards.
        stamp: The trust stamp; None where there is nothing to stamp.
        link: Address of the boards.
        why: Why the recipient gets it, and how to change that.
        settings_link: Where to change that.
    """

    title: str
    subtitle: str
    language: Language
    link: str
    why: str
    settings_link: str
    highlights: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    stamp: TrustStamp | None = None


@dataclass(frozen=True)
class _Laid:
    """One section laid out for the templates."""

    heading: str
    period: str
    link: str
    figures: list[Figure]
    others: list[dict[str, Any]] = field(default_factory=list)


def write_mail(message: EmailMessage, content: Content, attachments: Sequence[Document] = ()) -> None:
    """Give a message its text, its HTML with the charts in it, and its attachments."""
    pictures: dict[str, bytes] = {}
    sections = [_laid(section, pictures) for section in content.sections]
    shown = {"content": content, "sections": sections, "colours": PALETTES, "say": _says(content.language)}
    message.set_content(_templates().get_template("mail.txt").render(shown), cte="quoted-printable")
    html = _templates().get_template("mail.html").render(shown)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    page = message.get_payload()[1]  # type: ignore[index]
    if not isinstance(page, EmailMessage):
        raise TypeError("the second part is the page that was just added")
    for name, picture in pictures.items():
        page.add_related(picture, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")
    for document in attachments:
        main, _, sub = document.media_type.partition(";")[0].partition("/")
        message.add_attachment(document.content, maintype=main, subtype=sub, filename=document.name)


def _laid(section: Section, pictures: dict[str, bytes]) -> _Laid:
    figures = [figure for tile in section.view.tiles if tile.tile.chart == "number" for figure in tile.figures]
    others = list(_others(section, pictures)) if section.with_tables else []
    return _Laid(section.heading, period_line(section.view), section.link, figures, others)


def _others(section: Section, pictures: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    for tile in section.view.tiles:
        if tile.tile.chart == "number" or not tile.rows:
            continue
        name = ""
        if tile.has_chart:
            name = hashlib.sha256(f"{section.view.address} {tile.tile.id}".encode()).hexdigest()[:16]
            pictures[name] = tile_png(tile, "light", width=CHART_WIDTH, scale=CHART_SCALE)
        yield {"title": tile.title, "picture": name, "alt": f"{tile.title}. {alternative(tile)}", "table": _table(tile)}


def _table(tile: TileView) -> dict[str, Any]:
    """The table of a tile as far as it fits into a mail."""
    columns = [at for at, column in enumerate(tile.columns) if column.kind != "previous"][:MOST_COLUMNS]
    left_out = len(tile.rows) - MOST_ROWS
    rows = [[row[at] for at in columns] for row in tile.rows[:MOST_ROWS]]
    return {
        "heads": [{"label": _label(tile, at), "is_number": tile.columns[at].is_number} for at in columns],
        "rows": rows,
        "totals": [tile.totals[at] for at in columns] if tile.totals else [],
        "more": say("rows_more_mail", tile.language, count=left_out) if left_out > 0 else "",
        "widths": [_width(_label(tile, at), [row[place] for row in rows]) for place, at in enumerate(columns)],
    }


def _label(tile: TileView, at: int) -> str:
    """A column's head; a change stands beside what has changed."""
    column = tile.columns[at]
    return say("change", tile.language) if column.kind == "delta" else column.label


def _width(label: str, cells: Sequence[CellView]) -> int:
    return min(max([len(label), *(len(cell.text) for cell in cells)]), 34)


def plain_line(text: object) -> str:
    """One line of text: no control characters; right-to-left names kept from turning the line around."""
    line = " ".join(printable(str(text)).split())
    return f"{_ISOLATE}{line}{_ISOLATED}" if _RIGHT_TO_LEFT.search(line) else line


def _says(language: Language) -> Any:
    return lambda name, **values: say(name, language, **values)


def _padded(text: object, width: int, *, right: bool = False) -> str:
    line = plain_line(text)
    line = line if len(line) <= width or _RIGHT_TO_LEFT.search(line) else line[: width - 1] + "…"
    return line.rjust(width) if right else line.ljust(width)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("goldline.boards.render"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=True, disabled_extensions=("txt",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["line"] = plain_line
    environment.filters["padded"] = _padded
    return environment
