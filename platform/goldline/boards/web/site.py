"""What every handler has at hand: store, settings, who asks, in which language, and how a page is put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from goldline.boards.catalogue import load_boards
from goldline.boards.model import Board, Language
from goldline.boards.trust import stamp_of
from goldline.boards.web.filter_form import read_filters
from goldline.boards.web.navigation import navigation, visible
from goldline.boards.web.preferences import KEYS, ThemeChoice, language_of, remember, theme_of, without_preferences
from goldline.boards.web.templating import render
from goldline.metrics.filters import Filters
from goldline.people.person import Person
from goldline.people.web import CSRF_FIELD, csrf_token, current
from goldline.settings import Settings

if TYPE_CHECKING:
    from goldline.metrics.store import Store

_FAILED = 500
_IGNORED = frozenset((*KEYS, "page", "next"))


@dataclass(frozen=True)
class Site:
    """What the handlers share.

    Attributes:
        opened: Returns the store; raises while nothing is published.
        settings: The settings.
        has_subscriptions: Whether the page of the daily report is there.
    """

    opened: Callable[[], Store]
    settings: Settings
    has_subscriptions: bool = False

    @property
    def store(self) -> Store:
        """The published figures."""
        return self.opened()


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request: who asks for what."""

    site: Site
    request: Request
    person: Person
    language: Language
    theme: ThemeChoice

    @classmethod
    def of(cls, site: Site, request: Request) -> Call:
        """Read a request."""
        person = current(request)
        language = language_of(request, person.language)
        return cls(site=site, request=request, person=person, language=language, theme=theme_of(request))

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks for the figures only."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)

    def filters(self) -> Filters:
        """Return the filters of the address."""
        return read_filters(self.request.query_params, self.site.store.as_of.year, ignore=_IGNORED)

    def boards(self) -> list[Board]:
        """Return the boards that the person may see."""
        return visible(load_boards(), self.person)

    def page(self, template: str, values: dict[str, Any], *, board: str = "", status: int = 200) -> Response:
        """Return a whole page, with navigation and trust stamp."""
        filters = values.get("filters") or Filters()
        shell = {
            "navigation": navigation(load_boards(), self.person, filters, board, self.language),
            "person": self.person,
            "theme": self.theme,
            "here": self._here(),
            "has_subscriptions": self.site.has_subscriptions,
            "stamp": () if status >= _FAILED else self.stamp_lines(),
            "csrf_field": CSRF_FIELD,
            "csrf_token": csrf_token(self.request),
            **values,
        }
        response = HTMLResponse(render(template, self.language, shell), status)
        response.headers["Vary"] = "Cookie, Accept-Language, HX-Request"
        return remember(self.request, response)

    def fragment(self, part: str) -> Response:
        """Return a part of a page."""
        return HTMLResponse(part, headers={"Vary": "Cookie, Accept-Language, HX-Request"})

    def stamp_lines(self) -> tuple[tuple[str, str], ...]:
        """Return the trust stamp; nothing while nothing is published."""
        if not (self.site.settings.published_dir / "current.json").exists():
            return ()
        version = self.site.store.version
        stamp = stamp_of(self.site.settings, made_by=self.person.name, now=self.now, version=version)
        return stamp.lines(self.language)

    def remembered(self) -> Response | None:
        """Return the way to the same page without ``lang`` and ``theme``, once they are kept in a cookie."""
        if not KEYS & set(self.request.query_params):
            return None
        url = self.request.url.remove_query_params(list(KEYS))
        address = url.path + (f"?{url.query}" if url.query else "")
        return remember(self.request, RedirectResponse(address, 303))

    def _here(self) -> str:
        """Return the address of this page, for links that change a preference; ends with ? or &."""
        rest = without_preferences(self.request.query_params)
        path = self.request.url.path
        query = str(self.request.url.include_query_params().remove_query_params(list(KEYS)).query) if rest else ""
        return f"{path}?{query}&" if query else f"{path}?"
