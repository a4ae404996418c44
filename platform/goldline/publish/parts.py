"""The files of one published table: choosing, writing and measuring them, taking over those that did not change.

Who writes which of them when is in ``writing``; which tables make a version, and switching to it, in ``snapshot``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from goldline import faultpoint
from goldline.errors import IntegrityError
from goldline.publish.digest import Column, Content, measure
from goldline.publish.manifest import PublishedPart, PublishedTable
from goldline.publish.partition import Cut, Period, choose
from goldline.publish.sealed import sync_file

if TYPE_CHECKING:
    from goldline.warehouse.engine import Session


_READERS = threading.local()


@dataclass(frozen=True)
class Before:
    """A table as the current version has it."""

    folder: Path
    table: PublishedTable


@dataclass(frozen=True)
class Source:
    """A table to be written.

    Attributes:
        name: Its published name.
        sql: The select that gives its rows.
        order_by: The columns to order a file by.
        columns: (name, type) of its columns.
        operational: Columns that the digest leaves out.
        partition_by: The date column that files are cut by.
        changed: Dates of that column with rows that changed since the current version (without such a column: empty
            where nothing changed); None where that is not known.
    """

    name: str
    sql: str
    order_by: tuple[str, ...]
    columns: list[Column]
    operational: frozenset[str]
    partition_by: str | None
    changed: frozenset[date] | None


@dataclass(frozen=True)
class File:
    """A file of a table that is to be written: the select that gives its rows, and the first day of its period."""

    sql: str
    path: Path
    starts: date | None
    is_ordered: bool


@dataclass(frozen=True)
class Plan:
    """What is to be done for a table.

    Attributes:
        source: The table.
        rows: Its rows.
        period: What a file holds.
        kept: The files that were taken over from the current version.
        files: The files to be written.
    """

    source: Source
    rows: int
    period: Period
    files: tuple[File, ...]
    kept: tuple[PublishedPart, ...] = ()

    def parts(self, measured: Iterable[PublishedPart | None]) -> tuple[PublishedPart, ...]:
        """Return all files, in order, once they are written and measured; a period without rows has none."""
        parts = [*self.kept, *filter(None, measured)]
        found = sum(part.rows for part in parts)
        if found != self.rows:
            raise IntegrityError(
                f"{self.rows} rows were to be published and {found} were read back",
                where=f"published table {self.source.name}",
                remedy="check the disk, then run 'goldline rebuild'; the published version stays as it was",
            )
        return tuple(sorted(parts, key=lambda part: part.file))


def plan(session: Session, building: Path, source: Source, before: Before | None) -> Plan:
    """Choose the files of a table that are to be written, and take the others over from the current version."""
    rows, first, last = _extent(session, source)
    known = before if before and before.table.types == source.columns else None
    period: Period = "all"
    if source.partition_by:
        period = choose(rows, first, last, before=known.table.period if known else None)
    if known is None or known.table.period != period or source.changed is None:
        return Plan(source, rows, period, tuple(_files(building, source, period, _starts(session, source, period))))
    stale: set[date | None] = {None} if source.changed else set()
    if period != "all":
        stale = {*Cut(source.partition_by or "", period).starts(source.changed)}
    kept = tuple(part for part in known.table.parts if part.starts not in stale)
    for part in kept:
        _take_over(known.folder / part.file, building / part.file)
    return Plan(source, rows, period, tuple(_files(building, source, period, stale)), kept)


def _extent(session: Session, source: Source) -> tuple[int, date | None, date | None]:
    column = source.partition_by
    ends = f"min({column}), max({column})" if column else "null, null"
    count, first, last = session.rows(f"select count(*), {ends} from ({source.sql}) as rows_to_publish")[0]
    return int(count), first, last


def _starts(session: Session, source: Source, period: Period) -> set[date | None]:
    """Return the first days of all periods; None for a table in one file."""
    if period == "all":
        return {None}
    cut = Cut(source.partition_by or "", period)
    dates = session.rows(f"select distinct {cut.column} from ({source.sql}) as rows_to_publish")
    return {*cut.starts(day for (day,) in dates if day)}


def _files(building: Path, source: Source, period: Period, starts: set[date | None]) -> Iterator[File]:
    order = ", ".join('"' + name.replace('"', '""') + '"' for name in source.order_by)
    for start in sorted(starts, key=str):
        path, where = building / f"{source.name}.parquet", ""
        if start:
            path = building / source.name / f"{start}.parquet"
            where = f" where {Cut(source.partition_by or '', period).inside(start)}"
        select = f"select * from ({source.sql}) as rows_to_publish{where}{f' order by {order}' if order else ''}"
        yield File(select, path, start, is_ordered=bool(order))


def write_one(session: Session, file: File) -> bool:
    """Write one file; False where no rows are left for it."""
    file.path.parent.mkdir(exist_ok=True)
    if session.copy_to_parquet(file.sql, file.path, is_ordered=file.is_ordered) == 0 and file.starts:
        file.path.unlink()
        return False
    faultpoint.reach("publish.table_written")
    return True


def _take_over(old: Path, new: Path) -> None:
    new.parent.mkdir(exist_ok=True)
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)
        sync_file(new)


def measured(source: Source, path: Path, start: date | None) -> PublishedPart:
    """Make a written file durable, and measure it as a reader will see it."""
    sync_file(path)
    content, columns = measure_file(path, operational=source.operational)
    _require_same_types(source, columns)
    return PublishedPart(
        file=path.name if start is None else f"{source.name}/{path.name}",
        starts=start,
        bytes=path.stat().st_size,
        sha256=file_hash(path),
        rows=content.rows,
        hashes=content.hashes,
        sums=content.sums,
    )


def measure_file(path: Path, *, operational: frozenset[str]) -> tuple[Content, list[Column]]:
    """Measure a Parquet file as a reader will see it; return what it holds and its columns."""
    escaped = str(path).replace("'", "''")
    source = f"read_parquet('{escaped}')"
    connection = _reader()

    def rows(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    columns = [(str(row[0]), str(row[1]).lower()) for row in rows(f"describe select * from {source}")]
    return measure(rows, source, columns, operational=operational), columns


def _reader() -> duckdb.DuckDBPyConnection:
    """Return this thread's own DuckDB for reading files: opening one takes as long as a third of the measuring."""
    connection: duckdb.DuckDBPyConnection | None = getattr(_READERS, "connection", None)
    if connection is None:
        connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "512MB"})
        connection.execute("set timezone = 'UTC'; set enable_external_file_cache = false")
        _READERS.connection = connection
    return connection


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require_same_types(source: Source, found: list[Column]) -> None:
    """Refuse types that Parquet silently turns into others (128-bit integers would become floats)."""
    for (name, kind), (_, kept) in zip(source.columns, found, strict=True):
        if kind != kept and not kind.startswith("enum"):
            raise IntegrityError(
                f"column {name} is {kind}, which Parquet keeps as {kept}",
                where=f"published table {source.name}",
                remedy=f"cast it in the table's SQL, e.g. cast({name} as bigint)",
            )
