"""Rows as they were delivered: the one that counts for a key, and every version of it before.

Of a row only its key, its place and the columns that are asked for are read; asking for personal columns is a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from goldline.warehouse.engine import Session

Standing = Literal["counts", "older version", "superseded", "not delivered again"]


@dataclass(frozen=True)
class RawRow:
    """A delivered row.

    Attributes:
        feed: The feed.
        standing: Whether it counts; superseded: a corrected file replaced it; older version: a later delivery has a
            newer state; not delivered again: a later delivery of its document no longer has it.
        superseded_by: Name of the file that replaced it.
        file: Name of the file.
        delivery_date: Its delivery day.
        line_number: The physical line on which it starts.
        sha256: Digest of the archived file.
        sequence: The file's number in the ledger.
        received_at: When the file was received (UTC).
        values: The columns that were asked for.
    """

    feed: str
    standing: Standing
    superseded_by: str | None
    file: str
    delivery_date: date
    line_number: int
    sha256: str
    sequence: int
    received_at: datetime
    values: Mapping[str, Any]

    @property
    def counts(self) -> bool:
        """Whether it is the row that the tables are made from."""
        return self.standing == "counts"

    def __getitem__(self, column: str) -> Any:
        """Return a value."""
        return self.values[column]


def raw_rows(
    session: Session, source: str, feed: str, key: Mapping[str, object], columns: Sequence[str] = ()
) -> list[RawRow]:
    """Return every delivered row with these values in its columns: those that count first, then newest first."""
    table, newest = f"{source}.raw_{feed.lower()}", f"{source}.{feed.lower()}"
    named = {f"key_{number}": value for number, value in enumerate(key.values())}
    matches = " and ".join(f"raw.{column} = ${name}" for column, name in zip(key, named, strict=True))
    current = session.rows(f"select sequence, line_number from {newest} as raw where {matches}", dict(named))
    chosen = "".join(f", raw.{column}" for column in columns)
    rows = session.rows(
        "select raw.sequence, raw.line_number, raw.superseded_by, newer.file_name, files.file_name,"
        f" files.delivery_date, files.sha256, files.received_at{chosen} from {table} as raw"
        " join intake.delivery_file as files on files.sequence = raw.sequence"
        " left join intake.delivery_file as newer on newer.sequence = raw.superseded_by"
        f" where {matches} order by files.delivery_date desc, raw.sequence desc, raw.line_number",
        dict(named),
    )
    standing = set(current)
    found = [_row(feed, columns, values, standing) for values in rows]
    return sorted(found, key=lambda row: not row.counts)


def current_rows(
    session: Session, source: str, feed: str, key: Mapping[str, object], columns: Sequence[str] = ()
) -> list[RawRow]:
    """Return only the rows that count, in the order of their file."""
    found = [row for row in raw_rows(session, source, feed, key, columns) if row.counts]
    return sorted(found, key=lambda row: (row.sequence, row.line_number))


def _row(feed: str, columns: Sequence[str], found: tuple[Any, ...], current: set[tuple[Any, ...]]) -> RawRow:
    sequence, line, superseded, newer, file, day, sha256, received, *values = found
    standing: Standing = "older version" if current else "not delivered again"
    if superseded is not None:
        standing = "superseded"
    elif (sequence, line) in current:
        standing = "counts"
    return RawRow(
        feed, standing, newer, file, day, line, sha256, sequence, received, dict(zip(columns, values, strict=True))
    )
