"""Where published versions are kept, which one is current, and who is using them.

    current.json          the pointer: the one file whose replacement publishes
    history.jsonl         every switch of the pointer, in order
    versions/v000012/     one immutable version: a Parquet file per table and manifest.json
    building-*, removing-*  work in progress; left behind only by a process that died

Nothing here knows what is in a version.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from goldline import faultpoint
from goldline.errors import GoldlineError, IntegrityError, TransientError
from goldline.fencing import Fence, Grant
from goldline.publish import manifest
from goldline.publish.sealed import read_sealed, sync_folder, write_sealed

_log = logging.getLogger(__name__)
_VERSION = re.compile(r"v\d{6,}")
NEVER_PUBLISHED = "run 'goldline run' (or 'goldline demo' for made-up data) to publish a first version"


@dataclass(frozen=True)
class Pointer:
    """Which version is current, and the highest that ever was: one beyond it is a leftover."""

    version: str
    highest: int


class PublishedFolder:
    """The folder of all published versions.

    Args:
        path: ``settings.published_dir``; created when something is written.
        grant: The right to write the warehouse, if it is published from there.
    """

    def __init__(self, path: Path, *, grant: Grant | None = None) -> None:
        """Remember the place; nothing is read."""
        self.path, self._grant = path, grant
        self.fence = Fence(path)
        self._pointer, self._history = path / "current.json", path / "history.jsonl"

    def version_path(self, version: str) -> Path:
        """Return the folder of a version.

        Raises:
            GoldlineError: That is not the name of a version.
        """
        if not _VERSION.fullmatch(version):
            raise GoldlineError(f"{version!r} is not a version", remedy="versions look like v000012")
        return self.path / "versions" / version

    def pointer(self) -> Pointer | None:
        """Return the pointer; None before the first publish.

        Raises:
            IntegrityError: The pointer is damaged, or gone although versions were published.
        """
        try:
            content = read_sealed(self._pointer)
        except FileNotFoundError:
            if self._history.exists() or len(self.versions()) > 1:
                raise IntegrityError(
                    "the pointer to the current version is gone",
                    where=str(self._pointer),
                    remedy="choose a version with 'goldline publish list' and 'goldline publish restore'",
                ) from None
            return None
        return Pointer(str(content["version"]), int(content["highest"]))

    def versions(self) -> list[str]:
        """Return the versions there are, oldest first."""
        folder = self.path / "versions"
        names = [entry.name for entry in folder.iterdir()] if folder.exists() else []
        return sorted((name for name in names if _VERSION.fullmatch(name)), key=number)

    def switch(self, version: str, *, highest: int, action: str, at: datetime) -> None:
        """Make a version the current one, by one rename, and record that.

        Raises:
            LeaseLost: A later run has published; the pointer stays.
        """
        with self.fence.passing(self._grant):
            write_sealed(self._pointer, {"version": version, "highest": highest})
        faultpoint.reach("publish.switched")
        self._record({"at": at.isoformat(), "action": action, "version": version})
        _log.info("version.switched", extra={"version": version, "action": action})

    def history(self) -> list[dict[str, str]]:
        """Return every switch, oldest first. A line that is unfinished or damaged is skipped: it only tells a story."""
        text = self._history.read_text(encoding="utf-8", errors="replace") if self._history.exists() else ""
        return [entry for line in text.split("\n") if (entry := _entry(line))]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer, and clear what a writer that died has left.

        Raises:
            TransientError: Another process is publishing or restoring.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            if not _lock(lock, fcntl.LOCK_EX):
                raise TransientError(
                    "another run is publishing", where=str(self.path), remedy="try again when it has ended"
                )
            self._clear_leftovers()
            self._record_missed_switch()
            yield

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Give an empty folder to build a version in; it is gone at the end unless it was installed."""
        path = Path(tempfile.mkdtemp(prefix="building-", dir=self.path))
        path.chmod(0o755)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def install(self, built: Path, version: str) -> None:
        """Give a built version its name; everything in it is durable by then."""
        target = self.version_path(version)
        target.parent.mkdir(exist_ok=True)
        for inside in (path for path in built.iterdir() if path.is_dir()):
            sync_folder(inside)
        sync_folder(built)
        built.rename(target)
        sync_folder(target.parent)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest versions; never the current one, nor one that somebody has open.

        At least two are kept, so that a reader of the previous version is not cut off by a publish.
        """
        pointer = self.pointer()
        candidates = [v for v in self.versions()[: -max(keep, 2)] if pointer is None or v != pointer.version]
        return [version for version in candidates if self._remove(version)]

    def hold(self, version: str) -> IO[bytes]:
        """Open a version for reading: it is not pruned until the returned file is closed.

        Raises:
            FileNotFoundError: There is no such version, or it was removed this very moment.
        """
        path = self.version_path(version) / manifest.FILE
        held = path.open("rb")
        fcntl.flock(held, fcntl.LOCK_SH)
        if not path.exists():
            held.close()
            raise FileNotFoundError(path)
        return held

    def _remove(self, version: str) -> bool:
        path = self.version_path(version)
        try:
            with (path / manifest.FILE).open("rb") as file:
                if not _lock(file, fcntl.LOCK_EX):
                    return False
                doomed = path.rename(self.path / f"removing-{version}")
        except FileNotFoundError:
            doomed = path.rename(self.path / f"removing-{version}")
        shutil.rmtree(doomed)
        return True

    def _clear_leftovers(self) -> None:
        for pattern in ("building-*", "removing-*", "*.tmp"):
            for path in self.path.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        highest = self.highest()
        for version in self.versions():
            if number(version) > highest:
                self._remove(version)

    def highest(self) -> int:
        """Return the highest version that was ever current; without a readable pointer, the highest one."""
        try:
            pointer = self.pointer()
        except IntegrityError:
            return max(map(number, self.versions()), default=0)
        return pointer.highest if pointer else 0

    def _record_missed_switch(self) -> None:
        """Add what a process that died between switching and recording could not."""
        try:
            pointer = self.pointer()
        except IntegrityError:
            return
        recorded = [entry["version"] for entry in self.history()[-1:]]
        if pointer and recorded != [pointer.version]:
            at = datetime.fromtimestamp(self._pointer.stat().st_mtime, UTC)
            self._record({"at": at.isoformat(), "action": "switched", "version": pointer.version})

    def _record(self, entry: dict[str, str]) -> None:
        with self._history.open("ab") as file:
            whole = file.tell() == 0 or self._history.read_bytes().endswith(b"\n")
            file.write(b"" if whole else b"\n")
            file.write(json.dumps(entry).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _entry(line: str) -> dict[str, str] | None:
    try:
        entry = json.loads(line)
        return {name: str(entry[name]) for name in ("at", "action", "version")}
    except (ValueError, KeyError, TypeError):
        return None


def number(version: str) -> int:
    """Return a version's number: 12 for v000012."""
    return int(version[1:])


def named(number: int) -> str:
    """Return the version with a number: v000012 for 12."""
    return f"v{number:06d}"


def _lock(file: IO[str] | IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
