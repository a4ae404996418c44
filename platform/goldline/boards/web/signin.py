"""The page of logging in, in the boards' own look. Who may log in, and how it is checked, is in ``people``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from goldline.boards.web.preferences import language_of, theme_of
from goldline.boards.web.templating import render
from goldline.people.pages import Page
from goldline.people.visit import CSRF_FIELD


def render_login(request: Request, page: Page) -> Response:
    """Render a page of logging in or out."""
    language = language_of(request)
    values = {"page": page, "theme": theme_of(request), "csrf_field": CSRF_FIELD}
    return HTMLResponse(render("login.html", language, values), page.status)
