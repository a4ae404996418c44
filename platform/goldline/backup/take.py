"""Taking a backup, while runs go on: the ledger first, up to one event, then the archived files that it names.

The ledger only grows and an archived file never changes, so the two fit together whatever is written meanwhile.
Contents that the folder has already are not copied again.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from goldline import faultpoint
from goldline.backup.folder import SCRATCH, BackupFolder
from goldline.backup.manifest import BackupManifest, StoredFile
from goldline.backup.parts import published_files, small_parts, warehouse_file
from goldline.deliver import FOR_GOOD
from goldline.errors import GoldlineError, IntegrityError
from goldline.home import Home
from goldline.landing.batch import Batch
from goldline.landing.history import Entry
from goldline.landing.ledger import Ledger

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
AT_ONCE = 250
CHUNK = 1 << 20
LEDGER = "ledger/ledger.jsonl"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a backup is to hold beyond the usual.

    Attributes:
        published: The published versions and the pointer to the current one.
        warehouse: The file of the warehouse.
        secrets: Passwords among the settings.
        deep: Read again what the folder has already, and mend what is damaged there.
        keep: How many backups to keep; 0 keeps all.
        wait_seconds: How long to wait for a run that writes the warehouse, if that is wanted.
    """

    published: bool = False
    warehouse: bool = False
    secrets: bool = False
    deep: bool = False
    keep: int = 0
    wait_seconds: float = 0

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts besides archive and ledger."""
        optional = {"published": self.published, "warehouse": self.warehouse, "secrets": self.secrets}
        return ("settings", "outbox", "quarantine", *(name for name, is_wanted in optional.items() if is_wanted))


def back_up(home: Home, target: Path, wanted: Wanted, *, now: datetime, progress: Progress) -> BackupManifest:
    """Take a backup into a folder; only what is not there yet is copied.

    Raises:
        GoldlineError: The folder is inside the home, or the home inside the folder; the ledger is empty.
        IntegrityError: A file of the home is damaged; it is named, and earlier backups stay as they were.
        TransientError: The folder, or the warehouse if that is wanted, is in use.
    """
    _require_apart(home.settings.home, target)
    folder = BackupFolder(target)
    with folder.writing(), tempfile.TemporaryDirectory(dir=target, prefix=SCRATCH) as scratch, ExitStack() as held:
        ledger = _ledger_of_now(home, Path(scratch))
        kept, forbidden = _sorted_out(ledger)
        folder.discard(forbidden)
        files = _archived(home, folder, kept, deep=wanted.deep, progress=progress)
        faultpoint.reach("backup.archived")
        others = [(LEDGER, ledger.path), *small_parts(home, Path(scratch), with_secrets=wanted.secrets)]
        if wanted.published:
            others += held.enter_context(published_files(home))
        if wanted.warehouse:
            others += held.enter_context(warehouse_file(home, wait_seconds=wanted.wait_seconds))
        files += _stored(folder, others, progress)
        manifest = BackupManifest(
            backup=f"{now:%Y%m%dT%H%M%SZ}",
            created_at=now,
            goldline=version("goldline"),
            contracts={name: contract.digest for name, contract in home.contracts.items()},
            events=len(ledger.path.read_bytes().splitlines()),
            parts=wanted.parts,
            files=tuple(files),
        )
        folder.write(manifest)
        if wanted.keep:
            folder.prune(wanted.keep)
    _log.info("backup.taken", extra={"backup": manifest.backup, "files": len(manifest.files), "bytes": manifest.bytes})
    return manifest


def _require_apart(home: Path, target: Path) -> None:
    inner, outer = target.resolve(), home.resolve()
    if inner == outer or outer in inner.parents or inner in outer.parents:
        raise GoldlineError(
            "the backup would lie in the home, or the home in the backup",
            where=str(target),
            remedy="name a folder outside the home, on another disk",
        )


def _ledger_of_now(home: Home, scratch: Path) -> Ledger:
    """Copy the ledger as far as it is whole, and verify its chain."""
    try:
        data = home.ledger.path.read_bytes()
    except FileNotFoundError:
        data = b""
    copy = Ledger(scratch / "ledger")
    copy.path.parent.mkdir()
    copy.path.write_bytes(data[: data.rfind(b"\n") + 1])
    if not copy.entries():
        raise GoldlineError("nothing has ever arrived", where=str(home.settings.home), remedy="see GOLDLINE_HOME")
    return copy


def _sorted_out(ledger: Ledger) -> tuple[dict[str, Entry], set[str]]:
    """Tell the contents to keep from those that must not be kept: they hold personal data in clear."""
    states, kept, forbidden = ledger.states(), {}, set()
    for entry in ledger.entries():
        if states[entry.sequence].contract == FOR_GOOD:
            forbidden.add(entry.sha256)
        else:
            kept[entry.sha256] = entry
    return {digest: entry for digest, entry in kept.items() if digest not in forbidden}, forbidden


def _archived(
    home: Home, folder: BackupFolder, kept: dict[str, Entry], *, deep: bool, progress: Progress
) -> list[StoredFile]:
    """Copy the archived files that the folder does not have."""
    missing = [entry for entry in kept.values() if not _has(folder, entry, deep=deep)]
    gone: set[str] = set()
    done = len(kept) - len(missing)
    for some in _batches(missing):
        with folder.objects.batch() as batch:
            gone |= {entry.sha256 for entry in some if not _copy(home, batch, entry)}
        faultpoint.reach("backup.batch")
        done += len(some)
        progress("copy the archive", done, len(kept))
    return [
        StoredFile(path=f"archive/{digest[:2]}/{digest[2:]}", sha256=digest, bytes=entry.size)
        for digest, entry in kept.items()
        if digest not in gone
    ]


def _has(folder: BackupFolder, entry: Entry, *, deep: bool) -> bool:
    if deep:
        return folder.objects.has(entry.sha256)
    path = folder.objects.path(entry.sha256)
    return path.exists() and path.stat().st_size == entry.size


def _copy(home: Home, batch: Batch, entry: Entry) -> bool:
    """Copy one archived file; False if it was removed meanwhile because it holds personal data in clear."""
    path = home.archive.path(entry.sha256)
    try:
        stored = batch.store(_chunks(path))
    except FileNotFoundError:
        if home.ledger.states()[entry.sequence].contract == FOR_GOOD:
            return False
        raise _damaged(path, entry, "missing") from None
    if stored.sha256 != entry.sha256:
        raise _damaged(path, entry, f"damaged (its SHA-256 is {stored.sha256})")
    return True


def _damaged(path: Path, entry: Entry, what: str) -> IntegrityError:
    return IntegrityError(
        f"the archived file is {what}; it is {entry.name} of {entry.source}",
        where=str(path),
        remedy="put it back from an earlier backup, or have the source deliver the same file again; no backup was made",
    )


def _stored(folder: BackupFolder, files: Iterable[tuple[str, Path]], progress: Progress) -> list[StoredFile]:
    """Store files under their checksum; one that is gone was replaced meanwhile."""
    found, everything = [], list(files)
    for some in _batches(everything):
        with folder.objects.batch() as batch:
            for name, path in some:
                try:
                    stored = batch.store(_chunks(path))
                except FileNotFoundError:
                    continue
                found.append(StoredFile(path=name, sha256=stored.sha256, bytes=stored.size))
        progress("copy the rest", len(found), len(everything))
    return found


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            yield block


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))
