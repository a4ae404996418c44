"""The pages: a board, one tile of it, the lines behind a tile. Exports are in ``exports``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from goldline.boards.catalogue import load_boards
from goldline.boards.labels import Labels
from goldline.boards.model import Board
from goldline.boards.questions import question_of
from goldline.boards.resolve import address_of, resolve
from goldline.boards.tables import Writer
from goldline.boards.view import BoardView, TileView
from goldline.boards.web.filter_form import FilterForm, filter_form
from goldline.boards.web.kept import Kept, Kind
from goldline.boards.web.site import Call, Site
from goldline.boards.web.templating import render
from goldline.boards.words import word
from goldline.errors import GoldlineError
from goldline.metrics.filters import Filters

FORMATS = ("pdf", "xlsx", "csv", "png", "svg")
_LINES = 100


class NotFound(Exception):
    """There is no such page, or none for this reader: both look the same."""


class Forbidden(Exception):
    """The reader may not see this board."""


class Pages:
    """The handlers of pages."""

    def __init__(self, site: Site) -> None:
        """Keep what they share."""
        self._site, self._kept = site, Kept()

    def start(self, request: Request) -> Response:
        """Lead to the first board that the person may see."""
        call = Call.of(self._site, request)
        boards = call.boards()
        if not boards:
            raise Forbidden
        return RedirectResponse(f"/{boards[0].name}", 307)

    def board(self, request: Request) -> Response:
        """Show a board; for htmx, its figures only."""
        call = Call.of(self._site, request)
        if not call.is_partial and (again := call.remembered()):
            return again
        board = asked_board(call)
        filters, scope = call.filters(), call.person.scope()
        form = filter_form(board, filters, store=self._site.store, scope=scope, language=call.language)
        values: dict[str, Any] = {"board": board, "form": form, "filters": filters}
        part = self._kept.get(self._kind(call, board, filters), lambda: _written(call, board, form))
        if not call.is_partial:
            return call.page("board.html", {**values, "part": part}, board=board.name)
        response = call.fragment(part)
        response.headers["HX-Push-Url"] = address_of(f"/{board.name}", filters)
        return response

    @staticmethod
    def _kind(call: Call, board: Board, filters: Filters) -> Kind:
        return Kind(
            version=call.site.store.version,
            board=board.name,
            filters=filters,
            scope=call.person.scope(),
            language=call.language,
            theme=call.theme,
        )

    def tile(self, request: Request) -> Response:
        """Show one tile, large."""
        call = Call.of(self._site, request)
        if not call.is_partial and (again := call.remembered()):
            return again
        board = asked_board(call)
        view = resolved(call, board, only=_tile_name(call, board))
        values = {"view": view, "tile": _only(view), "filters": view.filters, "formats": FORMATS}
        return call.page("tile.html", values, board=board.name)

    def lines(self, request: Request) -> Response:
        """Show the lines behind a tile, as far as the reader may see them."""
        call = Call.of(self._site, request)
        board = asked_board(call)
        tile = board.tile(_tile_name(call, board))
        scope = call.person.scope()
        if tile is None or not (tile.lines and tile.source == "metrics" and scope.lines):
            raise NotFound
        filters = call.filters()
        question = question_of(board, tile, filters, store=self._site.store, scope=scope)
        number = _page_number(request)
        answer = self._site.store.lines(question, _LINES + 1, (number - 1) * _LINES)
        writer = Writer(
            Labels(self._site.store, scope, call.language),
            self._site.store.registry,
            call.language,
            self._site.settings.currency,
        )
        shown = replace(answer, rows=answer.rows[:_LINES])
        view = resolved(call, board, only=tile.id)
        values = {
            "view": view,
            "tile": _only(view),
            "columns": writer.columns(shown),
            "rows": writer.rows(shown, None, filters, "day"),
            "number": number,
            "first": (number - 1) * _LINES + 1,
            "last": (number - 1) * _LINES + len(shown.rows),
            "has_more": len(answer.rows) > _LINES,
            "filters": filters,
            "withheld": word("state.withheld", call.language) if answer.withheld else "",
        }
        return call.page("lines.html", values, board=board.name)


def _written(call: Call, board: Board, form: FilterForm) -> tuple[Markup, bool]:
    """Write a board's figures, and say whether all could be worked out."""
    view = resolved(call, board)
    values = {"view": view, "form": form, "formats": FORMATS, "theme": call.theme}
    text = Markup(render("board_part.html", call.language, values))  # noqa: S704 - a template of ours, which escapes
    return text, all(tile.state != "failed" for tile in view.tiles)


def asked_board(call: Call) -> Board:
    """Return the board of the address.

    Raises:
        NotFound: There is none.
        Forbidden: The person may not see it.
    """
    board = load_boards().get(call.request.path_params["board"])
    if board is None:
        raise NotFound
    is_of_company = not board.has_period  # arrivals and checks of every shop
    if not call.person.may_see(board) or (is_of_company and call.person.is_limited):
        raise Forbidden
    return board


def resolved(call: Call, board: Board, only: str | None = None) -> BoardView:
    """Resolve a board as the person may see it."""
    return resolve(
        board,
        call.filters(),
        store=call.site.store,
        scope=call.person.scope(),
        language=call.language,
        currency=call.site.settings.currency,
        only=only,
    )


def _tile_name(call: Call, board: Board) -> str:
    name = str(call.request.path_params["tile"])
    if board.tile(name) is None:
        raise NotFound
    return name


def _only(view: BoardView) -> TileView:
    if not view.tiles:
        raise NotFound
    return view.tiles[0]


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:7]) <= 100_000):
        raise GoldlineError("not a page", where="page", remedy="write page=1")
    return int(text)
