"""What a web application takes from here: the middleware, the routes of logging in and out, and who asks.

app = Starlette(routes=[*routes(people, render=...), *others], middleware=middleware(people))
"""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from goldline.errors import GoldlineError, TransientError
from goldline.people.addresses import safe_next
from goldline.people.audit import UNKNOWN
from goldline.people.directory import People
from goldline.people.gate import Gate
from goldline.people.oidc_login import MINUTES
from goldline.people.pages import AWAY, NO_RIGHTS, OUT, WRONG, Kind, Page, Render, Words, plain, wait
from goldline.people.passwords import prepare
from goldline.people.sessions import Login
from goldline.people.signin import TryLater
from goldline.people.visit import CSRF_FIELD, csrf_token, current, record_export, visit_of
from goldline.people.work import run_aside

__all__ = [
    "CSRF_FIELD",
    "Page",
    "csrf_token",
    "current",
    "middleware",
    "record_export",
    "routes",
    "safe_next",
]

_log = logging.getLogger(__name__)


def middleware(people: People) -> list[Middleware]:
    """Return the middleware that lets nobody pass without being asked."""
    prepare()
    return [Middleware(Gate, people=people)]


def routes(people: People, *, render: Render = plain) -> list[Route]:
    """Return the routes of logging in and out.

    Args:
        people: Who may log in.
        render: Makes the pages.
    """
    desk = _Desk(people, render)
    return [
        Route("/login", desk.show, methods=["GET"]),
        Route("/login", desk.log_in, methods=["POST"]),
        Route("/logout", desk.log_out, methods=["POST"]),
        Route("/oidc/login", desk.to_provider, methods=["GET"]),
        Route("/oidc/callback", desk.from_provider, methods=["GET"]),
    ]


class _Desk:
    """The handlers, with what they need."""

    def __init__(self, people: People, render: Render) -> None:
        self._people, self._render = people, render

    async def show(self, request: Request) -> Response:
        """Show the form; send on whoever has logged in already."""
        next_page = safe_next(request.query_params.get("next"))
        if visit_of(request).person is not None:
            return RedirectResponse(next_page, 303)
        return self._page(request, next_page=next_page)

    async def log_in(self, request: Request) -> Response:
        """Check name and password."""
        form = await request.form()
        name, password, wanted = (str(form.get(field, "")) for field in ("name", "password", "next"))
        address = request.client.host if request.client else ""
        found = await run_aside(lambda: self._people.passwords.check(name, password, address=address))
        if isinstance(found, Login) and self._people.of_login(found) is not None:
            return self._begun(request, found, safe_next(wanted))
        message, status = (wait(found.seconds), 429) if isinstance(found, TryLater) else (WRONG, 401)
        answer = self._page(request, message=message, status=status, name=name[:100], next_page=safe_next(wanted))
        if isinstance(found, TryLater):
            answer.headers["retry-after"] = str(int(found.seconds) + 1)
        return answer

    async def log_out(self, request: Request) -> Response:
        """End the session, on the server and in the browser."""
        visit = visit_of(request)
        if visit.session is not None and visit.person is not None:
            self._people.sessions.end(visit.session.id)
            self._people.audit.record("logout", visit.person.name)
        visit.session = visit.person = None
        visit.set_cookies.append(visit.cookies.header("session", ""))
        answer = self._page(request, kind="signed_out", message=OUT)
        answer.headers["clear-site-data"] = '"cache", "storage"'
        return answer

    async def to_provider(self, request: Request) -> Response:
        """Send the browser to the OpenID provider."""
        openid, next_page = self._people.openid, safe_next(request.query_params.get("next"))
        if openid is None:
            return self._refused(request, GoldlineError("there is no OpenID provider", where="login"))
        try:
            begun = await run_aside(lambda: openid.begin(next_page))
        except GoldlineError as error:
            return self._refused(request, error)
        visit = visit_of(request)
        visit.set_cookies.append(visit.cookies.header("oidc", begun.cookie, seconds=MINUTES * 60))
        return RedirectResponse(begun.address, 303)

    async def from_provider(self, request: Request) -> Response:
        """Take whom the OpenID provider sends back."""
        openid, visit = self._people.openid, visit_of(request)
        visit.set_cookies.append(visit.cookies.header("oidc", ""))
        if openid is None:
            return self._refused(request, GoldlineError("there is no OpenID provider", where="login"))
        cookie = visit.cookies.read(request.cookies, "oidc")
        try:
            proved = await run_aside(lambda: openid.finish(dict(request.query_params), cookie))
            login = self._people.login_of(proved.claims)
        except GoldlineError as error:
            return self._refused(request, error)
        self._people.audit.record("login", login.name, how="oidc")
        return self._begun(request, login, safe_next(proved.next))

    def _begun(self, request: Request, login: Login, next_page: str) -> Response:
        """Start a session under a new token; an earlier one of this browser is over."""
        visit = visit_of(request)
        if visit.session is not None:
            self._people.sessions.end(visit.session.id)
        visit.set_cookies.append(visit.cookies.header("session", self._people.sessions.begin(login)))
        visit.set_cookies.append(visit.cookies.header("visitor", ""))
        return RedirectResponse(next_page, 303)

    def _refused(self, request: Request, error: GoldlineError) -> Response:
        """Tell the person little, and those in charge the reason."""
        _log.warning("login refused: %s", error)
        self._people.audit.record("login refused", UNKNOWN, how="oidc", why=error.what)
        is_passing = isinstance(error, TransientError)
        return self._page(
            request,
            kind="refused",
            message=AWAY if is_passing else NO_RIGHTS,
            status=503 if is_passing else 403,
        )

    def _page(
        self,
        request: Request,
        *,
        kind: Kind = "login",
        message: Words | None = None,
        status: int = 200,
        name: str = "",
        next_page: str = "/",
    ) -> Response:
        has_provider = self._people.openid is not None
        return self._render(
            request,
            Page(
                kind=kind,
                status=status,
                message=message,
                next=next_page,
                name=name,
                csrf_token=csrf_token(request),
                has_accounts=any(account.password for account in self._people.accounts.all().values()),
                oidc_url=f"/oidc/login?{urlencode({'next': next_page})}" if has_provider else None,
                oidc_label=self._people.openid_label,
            ),
        )
