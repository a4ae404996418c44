"""DuckDB as the warehouse: a file (or memory) in this process.

Its lease is in ``lease``, its functions are in ``duckdb.sql``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from goldline.errors import GoldlineError
from goldline.fencing import LeaseLost
from goldline.warehouse import duck_file
from goldline.warehouse.lease import Lease
from goldline.warehouse.session import Columns, Engine, Parameters, Session

CHECKPOINT = "256MB"  # so large does the log become before it goes into the file; a night's goes there once, at its end
COMPRESSED_ELSEWHERE = "fsst,zstd,dictionary,alp,alprd,chimp,patas"  # dict_fsst does as well; trying costs a tenth
AT_FIRST = "1GB"  # of memory; see Session.use_all_memory
KEPT_FREE = "8GB"  # memory is not given back between statements, only to be asked for again; its limit is another
# else every checkpoint writes a table's last 122,880 rows anew, to put what a night added to what was added before
VACUUM_TASKS = 0
PLACE = "place_in_table"
FEW = 10_000  # so many row numbers are looked up where they are; above that, reading past the others costs less
# a digest resembles no other: trying to shorten it takes most of the time of writing a table's keys, reading it a third
DIGESTS = frozenset({"sales_line_id", "row_hash"})
# fast to write; without bloom filters, which readers of whole columns never ask
PARQUET = "format parquet, compression zstd, compression_level 1, row_group_size 49152, write_bloom_filter false"
PRELUDE = Path(__file__).with_name("duckdb.sql")


class DuckDatabase:
    """An open DuckDB database, and the writer's lease on its file."""

    engine: Engine = "duckdb"

    def __init__(self, url: str, *, memory: str, threads: int, wait_seconds: float) -> None:
        """Take the writer's lease and open the database, creating the file if it does not exist."""
        database = make_url(url).database or ":memory:"
        self.path = None if database == ":memory:" else Path(database)
        self.name = str(self.path or "in memory")
        self.lease = Lease.of(self.path, wait_seconds=wait_seconds) if self.path else None
        self._memory, self._threads = memory, threads
        config: dict[str, object] = {"threads": threads, "preserve_insertion_order": False}
        config |= {"memory_limit": min(memory, AT_FIRST, key=_megabytes)}
        config |= {"checkpoint_threshold": CHECKPOINT, "disabled_compression_methods": COMPRESSED_ELSEWHERE}
        config["max_vacuum_tasks"] = VACUUM_TASKS
        config |= {"allocator_flush_threshold": KEPT_FREE, "allocator_bulk_deallocation_flush_threshold": KEPT_FREE}
        if self.path:
            config["storage_compatibility_version"] = "latest"
            config["temp_directory"] = str(self.path.parent / "tmp")
        # no rollback by the pool: a transaction ends itself, and after a failed sync DuckDB refuses it with a traceback
        self._engine = create_engine(
            url, connect_args={"config": config}, poolclass=StaticPool, pool_reset_on_return=None
        )
        event.listen(self._engine, "connect", _prepare)
        try:
            if self.path:
                duck_file.make(self.path)
            self._engine.connect().close()
        except GoldlineError:
            self.close()
            raise
        except (DBAPIError, duckdb.Error) as error:
            self.close()
            raise self._explained(error) or error from error

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction: committed when the block ends, rolled back when it raises."""
        with self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is None:
                raise GoldlineError("the warehouse connection is closed", where=self.name)
            session = DuckSession(driver, self._memory)
            with self._explaining():
                session.execute("begin")
                try:
                    yield session
                except BaseException:
                    session.roll_back()
                    raise
                self._require_lease(session)
                session.execute("commit")

    @contextmanager
    def readers(self) -> Iterator[list[Session]]:
        """Open a session per thread, each for work of one thread; they read what is committed, and must not write."""
        with self._engine.connect() as connection, self._explaining():
            driver: Any = connection.connection.driver_connection
            connections = [driver.duplicate() for _ in range(self._threads)]
            driver.execute("set threads = 1")
            try:
                for reader in connections:
                    reader.execute("set timezone = 'UTC'")
                yield [DuckSession(reader, self._memory) for reader in connections]
            finally:
                driver.execute(f"set threads = {self._threads}")
                for reader in connections:
                    reader.close()

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise self._explained(error) or error from error

    def _explained(self, error: BaseException) -> GoldlineError | None:
        return duck_file.explained(error, self.path) if self.path else None

    def _require_lease(self, session: Session) -> None:
        """Commit nothing without the lease; its file may have been deleted or replaced meanwhile."""
        try:
            if self.lease:
                self.lease.require()
        except LeaseLost:
            session.roll_back()
            raise

    def close(self) -> None:
        """Close the database and give the writer's lease back."""
        self._engine.dispose()
        if self.lease:
            self.lease.release()


