"""How often Python looks for garbage in cycles: seldom, in processes that end after their work.

Most of what a command holds are the classes and definitions of the packages that it imported. Searching them at every
turn took a fifth of the imports and a tenth of a night's Python, and taking them apart at the end most of a second.
"""

from __future__ import annotations

import atexit
import gc

SELDOM = 100_000  # objects between two searches


def search_seldom() -> None:
    """Search for garbage seldom from now on, and not at the end, when the system takes all memory back."""
    gc.set_threshold(SELDOM)
    atexit.register(gc.freeze)
