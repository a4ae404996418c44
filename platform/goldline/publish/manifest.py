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


class PublishedTable(_Record):
    """One table: its file and what is in it. ``sums`` has the exact total of every decimal column."""

    file: str
    bytes: int
    sha256: str
    rows: int
    digest: str
    sums: dict[str, Decimal]
    columns: tuple[PublishedColumn, ...]

    @property
    def operational(self) -> frozenset[str]:
        """Columns that the digest leaves out."""
        return frozenset(column.name for column in self.columns if column.operational)


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
