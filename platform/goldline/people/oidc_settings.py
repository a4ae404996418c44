"""From the settings to the OpenID provider that they name, if they name one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from goldline.errors import SettingsError
from goldline.people.oidc_login import OpenId
from goldline.people.oidc_provider import Client, Provider
from goldline.settings import Settings


def openid_from(settings: Settings, now: Callable[[], float]) -> OpenId | None:
    """Return how people log in at the OpenID provider; None without one. It is not asked anything yet.

    Raises:
        GoldlineError: A setting is missing or wrong.
    """
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_client_id is None:
        what = "GOLDLINE_OIDC_ISSUER and GOLDLINE_OIDC_CLIENT_ID belong together; set both"
        raise SettingsError(what, where="settings", remedy="ask the OpenID provider for a client")
    client = Client(
        issuer=settings.oidc_issuer,
        id=settings.oidc_client_id,
        secret=settings.oidc_client_secret,
        ca_file=_readable(settings.oidc_ca_file),
    )
    return OpenId(
        provider=Provider(client, now=now),
        scopes=settings.oidc_scopes,
        redirect_uri=f"{settings.boards_url}/oidc/callback",
        wanted=(settings.oidc_name_claim, settings.oidc_groups_claim),
        now=now,
    )


def _readable(path: Path | None) -> Path | None:
    if path is not None and not path.is_file():
        raise SettingsError("GOLDLINE_OIDC_CA_FILE: no such file", where="settings", remedy="name a PEM file")
    return path
