"""The pages of logging in and out. What they look like is given from outside; without that, they are plain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from goldline.people.visit import CSRF_FIELD

Words = Mapping[str, str]
Kind = Literal["login", "refused", "signed_out"]
WRONG: Final = {"en": "The name or the password is wrong.", "fr": "Le nom ou le mot de passe est incorrect."}
NO_RIGHTS: Final = {
    "en": "The login was not accepted. Try again, or ask the people in charge of Goldline.",
    "fr": "La connexion n'a pas été acceptée. Réessayez, ou adressez-vous aux responsables de Goldline.",
}
AWAY: Final = {
    "en": "Logging in is not possible just now. Try again in a moment.",
    "fr": "La connexion est impossible pour le moment. Réessayez dans un instant.",
}
OUT: Final = {"en": "You are logged out.", "fr": "Vous êtes déconnecté."}
_FORM: Final = Template(Path(__file__).with_name("form.html").read_text("utf-8"))
_PAGE: Final = Template(Path(__file__).with_name("page.html").read_text("utf-8"))


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a login page says.

    Attributes:
        kind: Which page.
        status: Status of the answer.
        message: What happened, by language; None on a first look.
        next: Where the login leads to.
        name: The name that was typed.
        csrf_token: For the form.
        has_accounts: Show the form for name and password.
        oidc_url: Address of the login at the OpenID provider; None where there is none.
        oidc_label: What people call it.
    """

    kind: Kind
    status: int
    message: Words | None
    next: str
    name: str
    csrf_token: str
    has_accounts: bool
    oidc_url: str | None
    oidc_label: str


Render = Callable[[Request, Page], Response]


def wait(seconds: float) -> Words:
    """Say how long to wait, rounded up so that nobody learns more."""
    minutes = max(1, -(-int(seconds) // 60))
    return {
        "en": f"Too many failed logins. Try again in {minutes} min.",
        "fr": f"Trop d'échecs de connexion. Réessayez dans {minutes} min.",
    }


def plain(request: Request, page: Page) -> Response:
    """Render a page without any design."""
    language = "fr" if request.headers.get("accept-language", "").casefold().startswith("fr") else "en"
    values = {
        "language": language,
        "message": escape(page.message[language]) if page.message else "",
        "next": escape(page.next),
        "name": escape(page.name),
        "field": CSRF_FIELD,
        "token": escape(page.csrf_token),
        "name_label": {"en": "Name", "fr": "Nom"}[language],
        "password_label": {"en": "Password", "fr": "Mot de passe"}[language],
        "send": {"en": "Log in", "fr": "Se connecter"}[language],
        "oidc_url": escape(page.oidc_url or ""),
        "oidc_label": escape(page.oidc_label),
    }
    form = _FORM.substitute(values) if page.has_accounts else ""
    link = Template('<p><a href="$oidc_url">$oidc_label</a></p>').substitute(values) if page.oidc_url else ""
    body = _PAGE.substitute(values, form=form, link=link)
    return HTMLResponse(body, page.status, {"Content-Security-Policy": "default-src 'none'; form-action 'self'"})
