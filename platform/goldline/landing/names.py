"""Which file names of a landing zone may be looked at: an allow-list, not a list of known tricks.

Belongs here: judging a name by its characters alone. Whether a name fits a feed, and what lies behind it,
is judged in ``zone``.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MARKER: Final = ".done"
LONGEST: Final = 200
_ALLOWED: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._+() -]*[A-Za-z0-9_)])?")
_UPLOADING: Final = (".part", ".filepart", ".tmp")
_BIDI: Final = frozenset({"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"})


def objection(name: str) -> str | None:
    """Say why a name cannot be accepted, or None.

    Args:
        name: The name as the store listed it; bytes that are not UTF-8 arrive as surrogates.
    """
    if not name or name in {".", ".."} or re.search(r"[/\\\0]", name):
        return "the name is a path, not a file name"
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST:
        return f"the name is longer than {LONGEST} bytes"
    if any(unicodedata.bidirectional(character) in _BIDI for character in name):
        return "the name has characters that change the reading direction"
    if any(unicodedata.category(character).startswith("C") for character in name):
        return "the name has control characters, or bytes that are not UTF-8"
    return None


def not_allowed(name: str) -> str | None:
    """Say why a name without tricks still is no file name of a delivery, or None."""
    if _ALLOWED.fullmatch(name):
        return None
    return "the name has characters other than A-Z, a-z, 0-9, '_', '-', '.', '+', brackets and inner spaces"


def ignored(name: str) -> bool:
    """Tell whether a name is hidden, a marker, or an upload in progress."""
    return name.startswith(".") or name.lower().endswith((MARKER, *_UPLOADING))


def shown(name: str) -> str:
    """Return a name that is safe in a log, a mail or a terminal: escaped where needed, and cut."""
    safe = "".join(character if character.isprintable() else _escaped(character) for character in name)
    return safe if len(safe) <= LONGEST else f"{safe[: LONGEST - 3]}..."


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
