"""A board of every metric that there is, and the page, files and mail that it becomes, taken apart again.

A tile for each metric, and a table for each of those that pandas recomputes row by row. What is expected of them
belongs to the test.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from html import unescape

import httpx
import openpyxl
import pypdfium2
import pytest
from starlette.applications import Starlette

from goldline.boards.model import Board, Tile, Words
from goldline.boards.render.mail import Content, Section, write_mail
from goldline.boards.resolve import resolve
from goldline.boards.trust import stamp_of
from goldline.boards.view import BoardView
from goldline.boards.web import pages
from goldline.boards.web.app import create_app
from goldline.metrics.filters import Filters
from goldline.metrics.scope import EVERYTHING
from goldline.people import People
from tests.integration.metrics.conftest import Opened
from tests.integration.metrics.tables import TABLES

PARAMS = {"without": "category:COATS"}
QUERY = "from=2026-01-10&to=2026-03-20"
ADDRESS = "http://127.0.0.1"


def board_of_everything(metrics: list[str]) -> Board:
    numbers = [
        Tile(id=_id(name), metrics=(name,), width=3, params=PARAMS if name == "non_buyers" else {}) for name in metrics
    ]
    tables = [
        Tile(
            id=f"table-{_id(name)}",
            title=Words(en=name, fr=name),
            metrics=shown,
            by=by,
            chart="table",
            width=12,
            compare=False,
        )
        for name, (shown, by, _) in TABLES.items()
    ]
    words = Words(en="Everything", fr="Tout")
    return Board(name="everything", title=words, summary=words, group=words, order=1, tiles=(*numbers, *tables))


@dataclass(frozen=True)
class Shown:
    """The board in every form, as text and values.

    Attributes:
        view: The board as it was resolved.
        page: The page's HTML by tile.
        pdf: All text of the PDF.
        sheets: Values of each sheet of the workbook below its heads, in the order of the tiles.
        tables: Lines of the CSV by tile, in order.
        text: The mail's text part, one line each.
        html: Texts of the mail's page, in order.
    """

    view: BoardView
    page: dict[str, str]
    pdf: str
    sheets: list[list[list[object]]]
    tables: list[list[list[str]]]
    text: list[str]
    html: list[str]


def show(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Ask the application for the page and the exports, and write the mail."""
    board = board_of_everything(list(opened.store.registry))
    monkeypatch.setattr(pages, "load_boards", lambda: {board.name: board})
    app = create_app(opened.store, People.from_settings(opened.settings), opened.settings)
    page, pdf, xlsx, text = (_get(app, f"/everything{ending}?{QUERY}") for ending in ("", ".pdf", ".xlsx", ".csv"))
    filters = Filters.from_query({"from": ["2026-01-10"], "to": ["2026-03-20"]})
    view = resolve(board, filters, store=opened.store, scope=EVERYTHING, currency=opened.settings.currency)
    mail = _mail(view, opened)
    return Shown(
        view=view,
        page=_tiles_of_page(page.text),
        pdf=_text_of_pdf(pdf.content),
        sheets=_sheets(xlsx.content),
        tables=_tables(text.content.decode("utf-8-sig"), view),
        text=_part(mail, "plain").splitlines(),
        html=_texts(_part(mail, "html")),
    )


def _get(app: Starlette, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            return await client.get(path, headers={"Accept-Language": "en"})

    answer = asyncio.run(ask())
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
    return answer


def _mail(view: BoardView, opened: Opened) -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    stamp = stamp_of(opened.settings, made_by="local", now=datetime(2026, 3, 29, 5, tzinfo=UTC), version=view.version)
    section = Section(heading="Everything", view=view)
    write_mail(
        message,
        Content(
            title="Everything", subtitle="", language="en", link=ADDRESS, why="", settings_link=ADDRESS,
            sections=(section,), stamp=stamp,
        ),
    )  # fmt: skip
    return message


def _part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def _tiles_of_page(html: str) -> dict[str, str]:
    parts = re.split(r'<article class="[^"]*" id="tile-([a-z0-9-]+)"', html)
    return {name: "\n".join(_texts(f"<article{part}")) for name, part in zip(parts[1::2], parts[2::2], strict=True)}


def _texts(html: str) -> list[str]:
    """The texts between tags, without the page's head."""
    body = html.partition("<body")[2] or html
    found = (" ".join(unescape(text).split()) for text in re.findall(r">([^<]*)<", f">{body}<"))
    return [text for text in found if text]


def _text_of_pdf(content: bytes) -> str:
    opened = pypdfium2.PdfDocument(content)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in opened).split())
    finally:
        opened.close()


def _sheets(content: bytes) -> list[list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return [[list(row) for row in sheet.iter_rows(min_row=6, values_only=True)] for sheet in book.worksheets[1:]]


def _tables(text: str, view: BoardView) -> list[list[list[str]]]:
    """The blocks between empty lines, without their title, message and heads: one per tile."""
    blocks: list[list[list[str]]] = [[]]
    for line in csv.reader(io.StringIO(text)):
        if line:
            blocks[-1].append(line)
        else:
            blocks.append([])
    return [block[(3 if tile.message else 2) :] for block, tile in zip(blocks, view.tiles, strict=False)]


def _id(name: str) -> str:
    return name.replace("_", "-").replace(" ", "-")
