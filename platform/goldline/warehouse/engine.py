"""The connection to the warehouse: which engine a URL names, its transactions, and the right to write it.

How an engine works is in ``duck`` and ``postgres``, what a transaction can do in ``session``. What the tables mean, and
the SQL that makes them, belongs elsewhere.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING

from goldline.fencing import Grant
from goldline.warehouse.duck import DuckDatabase
from goldline.warehouse.session import Columns, Engine, Parameters, Readers, Session, Types

if TYPE_CHECKING:
    from goldline.warehouse.postgres import PostgresDatabase

__all__ = ["Columns", "Engine", "Parameters", "Readers", "Session", "Types", "Warehouse"]


class Warehouse:
    """An open warehouse. One process writes at a time; a second one gets a clear :class:`TransientError`.

    Args:
        url: SQLAlchemy URL, e.g. ``duckdb:////srv/goldline/warehouse.duckdb``, ``duckdb:///:memory:`` or
            ``postgresql+psycopg2://transform@db/goldline``.
        memory: Memory limit of DuckDB, e.g. ``1GB``.
        threads: Threads of DuckDB.
        wait_seconds: How long to wait for another writer before giving up.
        types: Finds the column types of the catalogue's tables; asked once, by an engine that would choose others.
    """

    def __init__(
        self, url: str, *, memory: str = "1GB", threads: int = 2, wait_seconds: float = 0, types: Types = dict
    ) -> None:
        """Take the writer's lease and open the database, creating the file if it does not exist."""
        self._database: DuckDatabase | PostgresDatabase
        if is_postgresql(url):
            from goldline.warehouse.postgres import PostgresDatabase

            self._database = PostgresDatabase(url, wait_seconds=wait_seconds, types=types)
        else:
            self._database = DuckDatabase(url, memory=memory, threads=threads, wait_seconds=wait_seconds)
        self.path = self._database.path

    @property
    def engine(self) -> Engine:
        """The engine's name."""
        return self._database.engine

    @property
    def grant(self) -> Grant | None:
        """The right to write; None for a database that nobody else can reach."""
        return self._database.lease

    def outnumber(self, number: int) -> None:
        """Give the right to write a number higher than that: what it protects has seen that many."""
        if self._database.lease:
            self._database.lease.outnumber(number)

    def transaction(self) -> AbstractContextManager[Session]:
        """Open a transaction: committed when the block ends, rolled back when it raises."""
        return self._database.transaction()

    @property
    def readers(self) -> Readers | None:
        """Opens sessions that read what is committed, each for a thread of its own; None where that gains nothing."""
        return self._database.readers if isinstance(self._database, DuckDatabase) else None

    def close(self) -> None:
        """Close the database and give the writer's lease back."""
        self._database.close()

    def __enter__(self) -> Warehouse:
        """Use as a context manager; closes at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close at the end of the block."""
        self.close()

    def __repr__(self) -> str:
        """Show file or server, never a password."""
        return f"Warehouse({self._database.name})"


def is_postgresql(url: str) -> bool:
    """Say whether a URL names a PostgreSQL database."""
    return url.startswith("postgresql")
