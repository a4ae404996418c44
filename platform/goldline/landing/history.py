"""What the events of a ledger add up to: entries, their versions and their states.

Belongs here: replaying events that were read and verified. Reading and verifying them is ``ledger``'s.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from goldline.landing.events import START

Status = Literal["received", "loaded", "refused"]


class Entry(NamedTuple):
    """One version of one delivery file; a tuple, because ten thousands are made at each start."""

    sequence: int
    source: str
    feed: str
    delivery_date: date
    name: str
    sha256: str
    size: int
    received_at: datetime

    @property
    def delivery_file(self) -> tuple[str, str, date]:
        """What all versions of this file have in common."""
        return self.source, self.feed, self.delivery_date


@dataclass(frozen=True, slots=True)
class State:
    """What became of an entry: row counts are of the load, reasons and contract of the refusal."""

    status: Status
    at: datetime
    run_id: str = ""
    rows_received: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    reasons: tuple[str, ...] = ()
    contract: str = ""


class History:
    """The result of all lines read so far, and how far that is."""

    def __init__(self) -> None:
        """Start before the first line."""
        self.entries: list[Entry] = []
        self.states: dict[int, State] = {}
        self._last_seen: dict[tuple[str, str], tuple[int, str]] = {}
        self.check = START
        self.sequence = 0
        self.offset = 0
        self.torn = 0
        self._stamp: tuple[int, int, int] | None = None

    def newest(self) -> dict[tuple[str, str, date], Entry]:
        """Return the newest version of each delivery file."""
        return {entry.delivery_file: entry for entry in self.entries}

    def last_seen(self) -> dict[tuple[str, str], tuple[int, datetime]]:
        """Return size and file time with which each (source, name) was last received."""
        return {key: (size, _instant(changed)) for key, (size, changed) in self._last_seen.items()}

    def is_of(self, status: os.stat_result) -> bool:
        """Tell whether the file has not changed since the last reading."""
        return self._stamp == (status.st_ino, status.st_size, status.st_mtime_ns)

    def continues_in(self, status: os.stat_result) -> bool:
        """Tell whether it is still the same file, grown perhaps."""
        return self._stamp is not None and self._stamp[0] == status.st_ino

    def has_shrunk(self, status: os.stat_result) -> bool:
        """Tell whether the same file has lost lines that were read before."""
        return self._stamp is not None and self._stamp[0] == status.st_ino and status.st_size < self.offset

    def stamp(self, status: os.stat_result | None) -> None:
        """Remember of which file, at which size and time, this is the history."""
        self._stamp = (status.st_ino, status.st_size, status.st_mtime_ns) if status else None

    def add(self, events: Sequence[dict[str, Any]], check: str, *, length: int, torn: int) -> None:
        """Replay whole lines; after them may come the bytes of a torn one."""
        for members in events:
            self._replay(members)
        self.sequence += len(events)
        self.check, self.offset, self.torn = check, self.offset + length, torn

    def _replay(self, members: dict[str, Any]) -> None:
        at = _instant(members["at"])
        kind = members["event"]
        if kind == "received":
            self._receive(members, at)
        elif kind in _STATES:
            details = {name: members[name] for name in _STATES[kind]}
            if "reasons" in details:
                details["reasons"] = tuple(details["reasons"])
            self.states[members["entry"]] = State(kind, at, **details)
        elif kind == "retry":
            self.states[members["entry"]] = _waiting(at)
        if kind in _SEEN and members["modified_at"]:
            self._last_seen[members["source"], members["name"]] = (members["size"], members["modified_at"])

    def _receive(self, members: dict[str, Any], at: datetime) -> None:
        entry = Entry(
            members["sequence"],
            members["source"],
            members["feed"],
            _day(members["delivery_date"]),
            members["name"],
            members["sha256"],
            members["size"],
            at,
        )
        self.entries.append(entry)
        self.states[entry.sequence] = _waiting(at)


_SEEN: Final = frozenset({"received", "received_again"})
_STATES: Final = {
    "loaded": ("run_id", "rows_received", "rows_loaded", "rows_quarantined"),
    "refused": ("run_id", "reasons", "contract"),
}


@lru_cache(maxsize=10_000)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@lru_cache(maxsize=10_000)
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=10_000)
def _waiting(at: datetime) -> State:
    return State("received", at)
