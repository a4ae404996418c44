"""The step between writing a version and switching to it: compare, write down what is restated, hold it if asked for.

A held version is never switched to: readers go on seeing the one before. What it would move waits in the published
folder, so that a person can look at it and confirm exactly that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from goldline.errors import GoldlineError, IntegrityError
from goldline.intake.register import registered
from goldline.publish.folder import PublishedFolder
from goldline.publish.manifest import FILE as MANIFEST
from goldline.publish.reader import Reader, open_snapshot
from goldline.publish.sealed import read_sealed, write_sealed
from goldline.restate.causes import causes, read_register
from goldline.restate.figures import TABLE, changed_months, closed_before, figures, moves
from goldline.restate.records import Confirmation, Restatement
from goldline.restate.words import paragraph, title
from goldline.warehouse.engine import Session

HELD, CONFIRMED = "held.json", "confirmed.json"
HOW_TO_CONFIRM = "look at it with 'goldline publish held', then 'goldline publish confirm'; or correct the delivery"


class RestatementHeld(GoldlineError):
    """A version would restate a closed month, and nobody has confirmed that."""


@dataclass(frozen=True)
class Review:
    """Compares a version that is written, but not switched to yet, with the current one.

    Attributes:
        folder: ``settings.published_dir``.
        session: The transaction that the version was published from.
        must_confirm: Whether restatements are held until they are confirmed.
        received: Ledger sequences of all files that were received.
        identifying: Feeds (source, feed) that hold pseudonyms.
        memory: Memory limit of each reader.
        threads: Threads of each reader.
    """

    folder: Path
    session: Session
    must_confirm: bool
    received: Collection[int]
    identifying: Collection[tuple[str, str]]
    memory: str = "512MB"
    threads: int = 2

    def __call__(self, building: Path) -> None:
        """Write what the version restates beside its manifest.

        Raises:
            RestatementHeld: It restates a closed month without a confirmation.
        """
        found = self._compared(building)
        confirmation = confirmation_of(self.folder, found) if found.moves else None
        if found.moves and self.must_confirm and confirmation is None:
            found.write(self.folder, HELD)
            raise held(found)
        found.model_copy(update={"confirmation": confirmation}).write(building)

    def _compared(self, building: Path) -> Restatement:
        loaded = registered(self.session)
        newest = max(loaded, default=0)
        missing = sorted(sequence for sequence in set(self.received) - loaded if sequence < newest)
        shown = Restatement(newest_file=newest, missing_files=tuple(missing))
        before = self._before()
        if before is None:
            return shown
        with before, _open(building, self.memory, self.threads) as after:
            return self._restated(before, after, shown)

    def _before(self) -> Reader | None:
        """Open the current version; one that cannot be read cannot be compared with, and publishing again mends it."""
        try:
            version = _pointer(self.folder)
            return open_snapshot(self.folder, version, memory=self.memory, threads=self.threads) if version else None
        except (IntegrityError, duckdb.Error):
            return None

    def _restated(self, before: Reader, after: Reader, shown: Restatement) -> Restatement:
        until = closed_before(before.manifest)
        nothing = shown.model_copy(update={"compared_with": before.manifest.version, "closed_before": until})
        if until is None or TABLE not in before.manifest.tables:
            return nothing
        months = changed_months(before, after, until=until)
        moved = moves(figures(before, months), figures(after, months))
        if not moved:
            return nothing
        earlier = restatement_of(self.folder, before.manifest.version)
        register = read_register(self.session, before=earlier, identifying=self.identifying)
        why = causes(self.session, before, after, {move.month for move in moved}, register)
        return nothing.model_copy(update={"moves": moved, "causes": why})


def held(found: Restatement) -> RestatementHeld:
    """Say that a version is held, and what it would move."""
    return RestatementHeld(
        f"the new version would restate a closed month and waits for a confirmation. {title(found)}\n"
        f"{paragraph(found)}",
        where="publish",
        remedy=f"{HOW_TO_CONFIRM}. Version {found.compared_with} stays published meanwhile",
    )


def held_restatement(folder: Path) -> Restatement | None:
    """Return what is held now; None where nothing is, or a version was published since."""
    found = Restatement.read(folder, HELD)
    return found if found and found.compared_with == _pointer(folder) else None


def confirm(folder: Path, found: Restatement, *, by: str, at: datetime) -> None:
    """Record that a person confirms exactly these moves."""
    confirmation = Confirmation(fingerprint=found.fingerprint, by=by, at=at)
    write_sealed(folder / CONFIRMED, confirmation.model_dump(mode="json"))


def confirmation_of(folder: Path, found: Restatement) -> Confirmation | None:
    """Return the confirmation of exactly these moves, if there is one."""
    try:
        confirmation = Confirmation.model_validate(read_sealed(folder / CONFIRMED))
    except FileNotFoundError:
        return None
    return confirmation if confirmation.fingerprint == found.fingerprint else None


def restatement_of(folder: Path, version: str) -> Restatement | None:
    """Return what a version restated; None where it was made by an earlier release."""
    return Restatement.read(PublishedFolder(folder).version_path(version))


def _pointer(folder: Path) -> str | None:
    pointer = PublishedFolder(folder).pointer()
    return pointer.version if pointer else None


def _open(building: Path, memory: str, threads: int) -> Reader:
    return Reader(building, (building / MANIFEST).open("rb"), memory=memory, threads=threads)
