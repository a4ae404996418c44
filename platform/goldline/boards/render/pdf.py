"""A board as PDF: typst sets it, vl-convert draws its charts, both inside this process and without a network.

Here a view becomes the values that ``board.typ`` lays out; tables are in ``paper``. They travel as JSON, so that a
product called ``#eval`` or ``*bold*`` is only its name. The file is tagged (PDF/UA), has a title, a language and a text
for every chart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import typst

from goldline.boards.palette import PALETTES
from goldline.boards.render.captions import alternative, period_line
from goldline.boards.render.fonts import typefaces
from goldline.boards.render.paper import behind, calendar_of, table_of, width_of
from goldline.boards.render.picture import tile_svg
from goldline.boards.render.words import say
from goldline.boards.trust import TrustStamp
from goldline.boards.view import BoardView, Figure, TileView

PICTURE_DOTS = 144.0  # an inch
TALL_ROWS = 14
COLUMNS = 12
SELF_EVIDENT = ("heatmap", "triangle")  # their cells hold the figures
LINE_OF_GRID = 17  # pixels
SLIGHTLY, SQUEEZED = 1.12, 1.25  # how much smaller a table's type may get, to stay in its place and on its page
FIGURE_SIZE = 15.0  # points
_FIGURE_WIDTH = 0.6 * 25.4 / 72  # mm that a bold figure of one point takes
_REGIONS = {"en": "GB", "fr": "FR"}
_PORTRAIT, _LANDSCAPE = 182.0, 269.0  # mm between the margins
_CARD = 6.4 + 3.2  # mm of a card's padding and gutter
_GUTTER = 8.0  # mm between the two columns behind the charts
_PIXEL = 25.4 / 96  # mm
_FINER = 1.12  # charts are drawn a little larger than they are printed, so that their type suits the page
_compile = cast("Callable[..., object]", typst.compile)  # its annotations don't know files in memory


def render_pdf(view: BoardView, stamp: TrustStamp) -> bytes:
    """Return the board, or the one tile that the view holds, as a PDF."""
    is_landscape = any(width_of(tile) > (_PORTRAIT - _CARD) * SQUEEZED for tile in view.tiles)
    files = _files(view, stamp, is_landscape=is_landscape, is_picture=False)
    made = _compile(
        files,
        format="pdf",
        font_paths=typefaces(),
        pdf_standards=["ua-1"],
        timestamp=int(stamp.made_at.timestamp()),
    )
    return _one(made)


def render_picture(
    view: BoardView, stamp: TrustStamp, form: Literal["png", "svg"], *, dots: float = PICTURE_DOTS
) -> bytes:
    """Return the board, or the one tile that the view holds, as one picture with its heading and trust stamp."""
    files = _files(view, stamp, is_landscape=True, is_picture=True)
    return _one(_compile(files, format=form, ppi=dots, font_paths=typefaces()))


def _one(made: object) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("typst gives one file for a document of one page, and for a PDF")
    return made


def _files(view: BoardView, stamp: TrustStamp, *, is_landscape: bool, is_picture: bool) -> dict[str, bytes]:
    """The template, what it shows, and the charts."""
    pictures: dict[str, bytes] = {}
    content = _content(view, stamp, pictures, is_landscape=is_landscape, is_picture=is_picture)
    return {"main.typ": _template(), "data.json": json.dumps(content, ensure_ascii=False).encode(), **pictures}


def _content(
    view: BoardView, stamp: TrustStamp, pictures: dict[str, bytes], *, is_landscape: bool, is_picture: bool
) -> dict[str, Any]:
    language = view.language
    whole = _LANDSCAPE if is_landscape else _PORTRAIT
    drawn = [tile for tile in view.tiles if tile.has_chart] if not is_picture else []
    return {
        "title": view.title,
        "summary": view.summary,
        "language": language,
        "region": _REGIONS[language],
        "landscape": is_landscape,
        "picture": is_picture,
        "colours": {name: value for name, value in asdict(PALETTES["print"]).items() if isinstance(value, str)},
        "period": period_line(view),
        "filters": [list(pair) for pair in view.filter_texts],
        "rows": [
            [_tile(tile, pictures, space=whole * width / COLUMNS - _CARD, width=width) for tile, width in row]
            for row in in_rows(view.tiles, whole)
        ],
        "width": whole,
        "appendix": [
            {"title": tile.title, "table": found}
            for tile in drawn
            if tile.tile.chart not in SELF_EVIDENT and (found := behind(tile, whole, (whole - _GUTTER) / 2))
        ],
        "definitions": [list(pair) for pair in _definitions(view.tiles) if not is_picture],
        "stamp": stamp.sentence(language),
        "trust": [list(pair) for pair in stamp.lines(language)],
        "words": {
            "page": say("page_of", language, page="{page}", pages="{pages}"),
            "definitions": say("definitions", language),
            "trust": say("trust", language),
            "behind": say("behind", language),
        },
    }


def in_rows(tiles: Sequence[TileView], whole: float) -> Iterator[list[tuple[TileView, int]]]:
    """Put tiles into rows of twelve columns, as the page does, each with its width.

    Args:
        tiles: In reading order.
        whole: Millimetres of the twelve columns; a table that needs more than its share of them gets a row of its own.
    """
    row: list[tuple[TileView, int]] = []
    for tile in tiles:
        width = tile.tile.width
        if width_of(tile) > (whole * width / COLUMNS - _CARD) * SLIGHTLY:
            width = COLUMNS
        if row and sum(taken for _, taken in row) + width > COLUMNS:
            yield row
            row = []
        row.append((tile, width))
    if row:
        yield row


def _tile(tile: TileView, pictures: dict[str, bytes], *, space: float, width: int) -> dict[str, Any]:
    is_number = tile.tile.chart == "number"
    is_table = not is_number and not tile.has_chart and bool(tile.rows)
    picture = f"{tile.tile.id}.svg" if tile.has_chart else ""
    if picture:
        pictures[picture] = tile_svg(tile, "print", width=round(space * _FINER / _PIXEL), height=_height(tile))
    return {
        "title": "" if tile.figures and tile.title == tile.figures[0].label else tile.title,
        "width": width,
        "message": tile.message if tile.state != "partial" or not is_number else "",
        "figures": [_figure(figure, space=space) for figure in tile.figures] if is_number else [],
        "picture": picture,
        "alt": f"{tile.title}. {alternative(tile)}",
        "table": _table(tile, space) if is_table else None,
        "notes": list(tile.notes),
        "breakable": is_table and len(tile.rows) > TALL_ROWS,
    }


def _table(tile: TileView, space: float) -> dict[str, Any]:
    return calendar_of(tile) if tile.tile.chart == "calendar" else table_of(tile, space)


def _height(tile: TileView) -> int | None:
    """The plot's height: grids are set tighter than on a screen, so that they share a page with others."""
    if tile.tile.chart not in SELF_EVIDENT:
        return None
    return LINE_OF_GRID * max(len({row[0].text for row in tile.rows}), 2) + LINE_OF_GRID


def _figure(figure: Figure, *, space: float) -> dict[str, object]:
    return {
        "size": min(FIGURE_SIZE, space / (max(len(figure.text), 1) * _FIGURE_WIDTH)),
        "label": figure.label,
        "text": figure.text,
        "delta": figure.delta_text if figure.delta is not None else "",
        "previous": figure.previous_text,
        "tone": figure.tone,
        "direction": figure.direction,
        "reason": figure.reason,
    }


def _definitions(tiles: Sequence[TileView]) -> list[tuple[str, str]]:
    """Every metric on the board with its sentence, once."""
    return list(dict.fromkeys(pair for tile in tiles for pair in tile.definitions))


@cache
def _template() -> bytes:
    return (Path(__file__).parent / "board.typ").read_bytes()
