"""The files of one published table: writing those that are needed, taking over those that did not change, measuring.

While one file is being written, the one before is read back and measured. Which tables make a version, and switching to
it, is in ``snapshot``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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
from goldline.publish.sealed import sync_file, sync_folder

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
class Written:
    """The files of a table: those taken over, and those that are being measured."""

    source: Source
    rows: int
    period: Period
    kept: tuple[PublishedPart, ...]
    measured: tuple[Future[PublishedPart], ...]

    def parts(self) -> tuple[PublishedPart, ...]:
        """Return all files, in order, once they are measured."""
        parts = [*self.kept, *(future.result() for future in self.measured)]
        found = sum(part.rows for part in parts)
        if found != self.rows:
            raise IntegrityError(
                f"{self.rows} rows were to be published and {found} were read back",
                where=f"published table {self.source.name}",
                remedy="check the disk, then run 'goldline rebuild'; the published version stays as it was",
            )
        return tuple(sorted(parts, key=lambda part: part.file))


def write(
    session: Session, building: Path, source: Source, before: Before | None, reader: ThreadPoolExecutor
) -> Written:
    """Write the files of a table that changed, and take the others over from the current version."""
    rows, first, last = _extent(session, source)
    known = before if before and before.table.types == source.columns else None
    period: Period = "all"
    if source.partition_by:
        period = choose(rows, first, last, before=known.table.period if known else None)
    if known is None or known.table.period != period or source.changed is None:
        files = _write_all(session, building, source, period)
        return Written(source, rows, period, (), tuple(_measured(reader, source, files)))
    stale: set[date | None] = {None} if source.changed else set()
    if period != "all":
        stale = {*Cut(source.partition_by or "", period).starts(source.changed)}
    kept = tuple(part for part in known.table.parts if part.starts not in stale)
    for part in kept:
        _take_over(known.folder / part.file, building / part.file)
    files = _write_some(session, building, source, period, stale)
    return Written(source, rows, period, kept, tuple(_measured(reader, source, files)))


def _extent(session: Session, source: Source) -> tuple[int, date | None, date | None]:
    column = source.partition_by
    ends = f"min({column}), max({column})" if column else "null, null"
    count, first, last = session.rows(f"select count(*), {ends} from ({source.sql}) as rows_to_publish")[0]
    return int(count), first, last


Files = Iterator[tuple[Path, date | None]]


def _write_all(session: Session, building: Path, source: Source, period: Period) -> Files:
    if period == "all":
        yield from _write_some(session, building, source, period, {None})
        return
    folder = building / source.name
    folder.mkdir()
    cut = Cut(source.partition_by or "", period)
    for start, path in session.copy_to_parquet_by(source.sql, cut.column, cut.start, folder):
        faultpoint.reach("publish.table_written")
        yield path, start
    sync_folder(folder)


def _write_some(session: Session, building: Path, source: Source, period: Period, starts: set[date | None]) -> Files:
    order = ", ".join('"' + name.replace('"', '""') + '"' for name in source.order_by)
    for start in sorted(starts, key=str):
        path, where = building / f"{source.name}.parquet", ""
        if start:
            path = building / source.name / f"{start}.parquet"
            path.parent.mkdir(exist_ok=True)
            where = f" where {Cut(source.partition_by or '', period).inside(start)}"
        select = f"select * from ({source.sql}) as rows_to_publish{where}{f' order by {order}' if order else ''}"
        if session.copy_to_parquet(select, path, is_ordered=bool(order)) == 0 and start:
            path.unlink()
            continue
        faultpoint.reach("publish.table_written")
        yield path, start


def _take_over(old: Path, new: Path) -> None:
    new.parent.mkdir(exist_ok=True)
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)
        sync_file(new)


def _measured(reader: ThreadPoolExecutor, source: Source, files: Files) -> Iterator[Future[PublishedPart]]:
    for path, start in files:
        yield reader.submit(_part, source, path, start)


def _part(source: Source, path: Path, start: date | None) -> PublishedPart:
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
