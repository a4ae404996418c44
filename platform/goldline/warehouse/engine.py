"""The connection to the warehouse: transactions, queries, and bulk data as Arrow tables.

Everything that differs from engine to engine lives here. What the tables mean, and the SQL that makes them, does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from goldline.errors import GoldlineError, TransientError
from goldline.warehouse.lease import Lease

if TYPE_CHECKING:
    import pandas as pd

Parameters = Sequence[object] | Mapping[str, object]

PRELUDE = Path(__file__).with_name("duckdb.sql")


class Warehouse:
    """An open warehouse. One process writes at a time; a second one gets a clear :class:`TransientError`.

    Args:
        url: SQLAlchemy URL, e.g. ``duckdb:////srv/goldline/warehouse.duckdb`` or ``duckdb:///:memory:``.
        memory: Memory limit of the engine, e.g. ``1GB``.
        threads: Threads of the engine.
        wait_seconds: How long to wait for another writer before giving up.
    """

    def __init__(self, url: str, *, memory: str = "1GB", threads: int = 2, wait_seconds: float = 0) -> None:
        """Take the writer's lease and open the database, creating the file if it does not exist."""
        database = make_url(url).database or ":memory:"
        self.path = None if database == ":memory:" else Path(database)
        self._lease = Lease.of(self.path, wait_seconds=wait_seconds) if self.path else None
        config: dict[str, object] = {"memory_limit": memory, "threads": threads, "preserve_insertion_order": False}
        if self.path:
            config["storage_compatibility_version"] = "latest"
            config["temp_directory"] = str(self.path.parent / "tmp")
        self._engine = create_engine(url, connect_args={"config": config}, poolclass=StaticPool)
        event.listen(self._engine, "connect", _prepare)
        try:
            self._engine.connect().close()
        except (DBAPIError, duckdb.IOException) as error:
            self.close()
            raise TransientError(
                "the warehouse is in use by another program",
                where=str(self.path),
                remedy="close the program that has the file open (a notebook, a database browser), then try again",
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction: committed when the block ends, rolled back when it raises."""
        with self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is None:
                raise GoldlineError("the warehouse connection is closed", where=str(self.path))
            session = Session(driver)
            session.execute("begin")
            try:
                yield session
            except BaseException:
                session.roll_back()
                raise
            session.execute("commit")

    def close(self) -> None:
        """Close the database and give the writer's lease back."""
        self._engine.dispose()
        if self._lease:
            self._lease.release()

    def __enter__(self) -> Warehouse:
        """Use as a context manager; closes at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close at the end of the block."""
        self.close()

    def __repr__(self) -> str:
        """Show the file, never a password."""
        return f"Warehouse({self.path or 'in memory'})"


class Session:
    """One transaction on the warehouse. Table names are ``schema.name`` from Goldline's own catalogue."""

    def __init__(self, connection: Any) -> None:
        """Wrap the driver's connection."""
        self._connection = connection

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement whose result, if any, is not needed."""
        self._connection.execute(sql, parameters) if parameters else self._connection.execute(sql)

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Return all rows as Python values (decimals as ``Decimal``)."""
        self.execute(sql, parameters)
        found: list[tuple[Any, ...]] = self._connection.fetchall()
        return found

    def scalar(self, sql: str, parameters: Parameters | None = None) -> Any:
        """Return the first column of the first row, or None where there is no row."""
        found = self.rows(sql, parameters)
        return found[0][0] if found else None

    def arrow(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Return the result as an Arrow table."""
        self.execute(sql, parameters)
        table: pa.Table = self._connection.to_arrow_table()
        return table

    def frame(self, sql: str, parameters: Parameters | None = None) -> pd.DataFrame:
        """Return the result as a pandas data frame (Arrow types, so that decimals and nulls stay exact)."""
        import pandas as pd

        return self.arrow(sql, parameters).to_pandas(types_mapper=pd.ArrowDtype)

    def insert_arrow(self, table: str, data: pa.Table | pa.RecordBatchReader) -> int:
        """Append an Arrow table, columns matched by name; return the number of rows."""
        self._connection.register("incoming", data)
        try:
            return int(self.scalar(f"insert into {table} by name select * from incoming"))
        finally:
            self._connection.unregister("incoming")

    def create_from_arrow(self, table: str, data: pa.Table) -> None:
        """Create or replace a table with the rows and types of an Arrow table."""
        self._connection.register("incoming", data)
        try:
            self.execute(f"create or replace table {table} as select * from incoming")
        finally:
            self._connection.unregister("incoming")

    def columns(self, table: str) -> list[tuple[str, str]]:
        """Return (name, type) of each column in order; empty where the table does not exist."""
        try:
            described = self.rows(f"describe {table}")
        except duckdb.CatalogException:
            return []
        return [(str(row[0]), str(row[1]).lower()) for row in described]

    def has_table(self, table: str) -> bool:
        """Say whether the table exists."""
        return bool(self.columns(table))

    def copy_to_parquet(self, sql: str, path: Path, *, is_ordered: bool = True) -> int:
        """Write a query's rows to one Parquet file, in the query's order if it has one; return the number of rows."""
        escaped = str(path).replace("'", "''")
        return int(
            self.scalar(
                f"copy ({sql}) to '{escaped}' (format parquet, compression zstd, row_group_size 122880,"
                f" preserve_order {str(is_ordered).lower()})"
            )
        )

    def roll_back(self) -> None:
        """Undo the transaction; a connection that has already lost it is left alone."""
        try:
            self._connection.rollback()
        except duckdb.Error:
            return


def _prepare(driver: Any, _record: object) -> None:
    """Set up a new connection: UTC, and the functions that the tables use."""
    cursor = driver.cursor()
    cursor.execute("set timezone = 'UTC'")
    cursor.execute(PRELUDE.read_text("utf-8"))
    cursor.close()
