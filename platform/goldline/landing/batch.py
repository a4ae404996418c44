"""Files on their way into the archive: written aside, then made durable and put in place together.

Belongs here: the order of writes that makes a crash harmless, and where in the archive a content lies.
Reading it back is ``archive``'s.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from goldline import faultpoint
from goldline.errors import GoldlineError
from goldline.landing.durable import make_folder, sync_folder

INCOMING: Final = "incoming"
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LEFT_OVER_AFTER: Final = 86_400.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored: the digest is its name."""

    sha256: str
    size: int


class Batch:
    """Files that enter an archive together."""

    def __init__(self, archive: Path) -> None:
        """Collect in a folder of the archive's own file system, so that a rename is atomic."""
        self._archive, self._incoming = archive, archive / INCOMING
        self._pending: dict[str, Path] = {}
        with _writing(archive):
            make_folder(self._incoming)
            remove_left_overs(self._incoming)

    def store(self, chunks: Iterable[bytes]) -> Stored:
        """Write one file aside and return its digest; it is not in the archive before the commit."""
        with _writing(self._archive):
            handle, name = tempfile.mkstemp(dir=self._incoming)
        temporary = Path(name)
        try:
            stored = self._write(handle, chunks)
        except BaseException:
            temporary.unlink()
            raise
        finally:
            os.close(handle)
        if stored.sha256 in self._pending or self._is_archived(stored):
            temporary.unlink()
        else:
            self._pending[stored.sha256] = temporary
        return stored

    def commit(self) -> None:
        """Put everything in its place: first the bytes are made durable, then the names."""
        targets = {temporary: location(self._archive, digest) for digest, temporary in self._pending.items()}
        folders = sorted({target.parent for target in targets.values()})
        with _writing(self._archive):
            for temporary in targets:
                _sync_file(temporary)
            for folder in folders:
                folder.mkdir(mode=0o750, exist_ok=True)
            for temporary, target in targets.items():
                temporary.rename(target)
                faultpoint.reach("archive.renamed")
            for folder in (*folders, self._archive):
                sync_folder(folder)
        self._pending.clear()

    def discard(self) -> None:
        """Remove what was written aside and not committed."""
        for temporary in self._pending.values():
            temporary.unlink(missing_ok=True)
        self._pending.clear()

    def _write(self, handle: int, chunks: Iterable[bytes]) -> Stored:
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            with _writing(self._archive):
                _write_all(handle, chunk)
        os.fchmod(handle, 0o440)
        return Stored(digest.hexdigest(), size)

    def _is_archived(self, stored: Stored) -> bool:
        path = location(self._archive, stored.sha256)
        if not path.exists():
            return False
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() == stored.sha256:
                return True
        _log.warning("archived file %s was damaged; the same content came again and replaces it", path)
        return False


def location(archive: Path, sha256: str) -> Path:
    """Return where in an archive a content lies.

    Raises:
        ValueError: This is no digest.
    """
    if not DIGEST.fullmatch(sha256):
        raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
    return archive / sha256[:2] / sha256[2:]


@contextmanager
def _writing(archive: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = "make room or check the disk, then run again; nothing was lost"
        what = f"the archive cannot be written ({error.strerror})"
        raise GoldlineError(what, where=str(archive), remedy=remedy) from None


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_left_overs(incoming: Path, *, age: float = _LEFT_OVER_AFTER) -> None:
    """Remove what a killed process wrote aside, if it is so many seconds old: a day, unless nobody else is storing."""
    for path in incoming.iterdir() if incoming.is_dir() else ():
        if path.stat().st_mtime <= time.time() - age:
            path.unlink(missing_ok=True)
