"""A person who reads the boards: a name, and what may be seen. How the person was recognised is not known here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from goldline.metrics.scope import Scope

ADMIN = "admin"


class Seen(Protocol):
    """What a board tells about itself."""

    @property
    def name(self) -> str:
        """Name in the address."""

    @property
    def roles(self) -> Collection[str]:
        """Roles that may see it; none named: every role."""


@dataclass(frozen=True)
class Held:
    """A role that somebody holds.

    Attributes:
        names: Its name and those of the roles that it extends.
        boards: Names of the boards that it is for; None for all that are offered to it.
    """

    names: frozenset[str]
    boards: frozenset[str] | None = None

    def opens(self, board: Seen) -> bool:
        """Say whether the role opens a board: the board is offered to it, and it is for the board."""
        is_for = self.boards is None or board.name in self.boards
        return is_for and (not board.roles or not self.names.isdisjoint(board.roles))


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with rights, as they are at this moment.

    Attributes:
        name: Name of the account; the only personal fact that is kept.
        roles: Names of the roles, with those that they extend.
        held: The same, role by role; without it, one role that has all the names.
        shops: Keys of the selling points to which the account is limited; None for all.
        channels: Channels to which it is limited; None for all.
        staff_figures: May see figures by seller.
        lines: May see the lines behind a figure.
        full_export: May take whole tables, if not limited in any way.
        language: Preferred language; None: what the browser asks for.
    """

    name: str
    roles: frozenset[str]
    held: tuple[Held, ...] = ()
    shops: frozenset[str] | None = None
    channels: frozenset[str] | None = None
    staff_figures: bool = False
    lines: bool = False
    full_export: bool = False
    language: str | None = None

    def scope(self) -> Scope:
        """Return the limits for every query of this person."""
        return Scope(
            stores=self.shops,
            channels=self.channels,
            staff_figures=self.staff_figures,
            lines=self.lines,
            customers=not self.is_limited,
        )

    def has_role(self, name: str) -> bool:
        """Say whether the person has a role; the administrator has every role."""
        return name in self.roles or ADMIN in self.roles

    def may_see(self, board: Seen) -> bool:
        """Say whether one of the roles opens a board."""
        return ADMIN in self.roles or any(role.opens(board) for role in self.held or (Held(self.roles),))

    @property
    def is_limited(self) -> bool:
        """Whether some shops or channels are out of sight."""
        return self.shops is not None or self.channels is not None

    @property
    def may_export_full(self) -> bool:
        """Whether whole tables may be taken: they hold every shop, every seller and every customer's key."""
        return self.full_export and self.staff_figures and self.lines and not self.is_limited


LOCAL = Person(
    name="local", roles=frozenset({ADMIN}), staff_figures=True, lines=True, full_export=True
)  # who sits at the machine, while it serves only itself and knows nobody else
