"""Pseudonyms and card numbers as they may be shown: enough to tell two apart, never whole.

Source ids (an account or client number) stay as they are: they are what a person looks the customer up with.
"""

from __future__ import annotations

import hashlib
import re

SHOWN = 6
_PSEUDONYM = re.compile(r"(?P<key>[a-z][0-9]+:)?(?P<value>[0-9a-fA-F]{32,})")
_HIDDEN_KINDS = ("guest", "card")


def shortened(identifier: str) -> str:
    """Shorten an identifier to six hex digits; those of its hash where it is no hash itself (a card number)."""
    found = _PSEUDONYM.fullmatch(identifier)
    if found:
        return f"{found['key'] or ''}{found['value'][:SHOWN].lower()}…"
    return f"#{hashlib.sha256(identifier.encode()).hexdigest()[:SHOWN]}…"


def shortened_record(record: str) -> str:
    """Shorten what identifies a guest or a bare card; accounts and clients go by their numbers."""
    source, _, rest = record.partition(":")
    kind, _, value = rest.partition(":")
    return f"{source}:{kind}:{shortened(value)}" if kind in _HIDDEN_KINDS else record
