"""The ledger: what came when, and what became of it; append-only, and outside the warehouse.

Belongs here: appending durably, reading what is whole, and what the events add up to. The line format is in
``events``, the bytes of the files are in the archive.

Entries of the same source, feed and delivery date are versions of one delivery file: the highest sequence
is the newest.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from goldline import faultpoint
from goldline.errors import GoldlineError, IntegrityError
from goldline.fencing import Fence, Grant
from goldline.landing.durable import lock_file, locked, make_folder, sync_folder
from goldline.landing.events import AlteredLine, Event, Loaded, Mended, Refused, Retry, decode, encode
from goldline.landing.history import Entry, History, State

_APPEND_WAIT: Final = 30.0
_log = logging.getLogger(__name__)


class Ledger:
    """The file ``ledger.jsonl`` of a folder: one event per line, each line chained to the one before."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is created with the first event."""
        self.path = folder / "ledger.jsonl"
        self.fence = Fence(folder)
        self._history = History()
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        """Name the file."""
        return f"Ledger({str(self.path)!r})"

    def entries(self) -> list[Entry]:
        """Return every version of every file received, in the order of arrival.

        Raises:
            IntegrityError: A line is not as it was written.
        """
        return list(self._current().entries)

    def states(self) -> dict[int, State]:
        """Return what became of each entry, by its sequence."""
        return dict(self._current().states)

    def newest(self) -> dict[tuple[str, str, date], Entry]:
        """Return the newest version of each delivery file; all others are superseded."""
        return self._current().newest()

    def last_seen(self) -> dict[tuple[str, str], tuple[int, datetime]]:
        """Return size and file time with which each (source, name) was last received."""
        return self._current().last_seen()

    def append(
        self, events: Sequence[Event], *, at: datetime | None = None, grant: Grant | None = None
    ) -> tuple[int, ...]:
        """Record events; they are on disk when this returns.

        Args:
            events: What happened, in order.
            at: When; now, if not given.
            grant: The right to write the warehouse, for events that say what became of it.

        Returns:
            The sequence number of each event.

        Raises:
            IntegrityError: A line of the ledger is not as it was written; nothing was appended.
            LeaseLost: A later grant has been here; nothing was appended.
        """
        if not events:
            return ()
        make_folder(self.path.parent)
        with (
            self._lock,
            self._opened() as handle,
            locked(handle, where=self.path, wait=_APPEND_WAIT),
            self.fence.passing(grant),
        ):
            history = self._current()
            _check_entries(events, history)
            mending = self._cut_torn_line(handle, history)
            lines, first = self._lines((*mending, *events), history, at or datetime.now(UTC))
            self._write(handle, lines, start=history.offset)
        first += len(mending)
        return tuple(range(first, first + len(events)))

    @contextmanager
    def receiving(self, *, wait: float) -> Iterator[None]:
        """Keep every other process from receiving files meanwhile.

        Raises:
            TransientError: Another one still does after ``wait`` seconds.
        """
        make_folder(self.path.parent)
        with lock_file(self.path.parent / "receive.lock", wait=wait):
            yield

    @contextmanager
    def _opened(self) -> Iterator[int]:
        is_new = not self.path.exists()
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            if is_new:
                sync_folder(self.path.parent)
            yield handle
        finally:
            os.close(handle)

    def _current(self) -> History:
        with self._lock:
            try:
                with self.path.open("rb") as stream:
                    status = os.fstat(stream.fileno())
                    if self._history.is_of(status):
                        return self._history
                    if self._history.has_shrunk(status):
                        raise self._broken("the ledger has lost lines that were there before")
                    if not self._history.continues_in(status):
                        self._history = History()
                    stream.seek(self._history.offset)
                    data = stream.read()
            except FileNotFoundError:
                data, status = b"", None
            self._replay(data)
            self._history.stamp(status)
            return self._history

    def _replay(self, data: bytes) -> None:
        history = self._history
        whole, _, torn = data.rpartition(b"\n")
        lines = whole.split(b"\n") if whole else []
        try:
            events, check = decode(lines, previous=history.check)
        except AlteredLine as altered:
            line = history.sequence + altered.index + 1
            raise self._broken(f"line {line} is not as it was written") from None
        if torn and _lost_only_its_newline(torn, check):
            raise self._broken(f"line {history.sequence + len(lines) + 1} is not as it was written")
        history.add(events, check, length=len(data) - len(torn), torn=len(torn))

    def _broken(self, what: str) -> IntegrityError:
        remedy = "restore the file from a backup, then have everything delivered since then delivered again"
        return IntegrityError(what, where=str(self.path), remedy=remedy)

    def _cut_torn_line(self, handle: int, history: History) -> tuple[Mended, ...]:
        if not history.torn:
            return ()
        _log.warning("%s ended in an unfinished line; its %d bytes were cut off", self.path, history.torn)
        os.ftruncate(handle, history.offset)
        return (Mended(bytes_cut=history.torn),)

    @staticmethod
    def _lines(events: Sequence[Event], history: History, at: datetime) -> tuple[bytes, int]:
        check, lines = history.check, []
        for sequence, event in enumerate(events, history.sequence + 1):
            line, check = encode(event, sequence=sequence, at=at.astimezone(UTC), previous=check)
            lines.append(line)
        return b"".join(lines), history.sequence + 1

    def _write(self, handle: int, data: bytes, *, start: int) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(handle, view) :]
            faultpoint.reach("ledger.written")
            os.fsync(handle)
        except OSError as error:
            os.ftruncate(handle, start)
            raise GoldlineError(
                f"the ledger cannot be written ({error.strerror})",
                where=str(self.path),
                remedy="make room or check the disk, then run again; nothing was recorded",
            ) from None


def _lost_only_its_newline(line: bytes, previous: str) -> bool:
    """Tell damage from a crash: no crash leaves a whole line followed by anything but its newline."""
    try:
        decode([line[:-1]], previous=previous)
    except AlteredLine:
        return False
    return True


def _check_entries(events: Sequence[Event], history: History) -> None:
    for event in events:
        if isinstance(event, (Loaded, Refused, Retry)) and event.entry not in history.states:
            raise ValueError(f"the ledger has no entry {event.entry}")
