"""What the watchdog remembers from one round to the next: which conditions lasted, and which were mailed.

One small file, always of the same size at least, so that it can be written again in place on a disk that is full: a
condition that cannot be remembered would be mailed with each round.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

SIZE = 16_384
VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """A condition that was seen.

    Attributes:
        what: What it said.
        since: Since when it lasted.
        seen_at: When it was first seen.
        is_mailed: Whether people were told.
        ended_at: When it was found to be over; kept until people were told that, too.
    """

    what: str
    since: datetime
    seen_at: datetime
    is_mailed: bool = False
    ended_at: datetime | None = None


def read(path: Path) -> dict[str, Remembered]:
    """Read what was remembered; nothing where there is no file, or none that can be understood."""
    try:
        content = json.loads(path.read_text("utf-8"))
        return {key: _remembered(each) for key, each in content["conditions"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write(path: Path, conditions: Mapping[str, Remembered]) -> None:
    """Write it: as a new file that takes the old one's place or, on a full disk, over the old one.

    Raises:
        OSError: Neither is possible.
    """
    records = {key: _record(each) for key, each in conditions.items()}
    content = json.dumps({"version": VERSION, "conditions": records}, indent=1).encode().ljust(SIZE)
    unfinished = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        with path.open("r+b") as file:
            file.write(content)
            file.truncate()


def over(remembered: Remembered, at: datetime) -> Remembered:
    """The same, once it is over."""
    return replace(remembered, ended_at=remembered.ended_at or at)


def _record(remembered: Remembered) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(remembered).items()
    }


def _remembered(record: Mapping[str, Any]) -> Remembered:
    return Remembered(
        what=str(record["what"]),
        since=datetime.fromisoformat(record["since"]),
        seen_at=datetime.fromisoformat(record["seen_at"]),
        is_mailed=bool(record["is_mailed"]),
        ended_at=datetime.fromisoformat(record["ended_at"]) if record["ended_at"] else None,
    )
