"""Files of a delivery: CSV cells, encodings, temporary names, modification times.

Bytes and the file system only. What the lines say is in ``feeds``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import overload

_SPECIAL = set(',;"\r\n')


@overload
def cell(text: str) -> str: ...
@overload
def cell(text: None) -> None: ...
def cell(text: str | None) -> str | None:
    """Return a text as a CSV cell: quoted when a delimiter, a quote or a newline is in it."""
    if text is None or not _SPECIAL.intersection(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


@dataclass(frozen=True)
class Dropbox:
    """A source's folder of the landing zone."""

    folder: Path

    def drop(self, feed: str, day: date, text: str, *, encoding: str) -> None:
        """Write one file under a temporary name, date it 05:00 UTC of the next day but never less than an hour ago."""
        name = f"{feed}_{day:%Y%m%d}.csv"
        temporary = self.folder / f".{name}.part"
        temporary.write_bytes(text.encode(encoding))
        exported = datetime.combine(day + timedelta(days=1), time(5), UTC)
        settled = min(exported, datetime.now(UTC) - timedelta(hours=1)).timestamp()
        os.utime(temporary, (settled, settled))
        temporary.replace(self.folder / name)
