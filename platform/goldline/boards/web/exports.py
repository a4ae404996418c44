"""Boards and tiles as files, as seen, with their filters; and whole tables for those who may take them."""

from __future__ import annotations

from itertools import chain

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from goldline.boards.trust import stamp_of
from goldline.boards.web.pages import FORMATS, Forbidden, NotFound, asked_board, resolved
from goldline.boards.web.site import Call, Site
from goldline.people.web import record_export

TABLE_FORMATS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


class Exports:
    """The handlers of files. Each is recorded before its first byte leaves."""

    def __init__(self, site: Site) -> None:
        """Keep what they share."""
        self._site = site

    def board(self, request: Request) -> Response:
        """Return a board as a file."""
        return self._export(request, None)

    def tile(self, request: Request) -> Response:
        """Return a tile as a file."""
        return self._export(request, request.path_params["tile"])

    def full(self, request: Request) -> Response:
        """Stream a whole table."""
        from goldline.boards.render.full import FULL_TABLES, stream_table  # loads pyarrow

        call = Call.of(self._site, request)
        table, ending = request.path_params["table"], request.path_params["ending"]
        if table not in FULL_TABLES or ending not in TABLE_FORMATS:
            raise NotFound
        if not call.person.may_export_full:
            raise Forbidden
        version = self._site.store.version
        parts = stream_table(self._site.settings, table, ending, call.person.scope(), version=version)
        first = next(parts)  # what forbids or fails does so before the answer begins
        record_export(request, board="full", tile=table, format=ending, filters="", version=version)
        headers = {"Content-Disposition": f'attachment; filename="{table}-{version}.{ending}"'}
        return StreamingResponse(chain([first], parts), media_type=TABLE_FORMATS[ending], headers=headers)

    def _export(self, request: Request, tile: str | None) -> Response:
        from goldline.boards.render.document import document  # loads typst and vl-convert

        call = Call.of(self._site, request)
        ending = request.path_params["ending"]
        if ending not in FORMATS:
            raise NotFound
        board = asked_board(call)
        view = resolved(call, board, only=tile)
        if not view.tiles:
            raise NotFound
        stamp = stamp_of(self._site.settings, made_by=call.person.name, now=call.now, version=view.version)
        made = document(view, stamp, ending)
        query = view.filters.to_query()
        record_export(request, board=board.name, tile=tile or "", format=ending, filters=query, version=view.version)
        headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
        return Response(made.content, media_type=made.media_type, headers=headers)
