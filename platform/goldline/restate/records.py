"""What is kept about restatements: the moves, their causes and who confirmed them, sealed beside the manifest."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from goldline.errors import IntegrityError
from goldline.publish.sealed import read_sealed, write_sealed

FILE = "restatement.json"
How = Literal["lines", "indirect", "customers", "rules"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Move(_Record):
    """One metric of one month and channel that is not what it was."""

    month: date
    channel: str
    metric: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """By how much it moved."""
        return self.after - self.before


class File(_Record):
    """A delivered file. ``is_correction`` says that an earlier version of it had come before."""

    source: str
    name: str
    delivery_day: date
    sequence: int
    is_correction: bool


class Cause(_Record):
    """Why lines of a month are not what they were.

    Attributes:
        month: The month.
        how: lines: a file brought, changed or took away lines; indirect: a file changed lines of another one;
            customers: records turned out to be one customer, or not; rules: no delivery, so settings or rules changed.
        files: The files; for ``indirect`` and ``customers`` all that come into question.
        more_files: How many more come into question.
        lines: Lines that differ.
        net_sales: By how much their net sales moved.
    """

    month: date
    how: How
    files: tuple[File, ...]
    more_files: int = 0
    lines: int
    net_sales: Decimal


class Confirmation(_Record):
    """Who confirmed a restatement, and when."""

    fingerprint: str
    by: str
    at: datetime


class Restatement(_Record):
    """What a version restates, compared with the one that was current before it; nothing, as a rule.

    Attributes:
        compared_with: The version before; none at the first publish.
        closed_before: Months before this day were closed; none at the first publish.
        newest_file: The highest ledger sequence of the files that the version shows.
        missing_files: Files before it that were received, but not loaded then.
        moves: The figures that moved, by month, channel and metric.
        causes: Why.
        confirmation: Who confirmed it, where that was asked for.
    """

    compared_with: str | None = None
    closed_before: date | None = None
    newest_file: int = 0
    missing_files: tuple[int, ...] = ()
    moves: tuple[Move, ...] = ()
    causes: tuple[Cause, ...] = ()
    confirmation: Confirmation | None = None

    def shows(self, sequence: int) -> bool:
        """Say whether the version was made with a file."""
        return sequence <= self.newest_file and sequence not in self.missing_files

    @property
    def months(self) -> tuple[date, ...]:
        """The months that are restated."""
        return tuple(sorted({move.month for move in self.moves}))

    @property
    def fingerprint(self) -> str:
        """What a confirmation is of: these moves, compared with this version."""
        moves = [[f"{part}" for part in (m.month, m.channel, m.metric, m.before, m.after)] for m in self.moves]
        return hashlib.sha256(json.dumps([self.compared_with, moves]).encode()).hexdigest()

    def write(self, folder: Path, name: str = FILE) -> None:
        """Write into a folder."""
        write_sealed(folder / name, self.model_dump(mode="json"))

    @classmethod
    def read(cls, folder: Path, name: str = FILE) -> Restatement | None:
        """Read from a folder; None where there is none, as in versions of an earlier release.

        Raises:
            IntegrityError: It is damaged.
        """
        try:
            return cls.model_validate(read_sealed(folder / name))
        except FileNotFoundError:
            return None
        except ValidationError:
            raise IntegrityError(
                "the restatement was written by another release of Goldline",
                where=str(folder / name),
                remedy="read it with that release, or publish again with 'goldline run'",
            ) from None
