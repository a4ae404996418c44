"""What a part of the retention reports back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pruned:
    """What was removed, or would be.

    Attributes:
        what: The part, in words.
        count: How many of them.
        bytes: Their size, as far as it is known.
        note: Why some were left, if any were.
    """

    what: str
    count: int
    bytes: int = 0
    note: str = ""
