"""Setting the whole warehouse of a server aside, so that it can be built anew, and dropping it when that has succeeded.

A DuckDB warehouse is a file, which is renamed instead. What is published is no part of it: it stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from goldline.warehouse.session import Session

SUFFIX = "_before_rebuild"
_STAYS = "lease"  # of the schema operation: it says who may write


def set_aside(session: Session, schemas: Iterable[str]) -> None:
    """Rename the schemas, and move what is on record of them, in place of what an earlier rebuild left aside."""
    drop_aside(session)
    present = _schemas(session)
    for schema in sorted(set(schemas) & present):
        session.execute(f"alter schema {schema} rename to {schema}{SUFFIX}")
    session.execute(f"create schema operation{SUFFIX}")
    records = session.rows("select tablename from pg_tables where schemaname = 'operation'")
    for (name,) in records:
        if name != _STAYS:
            session.execute(f"alter table operation.{name} set schema operation{SUFFIX}")


def drop_aside(session: Session) -> None:
    """Drop what was set aside."""
    for schema in sorted(_schemas(session)):
        if schema.endswith(SUFFIX):
            session.execute(f"drop schema {schema} cascade")


def _schemas(session: Session) -> set[str]:
    return {str(name) for (name,) in session.rows("select nspname from pg_namespace")}
