"""The archive: the bytes of every file ever taken in, unchanged, under the name of their SHA-256.

Belongs here: storing durably, and reading only what still has its digest. Which delivery the bytes belong
to is the ledger's business. The layout is ``ab/cdef...``: the first two hex digits, then the other 62.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from goldline.errors import IntegrityError
from goldline.landing.batch import DIGEST, INCOMING, Batch, Stored, location, remove_left_overs


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the archive that should not be so."""

    path: Path
    what: str


class Archive:
    """A folder of immutable, content-addressed files."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is created with the first file."""
        self.folder = folder

    def __repr__(self) -> str:
        """Name the folder."""
        return f"Archive({str(self.folder)!r})"

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Store many files: all are on disk when the context ends, none if it ends by an error."""
        batch = Batch(self.folder)
        try:
            yield batch
            batch.commit()
        finally:
            batch.discard()

    def clear_left_overs(self) -> None:
        """Remove what killed processes wrote aside, which may be personal; only while nobody else is storing."""
        remove_left_overs(self.folder / INCOMING, age=0)

    def store(self, chunks: Iterable[bytes]) -> Stored:
        """Store one file; it is on disk when this returns."""
        with self.batch() as batch:
            return batch.store(chunks)

    def path(self, sha256: str) -> Path:
        """Return where the content is, or would be; to read it safely, use :meth:`open`.

        Raises:
            ValueError: This is no digest.
        """
        return location(self.folder, sha256)

    def open(self, sha256: str) -> BinaryIO:
        """Open verified content for reading.

        Raises:
            IntegrityError: The file is missing, or its bytes are not those once stored.
        """
        path = self.path(sha256)
        try:
            stream = path.open("rb")
        except FileNotFoundError:
            raise _broken(path, "the archived file is missing") from None
        try:
            if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                raise _broken(path, "the archived file no longer has the bytes that were stored")
            stream.seek(0)
        except BaseException:
            stream.close()
            raise
        return stream

    def read(self, sha256: str) -> bytes:
        """Return verified content.

        Raises:
            IntegrityError: The file is missing, or its bytes are not those once stored.
        """
        with self.open(sha256) as stream:
            return stream.read()

    def discard(self, sha256: str) -> None:
        """Remove a file's bytes for good; its record in the ledger stays. Nothing happens where it is gone already."""
        path = self.path(sha256)
        path.unlink(missing_ok=True)

    def digest(self, sha256: str) -> str:
        """Return the digest that a content has now; empty if it is missing."""
        try:
            with self.path(sha256).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            return ""

    def has(self, sha256: str) -> bool:
        """Tell whether content is there and intact."""
        try:
            self.open(sha256).close()
        except IntegrityError:
            return False
        return True

    def verify(self, expected: Iterable[str] = ()) -> Iterator[Problem]:
        """Read everything again and yield each problem.

        Args:
            expected: Digests that must be there, such as those of the ledger.
        """
        present: set[str] = set()
        for path in sorted(self.folder.rglob("*")):
            if path.is_dir() or path.parent.name == INCOMING:
                continue
            digest = path.parent.name + path.name
            if path.parent.parent != self.folder or not DIGEST.fullmatch(digest) or path.is_symlink():
                yield Problem(path, "this is no file of the archive")
                continue
            present.add(digest)
            if not self.has(digest):
                yield Problem(path, "the bytes are not those once stored")
        for digest in sorted(set(expected) - present):
            yield Problem(self.path(digest), "the file is missing")


def _broken(path: Path, what: str) -> IntegrityError:
    remedy = "restore the file from a backup, or have the source deliver the same file again"
    return IntegrityError(what, where=str(path), remedy=remedy)
