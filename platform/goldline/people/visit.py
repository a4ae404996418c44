"""One request's person, as the pages see it: who it is, the token for its forms, the record of its exports."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from starlette.requests import Request

from goldline.errors import GoldlineError
from goldline.people.audit import Audit
from goldline.people.cookies import Cookies
from goldline.people.person import Person
from goldline.people.sessions import Session

CSRF_FIELD, CSRF_HEADER = "csrf_token", "x-csrf-token"
_STATE = "goldline_visit"


@dataclass(kw_only=True)
class Visit:
    """What one request knows about its reader.

    Attributes:
        person: Who it is; None on the pages for those who have not logged in.
        session: The session, if there is one.
        visitor: Random name of a browser without a session.
        cookies: Signs cookies.
        audit: Takes note of exports.
        set_cookies: Headers to send with the answer.
    """

    person: Person | None
    session: Session | None
    visitor: str | None
    cookies: Cookies
    audit: Audit
    set_cookies: list[str] = field(default_factory=list)

    def takes(self, token: str) -> bool:
        """Say whether a form with this token was given to this browser."""
        holder = self.session.id if self.session else self.visitor
        return holder is not None and self.cookies.is_form_token(holder, token)

    def token(self) -> str:
        """Return the token for a form; a browser that is nobody gets a name first."""
        if self.session is not None:
            return self.cookies.form_token(self.session.id)
        if self.visitor is None:
            self.visitor = secrets.token_urlsafe(16)
            self.set_cookies.append(self.cookies.header("visitor", self.visitor))
        return self.cookies.form_token(self.visitor)


def put_visit(scope_state: dict[str, object], visit: Visit) -> None:
    """Keep the visit with the request."""
    scope_state[_STATE] = visit
    if visit.person is not None:
        scope_state["person"] = visit.person


def visit_of(request: Request) -> Visit:
    """Return the visit of a request."""
    visit = request.scope.get("state", {}).get(_STATE)
    if not isinstance(visit, Visit):
        raise TypeError("this application runs without goldline.people.web.middleware")
    return visit


def current(request: Request) -> Person:
    """Return who asks.

    Raises:
        GoldlineError: Nobody has logged in; the gate lets this happen on the login pages only.
    """
    person = visit_of(request).person
    if person is None:
        raise GoldlineError("nobody has logged in", where=request.url.path, remedy="log in")
    return person


def csrf_token(request: Request) -> str:
    """Return what a form that posts must send back, as field ``csrf_token`` or header ``X-CSRF-Token``."""
    return visit_of(request).token()


def record_export(
    request: Request,
    *,
    board: str,
    tile: str | None = None,
    format: str,  # noqa: A002 - as the address calls it
    filters: str = "",
    version: str | None = None,
) -> None:
    """Take note of an export; call it before the first byte is sent.

    Raises:
        GoldlineError: It could not be written down; then nothing may be sent.
    """
    details = {"board": board, "tile": tile, "format": format, "filters": filters or None, "version": version}
    visit_of(request).audit.record("export", current(request).name, **details)
