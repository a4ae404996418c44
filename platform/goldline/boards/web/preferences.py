"""What a reader prefers, language and colours: from the address, a cookie, the account, or the browser."""

from __future__ import annotations

from typing import Literal

from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import Response

from goldline.boards.model import LANGUAGES, Language

ThemeChoice = Literal["auto", "light", "dark"]
KEYS = frozenset(("lang", "theme"))
_THEMES: tuple[ThemeChoice, ...] = ("auto", "light", "dark")
_YEAR = 365 * 24 * 3600


def language_of(request: HTTPConnection, preferred: str | None = None) -> Language:
    """Return the language: as the address says, the cookie, the account, the browser; else English."""
    said = (request.query_params.get("lang"), request.cookies.get("lang"), preferred)
    for wish in said:
        if wish in LANGUAGES:
            return wish
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return tag
    return "en"


def theme_of(request: HTTPConnection) -> ThemeChoice:
    """Return whose colours: the reader's choice, or the device's."""
    wish = request.query_params.get("theme") or request.cookies.get("theme")
    return next((theme for theme in _THEMES if theme == wish), "auto")


def remember(request: HTTPConnection, response: Response) -> Response:
    """Keep in a cookie what the address asked for."""
    for name, allowed in (("lang", LANGUAGES), ("theme", _THEMES)):
        wish = request.query_params.get(name)
        if wish is not None and wish in allowed:
            secure = request.url.scheme == "https"
            response.set_cookie(name, wish, max_age=_YEAR, samesite="lax", httponly=True, secure=secure)
    return response


def without_preferences(query: QueryParams) -> list[tuple[str, str]]:
    """Return the rest of the query string."""
    return [(key, value) for key, value in query.multi_items() if key not in KEYS]
