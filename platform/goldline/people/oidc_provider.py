"""The OpenID provider, seen from here: what it says about itself, its keys, and the exchange of a code for tokens.

Whether a token is to be believed is decided in ``oidc_token``, what it gives in ``claims``.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from goldline.errors import GoldlineError, TransientError
from goldline.people.addresses import is_this_machine

_HOUR: Final = 3600.0
_TIMEOUT_SECONDS: Final = 10.0
_WELL_KNOWN: Final = "/.well-known/openid-configuration"


class Metadata(BaseModel):
    """What the provider publishes about itself, as far as it is needed."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True, kw_only=True)
class Client:
    """What the provider knows Goldline by."""

    issuer: str
    id: str
    secret: SecretStr | None
    ca_file: Path | None


class Provider:
    """One OpenID provider; what it publishes is kept for an hour.

    Args:
        client: Its address, and our name and secret there.
        now: The clock, in seconds.

    Raises:
        GoldlineError: Its address is not protected by TLS.
    """

    def __init__(self, client: Client, *, now: Callable[[], float]) -> None:
        self.client, self._now, self._lock = client, now, Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None
        _check_tls(client.issuer, client.issuer)

    def metadata(self) -> Metadata:
        """Return what the provider says about itself.

        Raises:
            TransientError: It does not answer.
            GoldlineError: It says it is somebody else, or names an address without TLS.
        """
        with self._lock:
            if self._metadata is None or self._now() - self._metadata[0] > _HOUR:
                self._metadata = (self._now(), self._discovered())
            return self._metadata[1]

    def key(self, kid: str | None) -> Key:
        """Return the key that a token names; an unknown one may be new, so the provider is asked again.

        Raises:
            TransientError: The provider does not answer.
            GoldlineError: It has no such key.
        """
        kept = self._keys
        if kept is not None and self._now() - kept[0] <= _HOUR and (key := _chosen(kept[1], kid)):
            return key
        try:
            keys = KeySet.import_key_set(self._asked("GET", self.metadata().jwks_uri))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise self._refusal("its keys cannot be read") from error
        self._keys = (self._now(), keys)
        if key := _chosen(keys, kid):
            return key
        raise self._refusal("a token names a key that the provider does not have")

    def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """Turn a code into tokens."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        metadata, secret = self.metadata(), self.client.secret
        basic: tuple[str, str] | None = None
        if secret is not None and "client_secret_post" not in metadata.token_endpoint_auth_methods_supported:
            basic = (quote_plus(self.client.id), quote_plus(secret.get_secret_value()))
        else:  # in the form there is one way to write a secret; in the header providers differ
            form |= {"client_id": self.client.id} | ({"client_secret": secret.get_secret_value()} if secret else {})
        return self._asked("POST", metadata.token_endpoint, data=form, auth=basic)

    def userinfo(self, access_token: str) -> dict[str, Any]:
        """Ask who an access token belongs to; nothing when the provider doesn't tell."""
        address = self.metadata().userinfo_endpoint
        if address is None:
            return {}
        return self._asked("GET", address, headers={"Authorization": f"Bearer {access_token}"})

    def _discovered(self) -> Metadata:
        answer = self._asked("GET", self.client.issuer.rstrip("/") + _WELL_KNOWN)
        try:
            metadata = Metadata.model_validate(answer)
        except ValidationError as error:
            fields = ", ".join(str(item["loc"][0]) for item in error.errors(include_input=False))
            raise self._refusal(f"its configuration is wrong ({fields})") from None
        if metadata.issuer != self.client.issuer:
            raise self._refusal("it calls itself by another issuer address")
        for address in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
            _check_tls(address, self.client.issuer)
        if metadata.userinfo_endpoint is not None:
            _check_tls(metadata.userinfo_endpoint, self.client.issuer)
        return metadata

    def _asked(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        """Ask the provider and return its JSON object. Redirects are not followed: they could lead anywhere."""
        try:
            with httpx.Client(verify=self._trust(), timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
                answer = http.request(method, url, **request)
        except (httpx.HTTPError, OSError) as error:
            what = f"the OpenID provider does not answer ({type(error).__name__})"
            raise TransientError(what, where=self.client.issuer, remedy="try again in a moment") from error
        if answer.status_code >= 500:
            what = f"the OpenID provider has a fault (status {answer.status_code})"
            raise TransientError(what, where=self.client.issuer, remedy="try again in a moment")
        try:
            content = answer.json()
        except ValueError:
            content = None
        if answer.status_code != 200 or not isinstance(content, dict):
            raise self._refusal(f"it answered {urlsplit(url).path} with status {answer.status_code}")
        return content

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.client.ca_file)

    def _refusal(self, what: str) -> GoldlineError:
        return GoldlineError(
            f"the OpenID provider cannot be used: {what}",
            where=self.client.issuer,
            remedy="compare GOLDLINE_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET with what the provider has",
        )


def _chosen(keys: KeySet, kid: str | None) -> Key | None:
    """Return the signing key of a name; without a name, the only one that there is."""
    signing = [key for key in keys if key.get("use") in (None, "sig") and key.key_type != "oct"]
    named = [key for key in signing if kid is None or key.kid == kid]
    return named[0] if len(named) == 1 else None


def _check_tls(url: str, issuer: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(parts.hostname)):
        raise GoldlineError(
            "the OpenID provider has an address without TLS",
            where=issuer,
            remedy="set GOLDLINE_OIDC_ISSUER to its https:// address",
        )
