"""Named points at which a test can have the process die, as if power had gone.

Belongs here: the one function that durable code calls between two steps. Nothing else does: what a step is
and which order is safe is the business of the code that calls it. Without ``GOLDLINE_CRASH_AT`` in the
environment, it does nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Final

VARIABLE: Final = "GOLDLINE_CRASH_AT"
EXIT_CODE: Final = 137
"""What a shell reports for ``kill -9``."""

_passes: Counter[str] = Counter()


def reach(name: str) -> None:
    """Die here, without any cleaning up, if ``GOLDLINE_CRASH_AT`` says so.

    Args:
        name: The point, such as ``landing.archived``. ``GOLDLINE_CRASH_AT=landing.taken`` dies at its first
            pass, ``GOLDLINE_CRASH_AT=landing.taken:3`` at its third.
    """
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    point, _, count = wanted.partition(":")
    if point == name:
        _passes[name] += 1
        if _passes[name] == int(count or 1):
            os._exit(EXIT_CODE)
