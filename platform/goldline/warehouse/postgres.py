"""PostgreSQL as the warehouse: a server, through SQLAlchemy and psycopg2.

Its functions are in ``postgres.sql``, its transactions in ``postgres_session``, its lease in ``postgres_lease``, and
what its errors mean in ``postgres_errors``. What is published there for other programs belongs to ``goldline.publish``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from goldline.warehouse.postgres_errors import translated
from goldline.warehouse.postgres_lease import PostgresLease
from goldline.warehouse.postgres_server import prepare_database, prepare_session, require_fit
from goldline.warehouse.postgres_session import PostgresSession
from goldline.warehouse.session import Columns, Engine, Session, Types

_CONNECT: dict[str, Any] = {"connect_timeout": 10, "application_name": "goldline", "keepalives_idle": 30}


class PostgresDatabase:
    """An open database of a PostgreSQL server, and the writer's lease on it."""

    engine: Engine = "postgresql"
    path: Path | None = None

    def __init__(self, url: str, *, wait_seconds: float, types: Types) -> None:
        """Connect, see that the database fits, take the writer's lease, and bring the functions up to date."""
        parsed = make_url(url).set(drivername="postgresql+psycopg2")
        self.name = (
            f"postgresql://{parsed.username or ''}@{parsed.host or 'socket'}:{parsed.port or 5432}/{parsed.database}"
        )
        self.lease: PostgresLease | None = None
        self._find_types = types
        self._engine = create_engine(
            parsed,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=1,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=_CONNECT,
        )
        event.listen(self._engine, "connect", prepare_session)
        try:
            self.lease = self._take_lease(wait_seconds)
        except psycopg2.Error as error:
            raise translated(error, where=self.name) from None

    def _take_lease(self, wait_seconds: float) -> PostgresLease:
        """Connect once more, for the lease alone, and see to it that the database is fit for use."""
        _, arguments = self._engine.dialect.create_connect_args(self._engine.url)
        holder = psycopg2.connect(**{**arguments, **_CONNECT})
        try:
            holder.autocommit = True
            prepare_session(holder, None)
            with holder.cursor() as cursor:
                require_fit(cursor, self.name)
            lease = PostgresLease.of(holder, where=self.name, wait_seconds=wait_seconds)
            prepare_database(holder)
        except BaseException:
            holder.close()
            raise
        return lease

    @cached_property
    def _types(self) -> Mapping[str, Columns]:
        return self._find_types()

    def types_of(self, table: str) -> Columns | None:
        """Return the columns and types that a table of the catalogue has on DuckDB."""
        return self._types.get(table)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction: committed when the block ends, rolled back when it raises.

        Raises:
            LeaseLost: Another process has the lease now; nothing is written.
        """
        connection = self._raw()
        try:
            session = PostgresSession(
                connection.driver_connection, where=self.name, lease=self.lease, types_of=self.types_of
            )
            try:
                session.begin()
                yield session
            except BaseException:
                session.roll_back()
                raise
            session.commit()
        finally:
            if connection.driver_connection.closed:
                connection.invalidate()
            connection.close()

    def close(self) -> None:
        """Close all connections, and with them give the writer's lease back."""
        self._engine.dispose()
        if self.lease:
            self.lease.release()

    def _raw(self) -> Any:
        try:
            return self._engine.raw_connection()
        except DBAPIError as error:
            original = error.orig if isinstance(error.orig, psycopg2.Error) else psycopg2.OperationalError()
            raise translated(original, where=self.name) from None
        except psycopg2.Error as error:
            raise translated(error, where=self.name) from None
