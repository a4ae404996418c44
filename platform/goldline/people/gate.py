"""The gate that every request passes: right host, a person, and for what changes something a token and our origin.

No route can forget it; what it doesn't know needs a login. Which boards a person may open is asked where they are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from goldline.people.addresses import host_of, is_this_machine
from goldline.people.directory import People
from goldline.people.person import LOCAL
from goldline.people.visit import CSRF_FIELD, CSRF_HEADER, Visit, put_visit

_PUBLIC = frozenset({"/login", "/healthz", "/oidc/login", "/oidc/callback"})
_PUBLIC_FOLDER = "/static/"
_READING = frozenset({"GET", "HEAD"})
_LARGEST_FORM = 65_536
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class Gate:
    """The middleware.

    Args:
        app: The application behind it.
        people: Who may come in.
    """

    def __init__(self, app: ASGIApp, people: People) -> None:
        self._app, self._people = app, people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        visit = Visit(person=None, session=None, visitor=None, cookies=self._people.cookies, audit=self._people.audit)
        send = _finishing(send, visit, is_private=not request.url.path.startswith(_PUBLIC_FOLDER))
        refusal = self._stranger(request) or self._recognise(request, visit)
        if refusal is None and request.method not in _READING:
            body = await _body(request)
            refusal = _foreign(request, visit, body)
            receive = _replayed(body, receive)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        put_visit(scope.setdefault("state", {}), visit)
        await self._app(scope, receive, send)

    def _stranger(self, request: Request) -> Response | None:
        """Refuse a host name that is not ours, and, where nobody logs in, whoever is not at this machine."""
        is_open = self._people.is_open
        if not self._people.hosts.trusts(request.headers.getlist("host"), only_this_machine=is_open):
            return _text("Unknown host name. Set GOLDLINE_BOARDS_URL or GOLDLINE_TRUSTED_HOSTS to serve it.", 400)
        if is_open and (
            not is_this_machine(request.client.host if request.client else None)
            or any(name in request.headers for name in _FORWARDED)
        ):
            return _text("Without accounts, the boards serve this machine only: run 'goldline people add'.", 403)
        return None

    def _recognise(self, request: Request, visit: Visit) -> Response | None:
        """Find out who it is; refuse nobody on the pages that anybody may see."""
        cookies = self._people.cookies
        visit.visitor = cookies.read(request.cookies, "visitor")
        if self._people.is_open:
            visit.person = LOCAL
            return None
        token = cookies.read(request.cookies, "session")
        visit.session = self._people.sessions.find(token) if token else None
        if visit.session is not None:
            visit.person = self._people.of_login(visit.session.login)
        if visit.person is None:
            visit.session = None
        path = request.scope["path"]
        is_public = path in _PUBLIC or path.startswith(_PUBLIC_FOLDER)
        return None if visit.person is not None or is_public else _to_login(request)


def _to_login(request: Request) -> Response:
    """Send a person to the login, and tell a program that it needs one."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.headers.get("hx-request") == "true":
        shown = urlsplit(request.headers.get("hx-current-url", ""))
        path = shown.path + (f"?{shown.query}" if shown.query else "")
        return _text("Log in first.", 401, {"HX-Redirect": f"/login?next={quote(path, safe='')}"})
    if request.method not in _READING or "text/html" not in request.headers.get("accept", ""):
        return _text("Log in first.", 401)
    return RedirectResponse(f"/login?next={quote(path, safe='')}", 303)


async def _body(request: Request) -> bytes | None:
    """Return the body of a form; None when it is too large or no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_FORM:
            return None
    return bytes(body) if kind == "application/x-www-form-urlencoded" or not body else None


def _foreign(request: Request, visit: Visit, body: bytes | None) -> Response | None:
    """Refuse what was not sent by a form of ours, in the same browser."""
    if body is None:
        return _text("Only forms of at most 64 KB are taken.", 413)
    given = request.headers.get(CSRF_HEADER) or _field(body, CSRF_FIELD)
    if visit.takes(given) and _is_same_origin(request):
        return None
    return _text("This form is too old, or was not sent from here. Go back, reload the page and send it again.", 403)


def _is_same_origin(request: Request) -> bool:
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is None or (origin == "null" and site == "same-origin"):
        return True
    parts = urlsplit(origin)
    return bool(parts.hostname) and parts.hostname == host_of(request.headers["host"])


def _field(body: bytes, name: str) -> str:
    try:
        values = parse_qs(body.decode("ascii", "replace"), max_num_fields=1000).get(name, [])
    except ValueError:
        return ""
    return values[0] if len(values) == 1 else ""


def _replayed(body: bytes | None, receive: Receive) -> Receive:
    """Give the application the body that the gate has read."""
    waiting: list[Message] = [{"type": "http.request", "body": body or b"", "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _finishing(send: Send, visit: Visit, *, is_private: bool) -> Send:
    """Keep answers out of shared caches, and send the cookies that became necessary."""

    async def finish(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if is_private:
                headers.setdefault("cache-control", "private, no-store")
                headers.add_vary_header("cookie")
            for cookie in visit.set_cookies:
                headers.append("set-cookie", cookie)
        await send(message)

    return finish


def _text(text: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(text + "\n", status, {**(headers or {}), "X-Content-Type-Options": "nosniff"})
