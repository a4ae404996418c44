"""From what the OpenID provider says about somebody to an account name and to rights.

Rights come from the account of that name which ``goldline people add --oidc`` made, else from the groups that
``GOLDLINE_OIDC_GROUPS`` lists. An account with a password is never reached this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from goldline.errors import GoldlineError, SettingsError
from goldline.people.accounts import checked_name, plain_name
from goldline.people.rights import Grant


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: tuple[str, ...]
    shops: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    staff_figures: bool | None = None


Groups = Mapping[str, _Group]


def parsed_groups(written: Mapping[str, Mapping[str, Any]]) -> Groups:
    """Return the rights by group.

    Raises:
        SettingsError: The setting is wrong.
    """
    try:
        return {name: _Group.model_validate(fields) for name, fields in written.items()}
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise SettingsError(
            f"GOLDLINE_OIDC_GROUPS: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            where="settings",
            remedy='write {"group": {"roles": ["store_manager"], "shops": ["cashmere:001"]}}',
        ) from None


def name_in(claims: Mapping[str, Any], claim: str) -> str:
    """Return the account name that a claim gives.

    Raises:
        GoldlineError: It gives none, or a mail address that the provider has not verified.
    """
    value = claims.get(claim)
    if not isinstance(value, str) or (claim == "email" and claims.get("email_verified") is not True):
        raise GoldlineError(
            f"the OpenID provider names nobody in {claim!r}",
            where="login",
            remedy="set GOLDLINE_OIDC_NAME_CLAIM to a claim that it gives (and has verified)",
        )
    if claim == "sub" and plain_name(value) != value:  # two people may differ in nothing but capitals
        raise GoldlineError(
            "the OpenID provider's names of people have capitals, which account names have not",
            where="login",
            remedy="set GOLDLINE_OIDC_NAME_CLAIM to another claim that nobody can choose, such as oid",
        )
    return checked_name(value)


def groups_in(claims: Mapping[str, Any], claim: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the groups of a person that mean something here."""
    value = claims.get(claim)
    named = value if isinstance(value, list) else [value]
    return tuple(sorted(set(known) & {group for group in named if isinstance(group, str)}))


def granted(names: Iterable[str], groups: Groups) -> Grant:
    """Return what groups give together: every right of any; limited, if any limits, to what those that limit allow."""
    held = [groups[name] for name in names if name in groups]
    switches = [group.staff_figures for group in held if group.staff_figures is not None]
    return Grant(
        roles=sorted({role for group in held for role in group.roles}),
        shops=_together(group.shops for group in held),
        channels=_together(group.channels for group in held),
        staff_figures=all(switches) if switches else None,
    )


def _together(limits: Iterable[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    given = [limit for limit in limits if limit is not None]
    return tuple(sorted({value for limit in given for value in limit})) if given else None
