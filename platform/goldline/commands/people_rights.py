"""The options of ``goldline people`` that say what a person may see, and the same in words."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from goldline.errors import GoldlineError
from goldline.people.accounts import Account

Roles = Annotated[
    list[str],
    typer.Option(
        "--role", help="admin, analyst, merchandiser, store_manager, operator, or one of roles.yaml; repeat it."
    ),
]
Shops = Annotated[
    list[str] | None,
    typer.Option("--shop", help="Limited to this selling point (its store_key, such as cashmere:001); repeat it."),
]
Channels = Annotated[
    list[str] | None, typer.Option("--channel", help="Limited to this channel (store or ecommerce); repeat it.")
]
StaffFigures = Annotated[
    bool | None,
    typer.Option("--staff-figures/--no-staff-figures", help="May see figures by seller; by default, as the roles say."),
]
Language = Annotated[str | None, typer.Option(help="Language of pages and reports: en or fr.")]
OpenIdOnly = Annotated[bool, typer.Option("--oidc", help="Logs in at the OpenID provider; has no password here.")]


def given(
    roles: list[str] | None,
    shops: list[str] | None,
    channels: list[str] | None,
    staff_figures: bool | None,
    language: str | None,
) -> dict[str, Any]:
    """Return the fields of an account that were named.

    Raises:
        GoldlineError: The language is none of ours.
    """
    if language not in (None, "en", "fr"):
        raise GoldlineError(f"there is no language {language!r}", where="--language", remedy="take en or fr")
    fields = {
        "roles": roles or None,
        "shops": shops or None,
        "channels": channels or None,
        "staff_figures": staff_figures,
        "language": language,
    }
    return {name: value for name, value in fields.items() if value is not None}


def told(account: Account) -> str:
    """Say what an account gives."""
    parts = [", ".join(account.roles)]
    if account.shops is not None:
        parts.append(f"shops {', '.join(account.shops)}")
    if account.channels is not None:
        parts.append(f"channels {', '.join(account.channels)}")
    if account.staff_figures is not None:
        parts.append("with staff figures" if account.staff_figures else "without staff figures")
    return "; ".join(parts)
