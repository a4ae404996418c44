"""Files that only the account of the service may read: written whole or not at all, and the key that signs cookies.

What is in them belongs to the modules that call these.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

from goldline.errors import GoldlineError
from goldline.landing.durable import sync_folder

OWNER_ONLY = 0o600
_OTHERS = 0o077
_KEY_BYTES = 32


def private_folder(folder: Path) -> Path:
    """Return a folder that only its owner may enter; it is made where it is missing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step; nobody else can read it at any moment."""
    unfinished = _written_beside(path, content)
    unfinished.replace(path)
    sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """Read a file that must be private.

    Raises:
        GoldlineError: Other accounts of the machine may read or change it.
    """
    with path.open("rb") as file:
        mode = S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & _OTHERS:
            raise GoldlineError(
                f"other accounts of this machine may use the file (mode {mode:03o})",
                where=str(path),
                remedy=f"run 'chmod 600 {path}', and change what it holds if others had a look",
            )
        return file.read()


def signing_key(path: Path) -> bytes:
    """Return the key of this installation; the first process that asks makes it.

    Raises:
        GoldlineError: The file is not private, or holds no key.
    """
    if not path.exists():
        _make_key(path)
    key = read_private(path)
    if len(key) != _KEY_BYTES:
        raise GoldlineError("the file holds no key", where=str(path), remedy="remove it; everybody has to log in again")
    return key


def _make_key(path: Path) -> None:
    private_folder(path.parent)
    unfinished = _written_beside(path, secrets.token_bytes(_KEY_BYTES))
    with suppress(FileExistsError):  # another process was first: its key counts
        path.hardlink_to(unfinished)
    unfinished.unlink()
    sync_folder(path.parent)


def _written_beside(path: Path, content: bytes) -> Path:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - a handle, no path
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished
