"""The file of a DuckDB warehouse: making it whole or not at all, and what it means when it cannot be used.

DuckDB's own messages name files and blocks, never values of rows; only their first line is kept.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from goldline.disk import disk_error, disk_faults, fault_in
from goldline.errors import GoldlineError, IntegrityError, TransientError

_LOCKED = "set lock on file"
_UNREADABLE = ("Permission denied", "No such file or directory", "Is a directory")
_NOT_SYNCED = "fsync failed"
_NEWER = "version number"
_DAMAGED = ("not a valid DuckDB database", "Could not read", "Corrupt", "checksum", "replaying WAL", "WAL file")


def make(path: Path) -> None:
    """Create an empty database, unless there is one: under another name, then renamed, so that no crash leaves a part.

    The caller holds the lease.
    """
    if path.exists():
        return
    unfinished = path.with_name(path.name + ".new")
    try:
        with disk_faults():
            _remove(unfinished)
            duckdb.connect(str(unfinished), config={"storage_compatibility_version": "latest"}).close()
            _sync(unfinished)
            unfinished.replace(path)
            _sync(path.parent)
    except duckdb.Error as error:
        raise explained(error, path) or error from None


def explained(error: BaseException, path: Path) -> GoldlineError | None:
    """Say what a failure of DuckDB means, if it is one of its file or of the disk; None for every other."""
    error = getattr(error, "orig", None) or error  # SQLAlchemy's, around DuckDB's
    message = str(error)
    first = message.partition("\n")[0]
    if fault := fault_in(message) or _NOT_SYNCED * (_NOT_SYNCED in message):
        return disk_error(fault, where=str(path))
    if _LOCKED in message:
        return TransientError(
            "the warehouse is in use by another program",
            where=str(path),
            remedy="close the program that has the file open (a notebook, a database browser), then try again",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return GoldlineError(
            f"the engine has too little memory ({first})",
            where=str(path),
            remedy="raise GOLDLINE_MEMORY; what does not fit it is kept in the folder tmp beside the warehouse",
        )
    if any(text in first for text in _UNREADABLE):
        return GoldlineError(
            f"the warehouse cannot be opened ({first})",
            where=str(path),
            remedy="check owner and permissions of the file and its folder, or correct GOLDLINE_WAREHOUSE",
        )
    if _NEWER in first:
        return GoldlineError(
            f"the warehouse was written by another version of DuckDB ({first})",
            where=str(path),
            remedy="use the newer Goldline that wrote it, or run 'goldline rebuild'",
        )
    if any(text in first for text in _DAMAGED) or isinstance(error, duckdb.FatalException | duckdb.InternalException):
        return IntegrityError(
            f"the warehouse is damaged ({first})",
            where=str(path),
            remedy="run 'goldline rebuild': it builds the warehouse anew from the archive, which has every file;"
            " what is published stays readable",
        )
    return None


def _remove(path: Path) -> None:
    for name in (path.name, path.name + ".wal"):
        path.with_name(name).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
