"""The folder that holds backups: contents by their checksum, each stored once, and one manifest per backup.

    objects/ab/cdef...     a content, under its SHA-256
    backups/<name>.json    one backup: which content belongs to which path
    discarded.json         contents removed on purpose: files that hold personal data in clear

A manifest is written last, with one rename: whatever kills a backup, those before it stay as they were. What is backed
up is decided in ``take``, what is made of it in ``restore``.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from goldline import faultpoint
from goldline.backup.manifest import BackupManifest
from goldline.errors import GoldlineError, IntegrityError, TransientError
from goldline.landing.archive import Archive
from goldline.landing.batch import INCOMING
from goldline.publish.sealed import read_sealed, write_sealed

SCRATCH = ".taking-"


class BackupFolder:
    """A folder of backups; on another disk than the home, or it is none."""

    def __init__(self, path: Path) -> None:
        """Remember the place; nothing is read."""
        self.path = path
        self.objects = Archive(path / "objects")
        self._manifests, self._discarded = path / "backups", path / "discarded.json"

    def names(self) -> list[str]:
        """Return the names of the backups there are, oldest first."""
        return sorted(path.stem for path in self._manifests.glob("*.json"))

    def read(self, name: str = "") -> BackupManifest:
        """Return a backup's manifest, by default the newest one's.

        Raises:
            GoldlineError: There is no such backup.
            IntegrityError: Its manifest is damaged.
        """
        names = self.names()
        wanted = name or (names[-1] if names else "")
        known = ", ".join(reversed(names[-5:]))
        if wanted not in names:
            what = f"there is no backup {wanted}" if wanted else "there is no backup"
            remedy = f"backups there are: {known}" if names else "make one with 'goldline backup TARGET'"
            raise GoldlineError(what, where=str(self.path), remedy=remedy)
        path = self._manifests / f"{wanted}.json"
        try:
            return BackupManifest.model_validate(read_sealed(path))
        except (IntegrityError, ValidationError):
            raise IntegrityError(
                "the manifest of the backup is damaged, or from another release of Goldline",
                where=str(path),
                remedy=f"choose another backup with --backup (newest first: {known}), or another copy of this folder",
            ) from None

    def write(self, manifest: BackupManifest) -> None:
        """Make a backup valid: its contents are durable by then."""
        self._manifests.mkdir(exist_ok=True)
        faultpoint.reach("backup.before_manifest")
        write_sealed(self._manifests / f"{manifest.backup}.json", manifest.model_dump(mode="json"))

    def discarded(self) -> set[str]:
        """Return the contents that were removed on purpose."""
        try:
            return set(read_sealed(self._discarded)["contents"])
        except FileNotFoundError:
            return set()

    def discard(self, contents: Iterable[str]) -> None:
        """Remove contents from all backups for good: they must not be kept."""
        found = {content for content in contents if self.objects.path(content).exists()}
        if found:
            write_sealed(self._discarded, {"contents": sorted(self.discarded() | found)})
            for content in sorted(found):
                self.objects.discard(content)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest backups, and the contents that only they had; return their names."""
        doomed = self.names()[:-keep]
        for name in doomed:
            (self._manifests / f"{name}.json").unlink()
        if doomed:
            used = {file.sha256 for name in self.names() for file in self.read(name).files}
            for path in sorted(self.objects.folder.glob("??/*")):
                if path.parent.name + path.name not in used:
                    path.unlink()
        return doomed

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only one that writes here, clear what a writer that died has left, and let nobody read meanwhile.

        Raises:
            TransientError: Another process is backing up to this folder, or restoring from it.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock(fcntl.LOCK_EX):
            shutil.rmtree(self.objects.folder / INCOMING, ignore_errors=True)
            for left in self.path.glob(f"{SCRATCH}*"):
                shutil.rmtree(left)
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep everything here as it is; a folder that cannot be written (a read-only disk) needs no lock.

        Raises:
            TransientError: Another process is backing up to this folder.
        """
        if not (self.path / ".lock").exists():
            yield
            return
        with self._lock(fcntl.LOCK_SH):
            yield

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        with (self.path / ".lock").open("a" if kind == fcntl.LOCK_EX else "r") as file:
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                raise TransientError(
                    "another backup or restore uses this folder", where=str(self.path), remedy="wait for it to end"
                ) from None
            yield
