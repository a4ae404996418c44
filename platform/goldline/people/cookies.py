"""The cookies: signed with the installation's key, unreadable for scripts, sent over TLS only where there is any.

session   the token of a session
visitor   a random name of a browser that nobody has logged in with, for the token of the login form
oidc      what belongs to a login that is under way at the OpenID provider
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Literal

from itsdangerous import BadSignature, Signer

Kind = Literal["session", "visitor", "oidc"]


class Cookies:
    """Signs and reads cookies.

    Args:
        key: The installation's key.
        is_secure: The boards are reached over TLS.
    """

    def __init__(self, key: bytes, *, is_secure: bool) -> None:
        self._key, self._is_secure = key, is_secure

    def name(self, kind: Kind) -> str:
        """Return a cookie's name; with TLS, one that no other host can set."""
        return f"__Host-goldline-{kind}" if self._is_secure else f"goldline-{kind}"

    def read(self, cookies: Mapping[str, str], kind: Kind) -> str | None:
        """Return what we put into a cookie, unless somebody else did."""
        try:
            return self._signer(kind).unsign(cookies.get(self.name(kind), "")).decode("ascii")
        except (BadSignature, UnicodeError):
            return None

    def header(self, kind: Kind, value: str, *, seconds: int | None = None) -> str:
        """Return the Set-Cookie header; an empty value removes the cookie.

        Args:
            kind: Which cookie.
            value: What it holds.
            seconds: How long the browser keeps it; None: until it is closed.
        """
        signed = self._signer(kind).sign(value).decode("ascii") if value else ""
        cookie: SimpleCookie = SimpleCookie({self.name(kind): signed})
        morsel = cookie[self.name(kind)]
        morsel["path"], morsel["httponly"], morsel["samesite"] = "/", True, "Lax"
        if self._is_secure:
            morsel["secure"] = True
        if not value or seconds is not None:
            morsel["max-age"] = str(seconds if value else 0)
        return morsel.OutputString()

    def form_token(self, holder: str) -> str:
        """Return a token that a form of one session or visitor must send back.

        It is another one every time, so that nobody can find it by the length of compressed pages.
        """
        return self._token(holder, secrets.token_hex(8))

    def is_form_token(self, holder: str, token: str) -> bool:
        """Say whether a token was made for a session or visitor."""
        mark = token.partition("-")[0]
        return hmac.compare_digest(
            token.encode("utf-8", "replace"), self._token(holder, mark).encode("utf-8", "replace")
        )

    def _token(self, holder: str, mark: str) -> str:
        text = f"goldline.form\0{holder}\0{mark}".encode("utf-8", "replace")
        return f"{mark}-{hmac.digest(self._key, text, 'sha256').hex()}"

    def _signer(self, kind: Kind) -> Signer:
        return Signer(self._key, salt=f"goldline.cookie.{kind}", key_derivation="hmac", digest_method=hashlib.sha256)
