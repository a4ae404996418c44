"""Where a reader can go: the boards that the person may see, with the period and filters kept on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from goldline.boards.model import Board, Language
from goldline.metrics.filters import MEMBERS, Filters


class Reader(Protocol):
    """Who may see which boards."""

    @property
    def is_limited(self) -> bool:
        """Whether some shops or channels are out of sight."""

    def may_see(self, board: Board) -> bool:
        """Say whether the person may open a board."""


@dataclass(frozen=True)
class Link:
    """A board in the navigation."""

    title: str
    href: str
    is_current: bool


def navigation(
    boards: Mapping[str, Board], person: Reader, filters: Filters, current: str, language: Language
) -> dict[str, list[Link]]:
    """Return the links under their headings."""
    groups: dict[str, list[Link]] = {}
    for board in visible(boards, person):
        link = Link(board.title.in_(language), address(board, filters), board.name == current)
        groups.setdefault(board.group.in_(language), []).append(link)
    return groups


def visible(boards: Mapping[str, Board], person: Reader) -> list[Board]:
    """Return the boards that a person may see, in their order."""
    return [board for board in boards.values() if person.may_see(board) and (board.has_period or not person.is_limited)]


def address(board: Board, filters: Filters) -> str:
    """Return a board's address with what it can use of the filters."""
    foreign: Iterable[str] = (name for name in MEMBERS if name not in board.filters)
    kept = filters.with_(**dict.fromkeys(foreign, ()), every=None)
    query = kept.to_query() if board.has_period else ""
    return f"/{board.name}?{query}" if query else f"/{board.name}"
