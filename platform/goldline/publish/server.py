"""The published version on a server, for programs that connect to it: versioned tables, and views of one version.

    published_v000012.golden_customer   the table as version 12 published it
    published.golden_customer           a view of the current version's table

All views are switched in the transaction of the caller, so that nobody sees two versions at once. A table that did not
change moves to the newest version that has it; older versions then see it through a view. The Parquet snapshot, which
comes first and decides, is made in ``snapshot``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from goldline.errors import GoldlineError
from goldline.publish.manifest import Manifest

if TYPE_CHECKING:
    from goldline.warehouse.session import Session

SCHEMA = "published"
_VERSION = re.compile(r"published_(v\d{6,})")


def serve(session: Session, manifest: Manifest, selects: Mapping[str, str], *, keep: int) -> bool:
    """Show a version that was just published; does nothing where the warehouse serves nobody.

    Args:
        session: The transaction in which the version was published.
        manifest: The version.
        selects: The select that gives each table's rows, by published name.
        keep: How many versions to keep, at least two.

    Returns:
        Whether the version is now shown.
    """
    if session.engine != "postgresql":
        return False
    schema = schema_of(manifest.version)
    if schema not in _schemas(session):
        session.execute(f"create schema {schema}")
        for name, select in selects.items():
            _put(session, schema, name, select, digest=manifest.tables[name].digest)
    show(session, manifest.version)
    for old in _schemas(session)[: -max(keep, 2)]:
        if old != schema:
            session.execute(f"drop schema {old} cascade")
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
    wanted = {name for name, _ in _relations(session, schema)}
    session.execute(f"create schema if not exists {SCHEMA}")
    for name, _ in _relations(session, SCHEMA):
        if name not in wanted:
            session.execute(f"drop view {SCHEMA}.{name} cascade")
    for name in sorted(wanted):
        session.create_view(f"{SCHEMA}.{name}", f"select * from {schema}.{name}")


def schema_of(version: str) -> str:
    """Return the schema of a version's tables."""
    return f"{SCHEMA}_{version}"


def _put(session: Session, schema: str, name: str, select: str, *, digest: str) -> None:
    """Give a version its table: an equal one of an earlier version, or a new one."""
    for earlier in reversed(_schemas(session)):
        if (name, digest) in _relations(session, earlier):
            session.execute(f"alter table {earlier}.{name} set schema {schema}")
            session.execute(f"create view {earlier}.{name} as select * from {schema}.{name}")
            return
    session.create_as(f"{schema}.{name}", select)
    session.execute(f"comment on table {schema}.{name} is '{digest}'")


def _schemas(session: Session) -> list[str]:
    """Return the schemas of the versions, oldest first."""
    found = [str(name) for (name,) in session.rows("select nspname from pg_namespace")]
    return sorted((name for name in found if _VERSION.fullmatch(name)), key=lambda name: (len(name), name))


def _relations(session: Session, schema: str) -> set[tuple[str, str]]:
    """Return the names in a schema, with the digest of those that are tables."""
    rows = session.rows(
        "select relname, case when relkind = 'r' then obj_description(pg_class.oid, 'pg_class') end"
        " from pg_class join pg_namespace on pg_namespace.oid = relnamespace"
        " where nspname = ? and relkind in ('r', 'v')",
        [schema],
    )
    return {(str(name), str(digest or "")) for name, digest in rows}
