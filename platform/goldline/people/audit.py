"""The record of logins, exports and changes of accounts: one JSON object per line, only ever added to.

A line names the account and nothing else about the person: no address, no browser, and no name that is no account's
(people type passwords into the wrong field). A file per month, so that old ones can be removed.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from goldline.errors import GoldlineError
from goldline.people.private import OWNER_ONLY, private_folder

UNKNOWN = "(unknown)"
_LONGEST = 1000


class Audit:
    """Writes and reads the record.

    Args:
        folder: Where its files are.
        now: The clock, in seconds.
    """

    def __init__(self, folder: Path, *, now: Callable[[], float]) -> None:
        self._folder, self._now = folder, now

    def record(self, what: str, person: str, **details: str | None) -> None:
        """Add a line, durably; returns when it is on the disk.

        Raises:
            GoldlineError: It cannot be written; then what it is about must not happen.
        """
        at = datetime.fromtimestamp(self._now(), UTC)
        told = {name: value[:_LONGEST] for name, value in details.items() if value is not None}
        line = json.dumps({"at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "what": what, "person": person, **told}) + "\n"
        path = private_folder(self._folder) / f"{at:%Y-%m}.jsonl"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                os.write(handle, line.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            what = f"the audit log cannot be written ({error.strerror})"
            raise GoldlineError(
                what, where=str(path), remedy="see that the disk is not full and the file yours"
            ) from error

    def lines(self) -> Iterator[dict[str, Any]]:
        """Give what was recorded, oldest first; a line that a power cut left unfinished is passed over."""
        for path in sorted(self._folder.glob("*.jsonl")):
            with path.open(encoding="utf-8") as file:
                for text in file:
                    try:
                        line = json.loads(text)
                    except json.JSONDecodeError:
                        continue
                    if isinstance(line, dict):
                        yield line
