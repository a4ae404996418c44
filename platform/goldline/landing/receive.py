"""Taking files in: from the landing zone into the archive, then into the ledger, then on to ``taken/``.

Belongs here: the order of these steps, which makes a crash harmless at every point. A file that was
archived but not recorded, or recorded but not moved, is simply met again by the next run. What is inside
the files is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from goldline import faultpoint
from goldline.errors import TransientError
from goldline.landing.archive import Archive
from goldline.landing.batch import Stored
from goldline.landing.events import Received as ReceivedEvent
from goldline.landing.events import ReceivedAgain
from goldline.landing.found import Found, Refusal
from goldline.landing.history import Entry
from goldline.landing.ledger import Ledger
from goldline.landing.names import shown
from goldline.landing.store import StillChanging, Unreadable
from goldline.landing.zone import LandingZone

BATCH_FILES: Final = 2000
BATCH_BYTES: Final = 256 << 20
LOCK_WAIT: Final = 60.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Received:
    """What one look into the landing zone brought in."""

    new: tuple[Entry, ...]
    again: int
    growing: tuple[Found, ...]
    refused: tuple[Refusal, ...]


def receive(
    zone: LandingZone,
    archive: Archive,
    ledger: Ledger,
    *,
    now: datetime,
    sources: Collection[str] | None = None,
    first: date | None = None,
    last: date | None = None,
    progress: Progress | None = None,
) -> Received:
    """Take in every complete file, in the order of delivery date, source, feed and name.

    Args:
        zone: Where files land.
        archive: Where their bytes are kept.
        ledger: Where their arrival is recorded.
        now: The present instant, with its time zone.
        sources: Only these sources; None is all.
        first: Only files of this delivery day or later.
        last: Only files of this delivery day or earlier.
        progress: Called after each file with the number done and the number to do.

    Raises:
        TransientError: The connection failed, or another process is receiving. What was read before is kept.
    """
    with ledger.receiving(wait=LOCK_WAIT):
        archive.clear_left_overs()
        scan = zone.scan(now, sources=sources)
        wanted = [file for file in scan.complete if (first or date.min) <= file.delivery_date <= (last or date.max)]
        known = {} if zone.move_taken else ledger.last_seen()
        fresh = [file for file in wanted if known.get((file.source, file.name)) != (file.size, file.modified_at)]
        intake = _Receiver(zone, archive, ledger, now, _Progress(len(fresh), progress))
        for batch in _batches(sorted(fresh, key=_order)):
            intake.take_in(batch)
        return Received(
            new=tuple(intake.new),
            again=intake.again,
            growing=(*scan.growing, *intake.growing),
            refused=(*scan.refused, *intake.refused),
        )


@dataclass
class _Progress:
    total: int
    report: Progress | None
    done: int = 0

    def step(self) -> None:
        self.done += 1
        if self.report is not None:
            self.report(self.done, self.total)


@dataclass
class _Receiver:
    zone: LandingZone
    archive: Archive
    ledger: Ledger
    now: datetime
    progress: _Progress
    new: list[Entry] = field(default_factory=list)
    growing: list[Found] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    again: int = 0

    def take_in(self, files: list[Found]) -> None:
        """Archive, record, move: in this order."""
        read, failure = self._archived(files)
        faultpoint.reach("landing.archived")
        self._record(read)
        faultpoint.reach("landing.ledgered")
        for file, stored in read:
            self._move_on(file, stored)
            faultpoint.reach("landing.taken")
        if failure is not None:
            raise failure

    def _archived(self, files: list[Found]) -> tuple[list[tuple[Found, Stored]], TransientError | None]:
        """Read what can be read; a connection that fails ends the batch, but what came before it counts."""
        read: list[tuple[Found, Stored]] = []
        with self.archive.batch() as batch:
            for file in files:
                try:
                    read.append((file, batch.store(self.zone.read(file))))
                except StillChanging:
                    self.growing.append(file)
                except Unreadable as error:
                    self.refused.append(Refusal(file.source, shown(file.name), error.what))
                except TransientError as error:
                    return read, error
                self.progress.step()
        return read, None

    def _record(self, read: list[tuple[Found, Stored]]) -> None:
        newest = self.ledger.newest()
        events = [
            _event(file, stored, newest.get((file.source, file.feed, file.delivery_date))) for file, stored in read
        ]
        sequences = self.ledger.append(events, at=self.now)
        for event, sequence in zip(events, sequences, strict=True):
            if isinstance(event, ReceivedAgain):
                self.again += 1
            else:
                self.new.append(_entry(event, sequence, self.now))

    def _move_on(self, file: Found, stored: Stored) -> None:
        try:
            self.zone.take(file, sha256=stored.sha256)
        except StillChanging:
            return
        except Unreadable as error:
            self.refused.append(
                Refusal(file.source, shown(file.name), f"taken in, but it stays where it is: {error.what}")
            )


def _event(file: Found, stored: Stored, newest: Entry | None) -> ReceivedEvent | ReceivedAgain:
    if newest is not None and (newest.name, newest.sha256) == (file.name, stored.sha256):
        return ReceivedAgain(
            entry=newest.sequence,
            source=file.source,
            name=file.name,
            sha256=stored.sha256,
            size=stored.size,
            modified_at=file.modified_at,
        )
    return ReceivedEvent(
        source=file.source,
        feed=file.feed,
        delivery_date=file.delivery_date,
        name=file.name,
        sha256=stored.sha256,
        size=stored.size,
        modified_at=file.modified_at,
    )


def _entry(event: ReceivedEvent, sequence: int, at: datetime) -> Entry:
    return Entry(sequence, event.source, event.feed, event.delivery_date, event.name, event.sha256, event.size, at)


def _order(file: Found) -> tuple[date, str, str, str]:
    return file.delivery_date, file.source, file.feed, file.name


def _batches(files: list[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    room = BATCH_BYTES
    for file in files:
        if batch and (len(batch) == BATCH_FILES or file.size > room):
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append(file)
        room -= file.size
    if batch:
        yield batch
