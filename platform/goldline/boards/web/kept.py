"""Boards as they were written, kept for the next reader who may see the same under the same filters.

Answers are kept by the store; this saves writing them as HTML again. Nothing in it depends on who asks, save the scope.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from markupsafe import Markup

from goldline.boards.model import Language
from goldline.boards.web.preferences import ThemeChoice
from goldline.metrics.filters import Filters
from goldline.metrics.scope import Scope

_MOST = 300  # of about 100 kB
_TURNS = 64
_AT_ONCE = 4  # boards written at once; more would only slow each other down


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a written board depends on."""

    version: str
    board: str
    filters: Filters
    scope: Scope
    language: Language
    theme: ThemeChoice


class Kept:
    """The newest written boards; may be used by several threads at once."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._boards: OrderedDict[Hashable, Markup] = OrderedDict()
        self._lock, self._places = threading.Lock(), threading.BoundedSemaphore(_AT_ONCE)
        self._turns = tuple(threading.Lock() for _ in range(_TURNS))

    def get(self, kind: Kind, write: Callable[[], tuple[Markup, bool]]) -> Markup:
        """Return a board, written now if it is not kept.

        Args:
            kind: What it depends on.
            write: Writes it, and says whether it is whole: what failed in part is tried again the next time.
        """
        found = self._found(kind)
        if found is not None:
            return found
        with self._turns[hash(kind) % _TURNS]:  # who wants the same waits, and finds it
            return self._found(kind) or self._written(kind, write)

    def _found(self, kind: Kind) -> Markup | None:
        with self._lock:
            if kind in self._boards:
                self._boards.move_to_end(kind)
            return self._boards.get(kind)

    def _written(self, kind: Kind, write: Callable[[], tuple[Markup, bool]]) -> Markup:
        with self._places:
            text, is_whole = write()
        if is_whole:
            with self._lock:
                self._boards[kind] = text
                while len(self._boards) > _MOST:
                    self._boards.popitem(last=False)
        return text
