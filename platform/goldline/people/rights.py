"""From roles and limits to a person: what the roles give together, and what limits them.

Rights add up over roles; limits count for all of them. Whatever is doubtful gives nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from goldline.people.person import Held, Person
from goldline.people.roles import Role


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What an account, or the groups of a person at the OpenID provider, is given.

    Attributes:
        roles: Names of the roles.
        shops: Keys of the selling points; None for all.
        channels: Channels; None for all.
        staff_figures: Gives figures by seller, or takes them away; None: as the roles say.
        language: Preferred language.
    """

    roles: Collection[str]
    shops: Collection[str] | None = None
    channels: Collection[str] | None = None
    staff_figures: bool | None = None
    language: str | None = None


def person_of(name: str, grant: Grant, roles: Mapping[str, Role]) -> Person | None:
    """Return the person with what was granted; None without any role, or with one that no longer exists."""
    if not grant.roles or not set(grant.roles) <= set(roles):
        return None
    held = [roles[role] for role in grant.roles]
    shops = None if grant.shops is None else frozenset(grant.shops)
    if shops is None and any(role.limited_to_shops for role in held):
        shops = frozenset()
    by_role = any(role.staff_figures for role in held)
    return Person(
        name=name,
        roles=frozenset().union(*(role.names for role in held)),
        held=tuple(Held(role.names, role.boards) for role in held),
        shops=shops,
        channels=None if grant.channels is None else frozenset(grant.channels),
        staff_figures=by_role if grant.staff_figures is None else grant.staff_figures,
        lines=any(role.lines for role in held),
        full_export=any(role.full_export for role in held),
        language=grant.language,
    )