class DuckSession(Session):
    """One transaction on DuckDB."""

    engine = "duckdb"

    def __init__(self, connection: Any, memory: str) -> None:
        """Wrap the driver's connection, which may take so much memory in all."""
        self._connection, self._memory = connection, memory

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement."""
        self._connection.execute(sql, parameters) if parameters else self._connection.execute(sql)

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Return all rows."""
        self.execute(sql, parameters)
        found: list[tuple[Any, ...]] = self._connection.fetchall()
        return found

    def arrow(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Return the result as an Arrow table."""
        self.execute(sql, parameters)
        table: pa.Table = self._connection.to_arrow_table()
        return table

    def insert_arrow(self, table: str, data: pa.Table | pa.RecordBatchReader) -> int:
        """Append an Arrow table, columns matched by name."""
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

    def create_as(self, table: str, sql: str, *, temporary: bool = False, types_of: str | None = None) -> None:  # noqa: ARG002 - DuckDB's own types are the right ones
        """Create or replace a table from a select."""
        kept = [] if temporary else self.describe(sql)
        if not {name for name, _ in kept} & DIGESTS:
            self.execute(f"create or replace {'temporary ' if temporary else ''}table {table} as {sql}")
            return
        columns = ", ".join(
            f'"{name}" {kind}{" using compression uncompressed" if name in DIGESTS else ""}' for name, kind in kept
        )
        self.execute(f"create or replace table {table} ({columns})")
        self.execute(f"insert into {table} {sql}")

    def create_view(self, view: str, sql: str) -> None:
        """Create or replace a view."""
        self.execute(f"create or replace view {view} as {sql}")

    def describe(self, sql: str) -> Columns:
        """Return (name, type) of each column that a select gives."""
        return [(str(row[0]), str(row[1]).lower()) for row in self.rows(f"describe {sql}")]

    def columns(self, table: str) -> Columns:
        """Return (name, type) of each column in order; empty where the table does not exist."""
        try:
            return self.describe(table)
        except duckdb.CatalogException:
            return []

    def few(self, table: str, *conditions: str) -> str:
        """Write the select of a few rows: found by the columns of each condition, and only then read."""
        return f"select * from {table} where {_found(table, conditions)}"

    def set_aside(self, name: str, table: str, condition: str) -> None:
        """Copy a few rows, with their place in the table."""
        rows = f"select *, rowid as {PLACE} from {table} where {_found(table, [condition])}"
        self.create_as(name, rows, temporary=True)

    def delete_set_aside(self, name: str, table: str, condition: str) -> None:
        """Delete rows by their place, without looking for them in the table."""
        self.execute(f"delete from {table} where rowid in (select {PLACE} from {name} where {condition})")

    def row_hash(self, columns: str) -> str:
        """Write DuckDB's hash."""
        return f"hash({columns})"

    def copy_to_parquet(self, sql: str, path: Path, *, is_ordered: bool = True) -> int:
        """Write a query's rows to one Parquet file."""
        escaped = str(path).replace("'", "''")
        return int(self.scalar(f"copy ({sql}) to '{escaped}' ({PARQUET}, preserve_order {str(is_ordered).lower()})"))

    def index(self, table: str, columns: Sequence[str]) -> None:
        """Do nothing: the smallest and largest values that DuckDB keeps of each block are enough."""

    def expect_whole_tables(self) -> None:
        """Do nothing: DuckDB looks nothing up row by row."""

    def use_all_memory(self) -> None:
        """Let DuckDB keep as much of what it reads as the settings say, until the database is closed."""
        self.execute(f"set memory_limit = '{self._memory}'")

    def compact(self) -> None:
        """Let the next checkpoints put pieces of tables together, as many at a time as DuckDB would by itself."""
        self.execute("reset global max_vacuum_tasks")

    def analyze(self, table: str) -> None:
        """Do nothing: DuckDB keeps its statistics up to date."""

    def roll_back(self) -> None:
        """Undo the transaction."""
        try:
            self._connection.rollback()
        except duckdb.Error:
            return


def _found(table: str, conditions: Sequence[str]) -> str:
    """Write the condition that a row is one of those that meet a condition: reading only the columns of each."""
    return f"rowid in ({' union all '.join(f'select rowid from {table} where {one}' for one in conditions)})"


def _megabytes(memory: str) -> int:
    return int(memory[:-2]) * (1000 if memory.endswith("GB") else 1)


def _prepare(driver: Any, _record: object) -> None:
    """Set up a new connection: UTC, and the functions that the tables use."""
    cursor = driver.cursor()
    cursor.execute("set timezone = 'UTC'")
    cursor.execute(f"set dynamic_or_filter_threshold = {FEW}")
    cursor.execute(PRELUDE.read_text("utf-8"))
    cursor.close()
