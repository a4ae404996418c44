"""The writer's lease on a DuckDB file: one process at a time may write, and a second one is told who holds it.

The lease is an advisory lock on a small file beside the database; the operating system frees it when its holder dies,
and keeps it while the holder is frozen. The file counts the leases: the number of each is its grant (see ``fencing``).
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from goldline.errors import TransientError
from goldline.fencing import LeaseLost
from goldline.processes import process_name, state_of

_PAUSE = 0.2
_LONGEST = 1000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holder:
    """What the lease file says of its holder."""

    process: str = ""
    since: str = "?"
    number: int = 0

    @property
    def pid(self) -> str:
        """The number of the process."""
        return self.process.partition("@")[0] or "?"

    @property
    def is_stopped(self) -> bool:
        """Whether the process is frozen (SIGSTOP, Ctrl-Z, a debugger)."""
        return state_of(self.process) == "stopped"


class Lease:
    """A held lease, which is a grant to write. Get one with :meth:`of`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Keep the locked file open."""
        self.path, self._descriptor, self._number = path, descriptor, 0

    @classmethod
    def of(cls, database: Path, *, wait_seconds: float = 0) -> Lease:
        """Take the lease of a database file.

        Raises:
            TransientError: Another process still holds it after ``wait_seconds``.
        """
        database.parent.mkdir(parents=True, exist_ok=True)
        path = database.with_name(database.name + ".lease")
        deadline = time.monotonic() + wait_seconds
        descriptor, is_told = _locked(path), False
        while descriptor is None:
            holder = _holder(path)
            if time.monotonic() >= deadline:
                _log.warning("lease.refused", extra={"pid": holder.pid, "since": holder.since})
                raise _busy(holder, database)
            if not is_told:
                _log.info("lease.waiting", extra={"pid": holder.pid, "since": holder.since})
                is_told = True
            time.sleep(_PAUSE)
            descriptor = _locked(path)
        lease = cls(path, descriptor)
        lease.outnumber(_read(descriptor).number)
        return lease

    @property
    def number(self) -> int:
        """How many leases there were, this one included."""
        return self._number

    def outnumber(self, number: int) -> None:
        """Number this lease higher than that; what it protects may have seen more leases than its file has."""
        if number < self._number:
            return
        self._number = number + 1
        record = {
            "process": process_name(os.getpid()),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "number": self._number,
        }
        os.pwrite(self._descriptor, json.dumps(record).ljust(_LONGEST).encode(), 0)
        os.fsync(self._descriptor)

    def require(self) -> None:
        """Make sure that the lease still stands.

        Raises:
            LeaseLost: It was given back, or its file was deleted, replaced or moved away.
        """
        if self._descriptor < 0 or not _is_at(self.path, self._descriptor):
            raise LeaseLost(
                "the lease on the warehouse is lost: its file was deleted, replaced or moved meanwhile",
                where=str(self.path),
                remedy="nothing: this process stops without further effect; start the run again",
            )

    def release(self) -> None:
        """Give the lease back; safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _locked(path: Path) -> int | None:
    """Open and lock the file; None while another process has the lock."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        if _is_at(path, descriptor):
            return descriptor
        os.close(descriptor)  # deleted or replaced between opening and locking it


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holder(path: Path) -> Holder:
    with suppress(FileNotFoundError), path.open("rb") as file:
        return _read(file.fileno())
    return Holder()


def _read(descriptor: int) -> Holder:
    try:
        record = json.loads(os.pread(descriptor, _LONGEST, 0) or b"{}")
        return Holder(str(record["process"]), str(record["since"]), int(record["number"]))
    except (ValueError, KeyError, TypeError):
        return Holder()


def _busy(holder: Holder, database: Path) -> TransientError:
    what = f"another run is writing the warehouse (process {holder.pid} since {holder.since}"
    if holder.is_stopped:
        return TransientError(
            f"{what}, stopped)",
            where=str(database),
            remedy=f"that process is frozen: let it go on with 'kill -CONT {holder.pid}', or end it with"
            f" 'kill -9 {holder.pid}'; either way nothing is lost, and the next run goes on from there",
        )
    return TransientError(
        f"{what})",
        where=str(database),
        remedy="wait for it to end ('goldline status' shows it), or stop that process",
    )
