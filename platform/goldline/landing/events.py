"""What the ledger can record, and how one event becomes one line.

Belongs here: the kinds of event and the line format with its chain of checks. Files, locks and what the
events add up to are ``ledger``'s.

A line is a JSON object whose last member is ``check``: the first 16 hex digits of the SHA-256 over the
check of the line before and all of this line up to its own check. A changed, lost or moved line breaks the
chain.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

_CHECK_DIGITS: Final = 16
_CHECK_NAME: Final = b',"check":"'
_TAIL: Final = len(_CHECK_NAME) + _CHECK_DIGITS + len(b'"}')
START: Final = "0" * _CHECK_DIGITS
"""The check before the first line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file was archived for the first time, or in a new version."""

    source: str
    feed: str
    delivery_date: date
    name: str
    sha256: str
    size: int
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedAgain:
    """The newest version of a file came once more, byte for byte."""

    entry: int
    source: str
    name: str
    sha256: str
    size: int
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An entry was loaded into the warehouse."""

    entry: int
    run_id: str
    rows_received: int
    rows_loaded: int
    rows_quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An entry broke its contract and was not loaded."""

    entry: int
    run_id: str
    reasons: tuple[str, ...]
    contract: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """An entry is to be looked at again."""

    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A line that a crash had left unfinished was cut off."""

    bytes_cut: int


Event = Received | ReceivedAgain | Loaded | Refused | Retry | Mended

KINDS: Final[dict[type[Event], str]] = {
    Received: "received",
    ReceivedAgain: "received_again",
    Loaded: "loaded",
    Refused: "refused",
    Retry: "retry",
    Mended: "mended",
}


class AlteredLine(Exception):
    """A line breaks the chain."""

    def __init__(self, index: int) -> None:
        """Keep which one of the lines given it is."""
        super().__init__(index)
        self.index = index


def encode(event: Event, *, sequence: int, at: datetime, previous: str) -> tuple[bytes, str]:
    """Return an event's line, newline included, and its check."""
    body: dict[str, Any] = {"sequence": sequence, "event": KINDS[type(event)], "at": at.isoformat()}
    body |= {field.name: getattr(event, field.name) for field in fields(event)}
    text = json.dumps(body, separators=(",", ":"), default=_as_text).encode("ascii")[:-1]
    check = _check(previous, text)
    return text + _CHECK_NAME + check.encode("ascii") + b'"}\n', check


def decode(lines: Sequence[bytes], *, previous: str) -> tuple[list[dict[str, Any]], str]:
    """Return the members of whole lines (without newlines), and the check of the last one.

    Raises:
        AlteredLine: A line is not as it was written.
    """
    for number, line in enumerate(lines):
        text = line[:-_TAIL]
        check = _check(previous, text)
        if line[-_TAIL:] != _CHECK_NAME + check.encode("ascii") + b'"}':
            raise AlteredLine(number)
        previous = check
    return json.loads(b"[" + b",".join(lines) + b"]"), previous


def _check(previous: str, text: bytes) -> str:
    return sha256(previous.encode("ascii") + text).hexdigest()[:_CHECK_DIGITS]


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"an event cannot hold a {type(value).__name__}")
