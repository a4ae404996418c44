"""The application: addresses, middleware, and what is said when something goes wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from goldline.boards.model import Language
from goldline.boards.web.assets import FOLDER, Static
from goldline.boards.web.exports import Exports
from goldline.boards.web.pages import Forbidden, NotFound, Pages
from goldline.boards.web.security import SecurityHeaders
from goldline.boards.web.signin import render_login
from goldline.boards.web.site import Call, Site
from goldline.boards.web.subscriptions import SubscriptionFile, subscription_routes
from goldline.boards.words import word
from goldline.errors import GoldlineError, TransientError
from goldline.metrics.store import open_store
from goldline.people.directory import People
from goldline.people.web import middleware, routes
from goldline.publish.folder import PublishedFolder
from goldline.settings import Settings

if TYPE_CHECKING:
    from goldline.metrics.store import Store

_LOG = logging.getLogger(__name__)
_ASKED = (
    "filter",
    "page",
    "question",
)  # where an error in the address itself lies; others may name what is not the reader's
Handler = Callable[[Request, Exception], Awaitable[Response]]


class _Unpublished(Exception):
    """Nothing is published yet."""


def create_app(
    store: Store | None, people: People, settings: Settings, *, subscriptions: SubscriptionFile | None = None
) -> Starlette:
    """Return the application.

    Args:
        store: The published figures; None to open them with the first request that needs them.
        people: Who may read them.
        settings: The settings.
        subscriptions: Who gets the daily report; None leaves its page out.
    """
    site = Site(_opener(store, settings), settings, has_subscriptions=subscriptions is not None)
    pages, exports = Pages(site), Exports(site)
    return Starlette(
        routes=[
            *routes(people, render=render_login),
            Route("/healthz", _healthz),
            Mount("/static", Static(directory=FOLDER), name="static"),
            *(subscription_routes(site, subscriptions) if subscriptions is not None else ()),
            Route("/", pages.start),
            Route("/full/{table}.{ending}", exports.full),
            Route("/{board}/{tile}/lines", pages.lines),
            Route("/{board}/{tile}.{ending}", exports.tile),
            Route("/{board}/{tile}", pages.tile),
            Route("/{board}.{ending}", exports.board),
            Route("/{board}", pages.board),
        ],
        middleware=[
            Middleware(SecurityHeaders, is_secure=settings.boards_url.startswith("https://")),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4),
            *middleware(people),
        ],
        exception_handlers=_handlers(site),
    )


def _opener(store: Store | None, settings: Settings) -> Callable[[], Store]:
    """Return what opens the store once, when it is first wanted."""
    kept, lock = [store] if store is not None else [], threading.Lock()

    def opened() -> Store:
        if not kept:
            with lock:
                if not kept:
                    if PublishedFolder(settings.published_dir).pointer() is None:
                        raise _Unpublished
                    kept.append(open_store(settings))
        return kept[0]

    return opened


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _handlers(site: Site) -> Mapping[Any, Any]:
    """Return what is said for each kind of failure."""

    def handler(key: str, status: int) -> Callable[[Request, Exception], Response]:
        def answer(request: Request, error: Exception) -> Response:
            return _said(site, request, key, status, error)

        return answer

    return {
        404: handler("not_found", 404),
        405: handler("not_found", 405),
        NotFound: handler("not_found", 404),
        Forbidden: handler("forbidden", 403),
        _Unpublished: handler("unpublished", 503),
        GoldlineError: handler("bad_filter", 400),
        HTTPException: handler("failed", 400),
        500: handler("failed", 500),
    }


def _said(site: Site, request: Request, key: str, status: int, error: Exception) -> Response:
    """Answer with a page that says what happened and what to do; details only where they help the reader."""
    if "person" not in request.scope.get("state", {}) and not hasattr(request.state, "person"):
        return PlainTextResponse("Not available.\n", status)
    call = Call.of(site, request)
    if isinstance(error, GoldlineError) and error.where.startswith(_ASKED):
        hint = f"{error.where}: {error.what}. {error.remedy}"
    elif isinstance(error, GoldlineError):
        _LOG.error("%s answered by an error: %s", request.url.path, error)
        key, status = "failed", 503 if isinstance(error, TransientError) else 500
        hint = _hint(key, call.language)
    else:
        hint = _hint(key, call.language)
    group = "state" if key == "unpublished" else "error"
    values = {"heading": word(f"{group}.{key}", call.language), "hint": hint}
    return call.page("error.html", values, status=status)


def _hint(key: str, language: Language) -> str:
    return word(f"{'state' if key == 'unpublished' else 'error'}.{key}_hint", language)
