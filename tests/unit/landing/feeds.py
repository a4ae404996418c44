"""Feeds and a landing folder for tests, without any contract."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from goldline.landing.zone import LandingZone

NOW = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class DayFeed:
    """A feed whose files are called <name>_YYYYMMDD.csv."""

    name: str

    def match(self, filename: str) -> date | None:
        found = re.fullmatch(rf"{self.name}_(\d{{8}})\.csv", filename)
        return datetime.strptime(found[1], "%Y%m%d").date() if found else None


FEEDS = {
    "cashmere": (DayFeed("VENTES"), DayFeed("CLIENTS")),
    "magento": (DayFeed("sales_order"),),
}


def zone_of(root: Path | str, **changes: Any) -> LandingZone:
    options: dict[str, Any] = {"feeds": FEEDS, "settle_seconds": 10, "move_taken": True} | changes
    return LandingZone(str(root), **options)


def drop(root: Path, path: str, content: bytes = b"a;b\r\n1;2\r\n", *, age: float = 60) -> Path:
    """Put a file into the landing folder, last changed so many seconds before NOW."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    changed = (NOW - timedelta(seconds=age)).timestamp()
    os.utime(file, (changed, changed))
    return file
