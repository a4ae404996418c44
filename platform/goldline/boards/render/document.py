"""One call for every format of a board: which renderer, which media type, which name a saved file gets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from goldline.boards.trust import TrustStamp
from goldline.boards.view import BoardView

Form = Literal["pdf", "xlsx", "csv", "png", "svg"]
FORMATS: tuple[Form, ...] = get_args(Form)
MEDIA_TYPES: dict[Form, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Document:
    """A rendered board: its bytes, what they are, and the name of the file."""

    content: bytes
    media_type: str
    name: str


def document(view: BoardView, stamp: TrustStamp, form: Form) -> Document:
    """Render a board, or the one tile that the view holds."""
    return Document(_render(view, stamp, form), MEDIA_TYPES[form], file_name(view, form))


def file_name(view: BoardView, form: Form) -> str:
    """Return a name of plain characters: board, tile where there is one, newest day."""
    tile = f"-{view.tiles[0].tile.id}" if len(view.tiles) == 1 and len(view.board.tiles) > 1 else ""
    return re.sub(r"[^a-z0-9.-]+", "-", f"{view.board.name}{tile}-{view.as_of.isoformat()}.{form}".lower())


def _render(view: BoardView, stamp: TrustStamp, form: Form) -> bytes:
    # Each renderer is imported where it is needed: typst, vl-convert and Altair take a second together.
    if form == "csv":
        from goldline.boards.render.csv import render_csv

        return render_csv(view, stamp)
    if form == "xlsx":
        from goldline.boards.render.xlsx import render_xlsx

        return render_xlsx(view, stamp)
    from goldline.boards.render.pdf import render_pdf, render_picture

    return render_pdf(view, stamp) if form == "pdf" else render_picture(view, stamp, form)
