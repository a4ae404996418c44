"""The published version on a server, for programs that connect to it: views of one version over pieces of its tables.

    published.golden_customer           a view of the current version's table
    published_v000012.golden_customer   a view of the table as version 12 published it
    published_pieces.golden_customer_…  rows of it: those of a year where its files are cut by date, else all

A piece that did not change is the same table in both versions, so that a night copies the pieces that it changed. All
views are switched in the transaction of the caller, so that nobody sees two versions at once. The Parquet snapshot,
which comes first and decides, is made in ``snapshot``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING

from goldline.errors import GoldlineError
from goldline.publish.manifest import Manifest, PublishedPart, PublishedTable
from goldline.publish.partition import Cut
from goldline.publish.snapshot import TableToPublish

if TYPE_CHECKING:
    from goldline.warehouse.session import Session

SCHEMA, PIECES = "published", "published_pieces"
_VERSION = re.compile(r"published_(v\d{6,})")


def serve(session: Session, manifest: Manifest, tables: Mapping[str, TableToPublish], *, keep: int) -> bool:
    """Show a version that was just published; does nothing where the warehouse serves nobody.

    Args:
        session: The transaction in which the version was published.
        manifest: The version.
        tables: What was published, by published name.
        keep: How many versions to keep, at least two.

    Returns:
        Whether the version is now shown.
    """
    if session.engine != "postgresql":
        return False
    schema = schema_of(manifest.version)
    if schema not in _schemas(session):
        session.execute(f"create schema if not exists {PIECES}; create schema {schema}")
        for name, table in tables.items():
            pieces = [_put(session, *piece) for piece in _pieces(manifest.tables[name], table)]
            session.create_view(f"{schema}.{name}", " union all ".join(f"select * from {piece}" for piece in pieces))
    show(session, manifest.version)
    for old in _schemas(session)[: -max(keep, 2)]:
        if old != schema:
            session.execute(f"drop schema {old} cascade")
    _drop_unused(session)
    return True


def show(session: Session, version: str) -> None:
    """Let the views show a version that is kept.

    Raises:
        GoldlineError: The server does not have that version.
    """
    schema = schema_of(version)
    if schema not in _schemas(session):
        kept = ", ".join(name.partition("_")[2] for name in _schemas(session)) or "none"
        raise GoldlineError(
            f"the server does not have version {version}",
            where=SCHEMA,
            remedy=f"it has: {kept}; 'goldline run' publishes a new one",
        )
    wanted = _relations(session, schema)
    session.execute(f"create schema if not exists {SCHEMA}")
    for name in _relations(session, SCHEMA):
        if name not in wanted:
            session.execute(f"drop view {SCHEMA}.{name} cascade")
    for name in sorted(wanted):
        session.create_view(f"{SCHEMA}.{name}", f"select * from {schema}.{name}")


def schema_of(version: str) -> str:
    """Return the schema of a version's tables."""
    return f"{SCHEMA}_{version}"


def _pieces(published: PublishedTable, table: TableToPublish) -> Iterator[tuple[str, str]]:
    """Yield the name of each piece of a table, made of the files with the same rows, and the select that gives them."""
    for year, parts in groupby(published.parts, lambda part: part.starts and part.starts.year):
        held = list(parts)
        select = f"select * from ({table.sql}) as rows_to_publish"
        yield f"{table.name}_{year or 'all'}_{_digest(published, held)}", select + _where(published, table, held)
    if not published.parts:
        yield f"{table.name}_none_{_digest(published, [])}", table.sql


def _digest(published: PublishedTable, parts: list[PublishedPart]) -> str:
    """Sum up columns and files to the byte: a table's digest would leave out how its rows were loaded."""
    return sha256(json.dumps([published.types, [part.sha256 for part in parts]]).encode()).hexdigest()[:16]


def _where(published: PublishedTable, table: TableToPublish, parts: list[PublishedPart]) -> str:
    days = [part.starts for part in parts if part.starts]
    return f" where {Cut(table.partition_by or '', published.period).between(min(days), max(days))}" if days else ""


def _put(session: Session, piece: str, select: str) -> str:
    """Create a piece that is not there yet."""
    name = f"{PIECES}.{piece}"
    if not session.has_table(name):
        session.create_as(name, select)
    return name


def _drop_unused(session: Session) -> None:
    """Drop the pieces that no view shows any more."""
    unused = session.rows(
        "select relname from pg_class where relnamespace = to_regnamespace(?) and relkind = 'r' and not exists"
        " (select 1 from pg_depend where refobjid = pg_class.oid and classid = 'pg_rewrite'::regclass)",
        [PIECES],
    )
    for (piece,) in unused:
        session.execute(f"drop table {PIECES}.{piece}")


def _schemas(session: Session) -> list[str]:
    """Return the schemas of the versions, oldest first."""
    found = [str(name) for (name,) in session.rows("select nspname from pg_namespace")]
    return sorted((name for name in found if _VERSION.fullmatch(name)), key=lambda name: (len(name), name))


def _relations(session: Session, schema: str) -> set[str]:
    """Return the names of the tables and views in a schema."""
    rows = session.rows(
        "select relname from pg_class where relnamespace = to_regnamespace(?) and relkind in ('r', 'v')", [schema]
    )
    return {str(name) for (name,) in rows}
