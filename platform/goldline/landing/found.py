"""What a look at a landing zone finds.

Belongs here: the value objects only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a feed in the landing zone."""

    source: str
    feed: str
    delivery_date: date
    name: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in the landing zone that is not read and stays where it is. The name is safe to show."""

    source: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What one look at the landing zone found."""

    complete: tuple[Found, ...]
    growing: tuple[Found, ...]
    refused: tuple[Refusal, ...]
