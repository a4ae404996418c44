"""Fences: a number that grows with every lease, kept by the folders that a lease protects.

A lock alone cannot stop a process that was frozen while its lock was lost (the lock file was deleted, the home moved or
restored): woken later, it would go on writing. So each writer holds a *grant* with a number, and a folder refuses a
grant older than the newest one it has seen, in the same moment in which it writes. Who gets a grant is decided by the
leases of the warehouse.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from goldline.errors import GoldlineError, IntegrityError, TransientError

FILE = "fence"
WAIT_SECONDS = 30.0
_PAUSE = 0.02
_DIGITS = 20


class LeaseLost(GoldlineError):
    """The right to write was lost: another process has it, or its file is gone."""


class Grant(Protocol):
    """The right to write, as a lease gives it."""

    @property
    def number(self) -> int:
        """Higher than that of every grant before."""

    def require(self) -> None:
        """Raise :class:`LeaseLost` unless the lease still stands."""


class Fence:
    """The newest grant that has written to a folder; older ones are refused.

    Args:
        folder: The protected folder; the number is in its file ``fence``.
    """

    def __init__(self, folder: Path) -> None:
        """Remember the place; nothing is read."""
        self.path = folder / FILE

    def newest(self) -> int:
        """Return the number of the newest grant seen; 0 before the first."""
        try:
            return self._number(self.path.read_bytes())
        except FileNotFoundError:
            return 0

    @contextmanager
    def passing(self, grant: Grant | None) -> Iterator[None]:
        """Do a short write as the holder of a grant; no later grant can be seen before the block ends.

        Args:
            grant: None for a writer that needs none: nothing is checked.

        Raises:
            LeaseLost: A later grant has been here, or this one no longer stands; nothing was written.
        """
        if grant is None:
            yield
            return
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            _lock(descriptor, self.path)
            self._check(descriptor, grant)
            yield
        finally:
            os.close(descriptor)

    def _check(self, descriptor: int, grant: Grant) -> None:
        grant.require()
        newest = self._number(os.pread(descriptor, _DIGITS, 0))
        if newest > grant.number:
            raise LeaseLost(
                f"a later run (grant {newest}) has written here since this one (grant {grant.number}) was allowed to",
                where=str(self.path.parent),
                remedy="nothing: this process stops without effect; 'goldline status' shows how things stand",
            )
        if newest < grant.number:
            os.pwrite(descriptor, str(grant.number).zfill(_DIGITS).encode(), 0)
            os.fsync(descriptor)

    def _number(self, content: bytes) -> int:
        if content and not content.isdigit():
            raise IntegrityError(
                "the number of the newest grant is damaged",
                where=str(self.path),
                remedy="make sure that nothing is running, delete this file, then run again",
            )
        return int(content or b"0")


def _lock(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise TransientError(
                    "another process is in the middle of a write, and does not go on",
                    where=str(path),
                    remedy="see with 'ps' whether it is stopped; let it go on, or end it",
                ) from None
            time.sleep(_PAUSE)
        else:
            return
