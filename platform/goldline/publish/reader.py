"""Reading the published snapshot with SQL, and nothing but the snapshot.

A reader is an in-memory database with one view per published table. It may open the files of its version
only, and its configuration is locked. It holds its version, so that pruning leaves it alone until the reader
is closed. How results are shown is in ``format``.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import duckdb
import pyarrow as pa

from goldline.errors import GoldlineError
from goldline.publish.folder import NEVER_PUBLISHED, PublishedFolder
from goldline.publish.guard import require_select
from goldline.publish.manifest import Manifest

_ATTEMPTS = 5
_BATCH = 10_000
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "allow_community_extensions": False,
    "temp_directory": "",
}


def open_snapshot(folder: Path, version: str | None = None, *, memory: str = "1GB", threads: int = 2) -> Reader:
    """Open the current version, or a given one.

    Args:
        folder: ``settings.published_dir``.
        version: A version such as ``v000012``; None for the current one.
        memory: Memory limit of the reader.
        threads: Threads of the reader.

    Raises:
        GoldlineError: Nothing has been published yet, or there is no such version.
    """
    published = PublishedFolder(folder)
    for _ in range(_ATTEMPTS):
        chosen = version or _current(published)
        try:
            with ExitStack() as until_open:
                held = until_open.enter_context(published.hold(chosen))
                reader = Reader(published.version_path(chosen), held, memory=memory, threads=threads)
                until_open.pop_all()
                return reader
        except FileNotFoundError:
            if version:
                break
    known = ", ".join(published.versions()) or "none"
    raise GoldlineError(
        f"there is no version {version or _current(published)}",
        where=str(folder),
        remedy=f"versions there are: {known}",
    )


class Reader:
    """One version of the snapshot, open for queries. Get one with :func:`open_snapshot`."""

    def __init__(self, path: Path, held: IO[bytes], *, memory: str, threads: int) -> None:
        """Set up the views and take all other rights away."""
        self._held = held
        self.manifest = Manifest.read(path)
        self._connection = duckdb.connect(":memory:", config={**_CONFIG, "memory_limit": memory, "threads": threads})
        self._connection.execute("set timezone = 'UTC'")
        files = {
            name: ", ".join(_text(path / part.file) for part in table.parts)
            for name, table in self.manifest.tables.items()
        }
        for name, paths in files.items():
            self._connection.execute(f"create view {_quoted(name)} as select * from read_parquet([{paths}])")
        self._connection.execute(f"set allowed_paths = [{', '.join(files.values())}]")
        self._connection.execute("set enable_external_access = false")
        self._connection.execute("set lock_configuration = true")

    @property
    def tables(self) -> list[str]:
        """The published tables, in order of their names."""
        return sorted(self.manifest.tables)

    def query(self, sql: str, max_rows: int | None = None) -> pa.Table:
        """Run one select and return its rows.

        Args:
            sql: A select; tables go by their plain published names.
            max_rows: Stop after so many rows.

        Raises:
            GoldlineError: The query is not allowed, or DuckDB refuses it; names it suggests are kept.
        """
        with self._connection.cursor() as cursor:
            try:
                require_select(cursor, sql, self.manifest.tables)
                return _fetch(cursor.execute(sql), max_rows)
            except duckdb.Error as error:
                raise self._explained(error) from None

    def close(self) -> None:
        """Close the database and let the version go."""
        self._connection.close()
        self._held.close()

    def __enter__(self) -> Self:
        """Use as a context manager; closes at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close at the end of the block."""
        self.close()

    def __repr__(self) -> str:
        """Show the version."""
        return f"Reader({self.manifest.version})"

    def _explained(self, error: duckdb.Error) -> GoldlineError:
        if isinstance(error, duckdb.PermissionException):
            return GoldlineError(
                "a query can read the published tables and nothing else",
                where="query",
                remedy=f"published tables: {', '.join(self.tables)}",
            )
        if isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException):
            return GoldlineError(str(error), where="query", remedy="correct the SQL")
        if isinstance(error, duckdb.OutOfMemoryException):
            return GoldlineError(
                "the query needs more memory than it may use",
                where="query",
                remedy="select fewer columns or rows, or raise GOLDLINE_MEMORY",
            )
        return GoldlineError(_without_values(str(error)), where="query", remedy="correct the SQL")


def _fetch(result: duckdb.DuckDBPyConnection, max_rows: int | None) -> pa.Table:
    if max_rows is None:
        return result.to_arrow_table()
    batches = result.to_arrow_reader(_BATCH)
    kept: list[pa.RecordBatch] = []
    missing = max_rows
    while missing > 0:
        try:
            batch = batches.read_next_batch()
        except StopIteration:
            break
        kept.append(batch.slice(0, missing))
        missing -= len(kept[-1])
    return pa.Table.from_batches(kept, schema=batches.schema)


def _current(published: PublishedFolder) -> str:
    pointer = published.pointer()
    if pointer is None:
        raise GoldlineError("nothing has been published yet", where=str(published.path), remedy=NEVER_PUBLISHED)
    return pointer.version


def _without_values(message: str) -> str:
    """Mask from the first quote to the last: what DuckDB says while reading rows may quote a value."""
    said, _, _ = message.rpartition("\n\nLINE ")
    return re.sub(r"['\"].*['\"]", "'…'", said or message, flags=re.DOTALL)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
