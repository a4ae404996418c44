"""A disk that is full, broken, read-only or over its quota: what that means for whoever reads the message.

Belongs here: recognising such a failure and putting it into words. Undoing what was half written is the business of the
code that was writing.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from goldline.errors import GoldlineError

FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
REMEDY = "make room or check the disk, then run again: nothing was lost, and what is published stays as it was"


class DiskError(GoldlineError):
    """The disk cannot be written or read; nothing that was acknowledged before is lost."""


@contextmanager
def disk_faults() -> Iterator[None]:
    """Turn a failure of the disk into a :class:`DiskError`; other errors pass as they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in FAULTS:
            raise
        raise disk_error(error.strerror or "", where=str(error.filename or "")) from error


def disk_error(what: str, *, where: str) -> DiskError:
    """Say that the disk failed, and what to do."""
    return DiskError(f"the disk cannot be used ({what})", where=where, remedy=REMEDY)


def fault_in(message: str) -> str:
    """Return the system's words for a failure of the disk that a library's message quotes; empty for every other."""
    return next((text for text in map(os.strerror, FAULTS) if text in message), "")
