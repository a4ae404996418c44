"""The writer's lease: one process at a time may write the warehouse, and a second one is told who holds it.

The lease is an advisory lock on a small file beside the database; the operating system frees it when its holder dies.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from goldline.errors import TransientError


class Lease:
    """A held lease. Get one with :meth:`of`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Keep the locked file open."""
        self.path, self._descriptor = path, descriptor

    @classmethod
    def of(cls, database: Path, *, wait_seconds: float = 0) -> Lease:
        """Take the lease of a database file.

        Raises:
            TransientError: Another process still holds it after ``wait_seconds``.
        """
        database.parent.mkdir(parents=True, exist_ok=True)
        path = database.with_name(database.name + ".lease")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        deadline = time.monotonic() + wait_seconds
        while not _locked(descriptor):
            if time.monotonic() >= deadline:
                holder = _holder(descriptor)
                os.close(descriptor)
                raise TransientError(
                    f"another run is writing the warehouse ({holder})",
                    where=str(database),
                    remedy="wait for it to end ('goldline status' shows it), or stop that process",
                )
            time.sleep(0.2)
        record = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(record).encode(), 0)
        return cls(path, descriptor)

    def release(self) -> None:
        """Give the lease back; safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> str:
    try:
        record = json.loads(os.pread(descriptor, 200, 0) or b"{}")
    except ValueError:
        return "unknown process"
    return f"process {record.get('pid', '?')} since {record.get('since', '?')}"
