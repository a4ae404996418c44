"""What a published version says about itself: when, from which runs, which tables, how much of everything.

Only the record. Writing tables is in ``snapshot``; where versions are kept is in ``folder``.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from goldline.errors import IntegrityError
from goldline.publish.digest import Content
from goldline.publish.partition import Period
from goldline.publish.sealed import read_sealed, write_sealed

FILE = "manifest.json"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PublishedColumn(_Record):
    """One column: its type, and the sentence that says what it holds."""

    name: str
    type: str
    documentation: str
    operational: bool = False


class PublishedPart(_Record):
    """One file of a table and what is in it. ``starts`` is the first day of the period that it covers."""

    file: str
    starts: date | None = None
    bytes: int
    sha256: str
    rows: int
    hashes: tuple[int, int]
    sums: dict[str, Decimal]

    @property
    def content(self) -> Content:
        """What is in the file, in a few numbers."""
        return Content(self.rows, self.hashes, self.sums)


class PublishedTable(_Record):
    """One table: its files and what is in them. ``sums`` has the exact total of every decimal column."""

    parts: tuple[PublishedPart, ...]
    period: Period = "all"
    rows: int
    digest: str
    digest_by: str
    sums: dict[str, Decimal]
    columns: tuple[PublishedColumn, ...]

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(part.bytes for part in self.parts)

    @property
    def operational(self) -> frozenset[str]:
        """Columns that the digest leaves out."""
        return frozenset(column.name for column in self.columns if column.operational)

    @property
    def types(self) -> list[tuple[str, str]]:
        """Name and type of each column."""
        return [(column.name, column.type) for column in self.columns]


class Manifest(_Record):
    """One published version. ``unchanged`` is set when publishing found nothing new and made no version."""

    version: str
    created_at: datetime
    delivery_day: date | None = None
    runs: tuple[str, ...] = ()
    checks: dict[str, Any] = Field(default_factory=dict)
    tables: dict[str, PublishedTable]
    unchanged: bool = Field(default=False, exclude=True)

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each table."""
        return {name: table.digest for name, table in self.tables.items()}

    def write(self, folder: Path) -> None:
        """Write into a version's folder."""
        write_sealed(folder / FILE, self.model_dump(mode="json"))

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read from a version's folder.

        Raises:
            FileNotFoundError: There is none.
            IntegrityError: It is damaged.
        """
        try:
            return cls.model_validate(read_sealed(folder / FILE))
        except ValidationError:
            raise IntegrityError(
                "the manifest was written by another release of Goldline",
                where=str(folder / FILE),
                remedy="read it with that release, or publish again with 'goldline run'",
            ) from None
