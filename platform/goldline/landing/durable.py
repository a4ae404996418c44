"""Making writes survive a power cut, and keeping two processes out of each other's way.

Belongs here: fsync of folders and advisory locks, as the archive and the ledger need them. What is written,
and in which order, is theirs.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from goldline.errors import TransientError

_PAUSE: Final = 0.02


def sync_folder(folder: Path) -> None:
    """Make names created in, or moved into, a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Create a folder, and those above it, durably; a folder that exists is left as it is."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o750, exist_ok=True)
    sync_folder(folder.parent)


@contextmanager
def locked(handle: int, *, where: Path, wait: float) -> Iterator[None]:
    """Hold an exclusive lock on an open file; the system releases it if this process dies.

    Raises:
        TransientError: Another process held it for longer than ``wait`` seconds.
    """
    deadline = time.monotonic() + wait
    while not _try_lock(handle):
        if time.monotonic() >= deadline:
            remedy = "wait until the other run has ended, or end it"
            raise TransientError(f"another process has held the lock for {wait:g} s", where=str(where), remedy=remedy)
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def lock_file(path: Path, *, wait: float) -> Iterator[None]:
    """Hold an exclusive lock on a file that exists only to be locked."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        with locked(handle, where=path, wait=wait):
            yield
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
