"""How often a source delivers: what its contract says, or what it has done steadily for some time.

A source that is meant to deliver daily and has delivered each Sunday for weeks is not late on Monday.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import pairwise

DECLARED = {"daily": 1, "weekly": 7}
STEPS_KNOWN, STEPS_LOOKED_AT = 4, 8


def interval(declared: str, delivered: Collection[date]) -> int | None:
    """Return the days from one delivery to the next; None for a source that delivers when it likes.

    Args:
        declared: What the contract says.
        delivered: Delivery days, of which the newest eight steps are looked at; the shortest one counts.
    """
    if declared not in DECLARED:
        return None
    steps = [(after - before).days for before, after in pairwise(sorted(delivered))][-STEPS_LOOKED_AT:]
    return max(DECLARED[declared], min(steps)) if len(steps) >= STEPS_KNOWN else DECLARED[declared]
