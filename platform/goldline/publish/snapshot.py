"""Publishing: writing all audited tables as one new version, and switching to it with one rename.

A reader sees the old version or the new one, whatever happens in between. Which tables are published, and
whether their checks passed, is decided by the caller; reading is in ``reader``, going back in ``versions``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldline import faultpoint
from goldline.errors import GoldlineError, IntegrityError
from goldline.fencing import Grant
from goldline.publish.digest import MADE_BY, Column, total
from goldline.publish.folder import PublishedFolder, named, number
from goldline.publish.manifest import Manifest, PublishedColumn, PublishedPart, PublishedTable
from goldline.publish.parts import Before, Plan, Source, plan
from goldline.publish.writing import write

if TYPE_CHECKING:
    from goldline.warehouse.engine import Readers, Session


@dataclass(frozen=True, kw_only=True)
class TableToPublish:
    """A table as it is to be published.

    Args:
        name: Its published name.
        sql: The select that gives its rows.
        order_by: The columns to order the file by; none for a table so wide that sorting costs more than it gives.
        documentation: A sentence for every column.
        operational: Columns that the digest leaves out because they say how a row was loaded, not what it is.
        partition_by: The date column that the table's files are cut by, where it is too large for one.
        changed: Finds, given the current version, the dates of that column whose rows changed since then (without such
            a column: an empty set where nothing changed); None where that is not known.
    """

    name: str
    sql: str
    order_by: tuple[str, ...]
    documentation: Mapping[str, str]
    operational: frozenset[str] = frozenset()
    partition_by: str | None = None
    changed: Callable[[str], frozenset[date] | None] = lambda _version: None


def publish(
    session: Session,
    folder: Path,
    tables: Mapping[str, TableToPublish],
    *,
    details: Mapping[str, Any],
    keep: int,
    now: datetime,
    grant: Grant | None = None,
    review: Callable[[Path], None] | None = None,
    readers: Readers | None = None,
) -> Manifest:
    """Publish all tables, as the session's transaction sees them, as one new version.

    Args:
        session: An open transaction; only read from.
        folder: ``settings.published_dir``.
        tables: What to publish, by published name.
        details: ``delivery_day``, ``runs`` and ``checks`` for the manifest.
        keep: How many versions to keep, at least two.
        now: The time to put into the manifest.
        grant: The right to write the warehouse; a later one in the folder stops the switch.
        review: Called with the folder of the version once it is written; may add to it, or raise to stop the switch.
        readers: Opens more sessions that see what this one sees, to write several files at a time.

    Returns:
        The new version's manifest; the current one's, marked ``unchanged``, when every digest is the same.

    Raises:
        GoldlineError: A table lacks documentation or has a type that Parquet cannot hold exactly.
        TransientError: Another process is publishing.
    """
    if not tables:
        raise GoldlineError("there is nothing to publish", remedy="name at least one table")
    published = PublishedFolder(folder, grant=grant)
    with published.writing(), published.building() as building:
        current = _current(published)
        before = published.version_path(current.version) if current else None
        written = _write(session, building, tables, current, before, readers)
        if current and current.digests == {name: table.digest for name, table in written.items()}:
            return current.model_copy(update={"unchanged": True})
        version = named(1 + max([published.highest(), *map(number, published.versions())]))
        manifest = Manifest.model_validate({**details, "version": version, "created_at": now, "tables": written})
        if review:
            manifest.write(building)
            review(building)
        _install(published, building, manifest)
        published.prune(keep)
    return manifest


def _current(published: PublishedFolder) -> Manifest | None:
    """Return what is published now; a damaged version counts as none, so that publishing again mends it."""
    try:
        pointer = published.pointer()
        return Manifest.read(published.version_path(pointer.version)) if pointer else None
    except (IntegrityError, FileNotFoundError):
        return None


def _write(
    session: Session,
    building: Path,
    tables: Mapping[str, TableToPublish],
    current: Manifest | None,
    folder: Path | None,
    readers: Readers | None,
) -> dict[str, PublishedTable]:
    """Write what changed of every table."""
    plans = {
        name: plan(session, building, _source(session, table, current), _before(name, current, folder))
        for name, table in tables.items()
    }
    parts = write(session, plans.values(), readers)
    return {name: _published(tables[name], planned, parts[name]) for name, planned in plans.items()}


def _source(session: Session, table: TableToPublish, current: Manifest | None) -> Source:
    return Source(
        name=table.name,
        sql=table.sql,
        order_by=table.order_by,
        columns=_columns(session, table),
        operational=table.operational,
        partition_by=table.partition_by,
        changed=table.changed(current.version) if current else None,
    )


def _before(name: str, current: Manifest | None, folder: Path | None) -> Before | None:
    """Return a table of the current version, if its digest was made as it would be now."""
    table = current.tables.get(name) if current else None
    return Before(folder, table) if folder and table and table.digest_by == MADE_BY else None


def _published(table: TableToPublish, planned: Plan, parts: tuple[PublishedPart, ...]) -> PublishedTable:
    content, columns = total(part.content for part in parts), planned.source.columns
    return PublishedTable(
        parts=parts,
        period=planned.period,
        rows=content.rows,
        digest=content.digest(columns, operational=table.operational),
        digest_by=MADE_BY,
        sums=content.sums,
        columns=tuple(
            PublishedColumn(
                name=name, type=kind, documentation=table.documentation[name], operational=name in table.operational
            )
            for name, kind in columns
        ),
    )


def _columns(session: Session, table: TableToPublish) -> list[Column]:
    """Return the columns of a table once every one of them is documented."""
    columns = session.describe(table.sql)
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


def _install(published: PublishedFolder, building: Path, manifest: Manifest) -> None:
    manifest.write(building)
    faultpoint.reach("publish.manifest_written")
    published.install(building, manifest.version)
    faultpoint.reach("publish.version_renamed")
    published.switch(manifest.version, highest=number(manifest.version), action="published", at=manifest.created_at)
