"""The quarantine: one report per file that had faults, with the place and the masked value of each.

Reports are JSON files named by source, feed, delivery day and ledger sequence, so that a retry overwrites its own
report. The bytes themselves stay in the archive.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from goldline.landing.history import Entry

Verdict = Literal["loaded", "refused", "held"]


@dataclass(frozen=True)
class Fault:
    """One broken rule: physical line, column and its number, the rule, the masked value."""

    line: int
    column: str
    column_number: int
    rule: str
    value: str

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"line {self.line}, column {self.column} ({self.column_number}): found {self.value}; expected {self.rule}"
        )


@dataclass(frozen=True)
class Report:
    """What was found in one file.

    Attributes:
        verdict: ``loaded`` (without its bad rows), ``refused`` (nothing loaded) or ``held`` (a sister file refused).
        reason: Why the file was refused or held, with what to do.
        rows_received: Records in the file.
        rows_quarantined: Records left out.
        faults: The broken rules, at most ``MAX_FAULTS`` of them.
    """

    sequence: int
    source: str
    feed: str
    delivery_date: date
    name: str
    sha256: str
    verdict: Verdict
    reason: str
    rows_received: int
    rows_quarantined: int
    faults: tuple[Fault, ...]


MAX_FAULTS = 1000


class Quarantine:
    """The folder of reports."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when the first report is written."""
        self.folder = folder

    def write(self, report: Report) -> Path:
        """Store a report, replacing an earlier one on the same file."""
        path = self._path(report.source, report.feed, report.delivery_date, report.sequence)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        with temporary.open("w", encoding="utf-8") as out:
            json.dump(asdict(report), out, default=str, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
        return path

    def clear(self, entry: Entry) -> None:
        """Forget the report on a file that is now loaded without a fault."""
        self._path(entry.source, entry.feed, entry.delivery_date, entry.sequence).unlink(missing_ok=True)

    def reports(self) -> Iterator[Report]:
        """Yield every report, by source, feed and day."""
        for path in sorted(self.folder.glob("*/*.json")):
            yield _parse(path)

    def find(self, name: str) -> list[Report]:
        """Return the reports on a file, by its name or ledger sequence."""
        return [report for report in self.reports() if name in (report.name, str(report.sequence))]

    def _path(self, source: str, feed: str, day: date, sequence: int) -> Path:
        return self.folder / source / f"{feed}_{day:%Y%m%d}_{sequence:08d}.json"


def _parse(path: Path) -> Report:
    content = json.loads(path.read_text("utf-8"))
    content["delivery_date"] = date.fromisoformat(content["delivery_date"])
    content["faults"] = tuple(Fault(**fault) for fault in content["faults"])
    return Report(**content)
