"""A login at the OpenID provider: code flow with PKCE, state and nonce, kept in a signed cookie while it lasts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from goldline.errors import GoldlineError
from goldline.people.oidc_provider import Provider
from goldline.people.oidc_token import believed

MINUTES: Final = 10


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A login that begins: where to send the browser, and what it has to bring back."""

    address: str
    cookie: str


@dataclass(frozen=True, kw_only=True)
class Proved:
    """What the provider says about somebody, believed."""

    claims: Mapping[str, Any]
    next: str


@dataclass(frozen=True, kw_only=True)
class OpenId:
    """Logs people in at one provider.

    Args:
        provider: The provider.
        scopes: What it is asked for.
        redirect_uri: Where it sends people back to.
        wanted: Claims that are asked for separately when the ID token doesn't have them.
        now: The clock, in seconds.
    """

    provider: Provider
    scopes: str
    redirect_uri: str
    wanted: tuple[str, ...]
    now: Callable[[], float]

    def begin(self, next_page: str) -> Begun:
        """Start a login; nothing of it is kept here.

        Raises:
            GoldlineError: The provider cannot be used, or not now.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        address = self.provider.metadata().authorization_endpoint
        query = {
            "response_type": "code",
            "client_id": self.provider.client.id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        until = self.now() + MINUTES * 60
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "next": next_page, "until": until}
        cookie = base64.urlsafe_b64encode(json.dumps(kept).encode()).decode()
        return Begun(address=f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", cookie=cookie)

    def finish(self, answer: Mapping[str, str], cookie: str | None) -> Proved:
        """Check what the browser brings back, and ask the provider who it is.

        Args:
            answer: The query of the address that the provider sent the browser to.
            cookie: What :meth:`begin` gave the browser; its signature was checked.

        Raises:
            GoldlineError: This login did not begin in this browser, is too old, or the provider's word is not believed.
        """
        begun = self._begun(cookie)
        if not hmac.compare_digest(answer.get("state", "").encode(), str(begun.get("state", "-")).encode()):
            raise _refusal("it did not begin in this browser, or another one began since")
        metadata = self.provider.metadata()
        issuer = answer.get("iss")
        if issuer != metadata.issuer and (issuer or metadata.authorization_response_iss_parameter_supported):
            raise _refusal("another provider answered")
        if "code" not in answer:
            raise _refusal("the provider did not agree")
        tokens = self.provider.exchange(answer["code"], verifier=begun["verifier"], redirect_uri=self.redirect_uri)
        claims = believed(
            tokens.get("id_token"),
            self.provider.key,
            issuer=metadata.issuer,
            client=self.provider.client.id,
            nonce=begun["nonce"],
            now=self.now(),
        )
        return Proved(claims=self._completed(claims, tokens), next=str(begun["next"]))

    def _begun(self, cookie: str | None) -> dict[str, Any]:
        begun: dict[str, Any] = json.loads(base64.urlsafe_b64decode(cookie)) if cookie else {}
        if not begun or self.now() > begun["until"]:
            raise _refusal(f"it did not begin in this browser in the last {MINUTES} minutes")
        return begun

    def _completed(self, claims: dict[str, Any], tokens: Mapping[str, Any]) -> dict[str, Any]:
        access = tokens.get("access_token")
        if all(name in claims for name in self.wanted) or not isinstance(access, str):
            return claims
        more = self.provider.userinfo(access)
        return {**more, **claims} if more.get("sub") == claims["sub"] else claims


def _refusal(what: str) -> GoldlineError:
    return GoldlineError(f"the login was not accepted: {what}", where="login", remedy="log in again")
