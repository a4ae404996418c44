"""Publishing: writing all audited tables as one new version, and switching to it with one rename.

A reader sees the old version or the new one, whatever happens in between. Which tables are published, and
whether their checks passed, is decided by the caller; reading is in ``reader``, going back in ``versions``.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from goldline import faultpoint
from goldline.errors import GoldlineError, IntegrityError
from goldline.publish.digest import Column, measure
from goldline.publish.folder import PublishedFolder, named, number
from goldline.publish.manifest import Manifest, PublishedColumn, PublishedTable
from goldline.publish.sealed import sync_file

if TYPE_CHECKING:
    from goldline.warehouse.engine import Session


@dataclass(frozen=True, kw_only=True)
class TableToPublish:
    """A table as it is to be published.

    Args:
        name: Its published name: the last part of its asset's key.
        sql: The select that gives its rows.
        order_by: The columns to order the file by; none for a table so wide that sorting costs more than it gives.
        documentation: A sentence for every column.
        operational: Columns that the digest leaves out because they say how a row was loaded, not what it is.
    """

    name: str
    sql: str
    order_by: tuple[str, ...]
    documentation: Mapping[str, str]
    operational: frozenset[str] = frozenset()


def publish(
    session: Session,
    folder: Path,
    tables: Mapping[str, TableToPublish],
    *,
    details: Mapping[str, Any],
    keep: int,
    now: datetime,
) -> Manifest:
    """Publish all tables, as the session's transaction sees them, as one new version.

    Args:
        session: An open transaction; only read from.
        folder: ``settings.published_dir``.
        tables: What to publish, by published name.
        details: ``delivery_day``, ``runs`` and ``checks`` for the manifest.
        keep: How many versions to keep, at least two.
        now: The time to put into the manifest.

    Returns:
        The new version's manifest; the current one's, marked ``unchanged``, when every digest is the same.

    Raises:
        GoldlineError: A table lacks documentation or has a type that Parquet cannot hold exactly.
        TransientError: Another process is publishing.
    """
    if not tables:
        raise GoldlineError("there is nothing to publish", remedy="name at least one table")
    published = PublishedFolder(folder)
    with published.writing(), published.building() as building:
        written = _write(session, building, tables)
        current = _current(published)
        if current and current.digests == {name: table.digest for name, table in written.items()}:
            return current.model_copy(update={"unchanged": True})
        version = named(1 + max([published.highest(), *map(number, published.versions())]))
        manifest = Manifest.model_validate({**details, "version": version, "created_at": now, "tables": written})
        _install(published, building, manifest)
        published.prune(keep)
    return manifest


def measure_file(path: Path, *, operational: frozenset[str]) -> PublishedTable:
    """Measure a Parquet file as a reader will see it; columns come back without documentation."""
    escaped = str(path).replace("'", "''")
    source = f"read_parquet('{escaped}')"
    with duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "512MB"}) as connection:
        connection.execute("set timezone = 'UTC'")

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        columns = [(str(row[0]), str(row[1])) for row in rows(f"describe select * from {source}")]
        measured = measure(rows, source, columns, operational=operational)
    return PublishedTable(
        file=path.name,
        bytes=path.stat().st_size,
        sha256=file_hash(path),
        rows=measured.rows,
        digest=measured.digest,
        sums=measured.sums,
        columns=tuple(
            PublishedColumn(name=name, type=kind.lower(), documentation="", operational=name in operational)
            for name, kind in columns
        ),
    )


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _current(published: PublishedFolder) -> Manifest | None:
    """Return what is published now; a damaged version counts as none, so that publishing again mends it."""
    try:
        pointer = published.pointer()
        return Manifest.read(published.version_path(pointer.version)) if pointer else None
    except (IntegrityError, FileNotFoundError):
        return None


def _write(session: Session, building: Path, tables: Mapping[str, TableToPublish]) -> dict[str, PublishedTable]:
    """Write every table; while one is being written, the one before is read back and measured."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        measured = {
            name: reader.submit(_measured, *_written(session, building, table)) for name, table in tables.items()
        }
        return {name: future.result() for name, future in measured.items()}


def _written(session: Session, building: Path, table: TableToPublish) -> tuple[TableToPublish, Path, int, list[Column]]:
    """Write one table's file; return what measuring it needs."""
    columns = _columns(session, table)
    order = ", ".join('"' + name.replace('"', '""') + '"' for name in table.order_by)
    path = building / f"{table.name}.parquet"
    rows = session.copy_to_parquet(
        f"select * from ({table.sql}){f' order by {order}' if order else ''}", path, is_ordered=bool(order)
    )
    sync_file(path)
    faultpoint.reach("publish.table_written")
    return table, path, rows, columns


def _measured(table: TableToPublish, path: Path, rows: int, columns: list[Column]) -> PublishedTable:
    """Measure a written file and hold it against what was meant to be in it."""
    measured = measure_file(path, operational=table.operational)
    if measured.rows != rows:
        raise IntegrityError(
            f"{rows} rows were written and {measured.rows} read back",
            where=f"published table {table.name}",
            remedy="check the disk, then run 'goldline run' again",
        )
    _require_same_types(table, columns, measured)
    documented = tuple(
        column.model_copy(update={"documentation": table.documentation[column.name]}) for column in measured.columns
    )
    return measured.model_copy(update={"columns": documented})


def _columns(session: Session, table: TableToPublish) -> list[Column]:
    """Return the columns of a table once every one of them is documented."""
    columns = [(str(row[0]), str(row[1]).lower()) for row in session.rows(f"describe {table.sql}")]
    names = {name for name, _ in columns}
    known = set(table.documentation) | set(table.order_by) | table.operational
    if missing := sorted(n for n in names if not table.documentation.get(n, "").strip()):
        raise GoldlineError(
            f"columns without documentation: {', '.join(missing)}",
            where=f"published table {table.name}",
            remedy="put a comment behind each column of the table's last select",
        )
    if unknown := sorted(known - names):
        near = difflib.get_close_matches(unknown[0], names, n=1)
        raise GoldlineError(
            f"no such column: {', '.join(unknown)}",
            where=f"published table {table.name}",
            remedy=f"did you mean {near[0]}?" if near else "correct its name",
        )
    return columns


def _require_same_types(table: TableToPublish, columns: list[Column], measured: PublishedTable) -> None:
    """Refuse types that Parquet silently turns into others (128-bit integers would become floats)."""
    for (name, kind), found in zip(columns, measured.columns, strict=True):
        if kind != found.type and not kind.startswith("enum"):
            raise GoldlineError(
                f"column {name} is {kind}, which Parquet keeps as {found.type}",
                where=f"published table {table.name}",
                remedy=f"cast it in the table's SQL, e.g. cast({name} as bigint)",
            )


def _install(published: PublishedFolder, building: Path, manifest: Manifest) -> None:
    manifest.write(building)
    faultpoint.reach("publish.manifest_written")
    published.install(building, manifest.version)
    faultpoint.reach("publish.version_renamed")
    published.switch(manifest.version, highest=number(manifest.version), action="published", at=manifest.created_at)
