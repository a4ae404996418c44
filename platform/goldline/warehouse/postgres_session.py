"""One transaction on PostgreSQL: queries, bulk data by COPY, tables with DuckDB's types.

How the connection is made, and who may write, is in ``postgres`` and ``postgres_lease``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq

from goldline.errors import GoldlineError
from goldline.warehouse.postgres_copy import copied_out, copy_in, quoted, with_numbers
from goldline.warehouse.postgres_errors import lost_while_committing, translated
from goldline.warehouse.postgres_lease import PostgresLease
from goldline.warehouse.postgres_parameters import in_psycopg
from goldline.warehouse.postgres_types import arrow_of, declared, declared_arrow, described_name, name_of
from goldline.warehouse.session import Columns, Parameters, Session

_ROW_GROUP = 122_880  # DuckDB's
_BIG_LOAD = 500  # rows; smaller ones don't change what the planner knows


class PostgresSession(Session):
    """One transaction on PostgreSQL."""

    engine = "postgresql"

    def __init__(
        self, connection: Any, *, where: str, lease: PostgresLease | None, types_of: Callable[[str], Columns | None]
    ) -> None:
        """Wrap the driver's connection.

        Args:
            connection: The driver's connection.
            where: The server and database, without a password.
            lease: What each transaction is held to.
            types_of: Gives the columns and types that a table of the catalogue has on DuckDB.
        """
        self._connection, self._where, self._lease, self._types_of = connection, where, lease, types_of
        self._cursor = connection.cursor()

    def begin(self) -> None:
        """Hold the transaction to the writer's lease."""
        with self._errors():
            if self._lease:
                self._lease.check_in(self._cursor)

    def commit(self) -> None:
        """Commit, and tell when nobody knows whether it was."""
        try:
            self._connection.commit()
        except psycopg2.Error as error:
            if self._connection.closed or not error.pgcode:
                raise lost_while_committing(self._where) from None
            raise translated(error, where=self._where) from None

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement, or several without parameters."""
        with self._errors():
            if parameters:
                self._cursor.execute(*in_psycopg(sql, parameters))
            else:
                self._cursor.execute(sql)

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Return all rows."""
        self.execute(sql, parameters)
        with self._errors():
            found: list[tuple[Any, ...]] = self._cursor.fetchall()
        return found

    def arrow(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Return the result as an Arrow table."""
        sql = self._filled(sql, parameters)
        names, types = self._described(sql)
        schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
        with self._errors(), copied_out(self._cursor, sql, names, types) as batches:
            table = pa.Table.from_batches(list(batches), schema)
        return with_numbers(table, types)

    def insert_arrow(self, table: str, data: pa.Table | pa.RecordBatchReader) -> int:
        """Append an Arrow table, columns matched by name."""
        with self._errors():
            rows = copy_in(self._cursor, table, data)
        if rows >= _BIG_LOAD:
            self.analyze(table)
        return rows

    def create_from_arrow(self, table: str, data: pa.Table) -> None:
        """Create or replace a table with the rows and types of an Arrow table."""
        self._create(table, [(field.name, declared_arrow(field.type)) for field in data.schema])
        self.insert_arrow(table, data)

    def create_as(self, table: str, sql: str, *, temporary: bool = False, types_of: str | None = None) -> None:
        """Create or replace a table from a select, with the types that DuckDB would give it."""
        columns = self._types_of(types_of or table) if types_of or not temporary else None
        if columns is None:
            self.execute(f"drop table if exists {'pg_temp.' if temporary else ''}{table} cascade")
            self.execute(f"create {'temporary ' if temporary else ''}table {table} as {sql}")
        else:
            self._create(table, [(name, declared(kind)) for name, kind in columns], temporary=temporary)
            # the planner takes a row's newest version for one row in 200, and would then go through tables row by row
            self.execute("set local enable_nestloop = off")
            self.execute(f"insert into {table} {sql}")
            self.execute("set local enable_nestloop = on")
        self.analyze(table)

    def create_view(self, view: str, sql: str) -> None:
        """Create or replace a view; one that is the same already is left alone, so that nobody waits for its lock."""
        digest = sha256(sql.encode()).hexdigest()
        if self.scalar("select obj_description(to_regclass(?), 'pg_class')", [view]) == digest:
            return
        if self.columns(view) != self.describe(sql):  # only then what others have built on it must go
            self.execute(f"drop view if exists {view} cascade")
        self.execute(f"create or replace view {view} as {sql}")
        self.execute(f"comment on view {view} is '{digest}'")

    def describe(self, sql: str) -> Columns:
        """Return (name, type) of each column that a select gives."""
        self.execute(f"select * from ({sql}) as described limit 0")
        return [(column.name, described_name(column)) for column in self._cursor.description]

    def columns(self, table: str) -> Columns:
        """Return (name, type) of each column in order; empty where the table does not exist."""
        found = self.rows(
            "select attname, atttypid::bigint, atttypmod from pg_attribute"
            " where attrelid = to_regclass(?) and attnum > 0 and not attisdropped order by attnum",
            [table],
        )
        return [(name, name_of(int(oid), modifier)) for name, oid, modifier in found]

    def row_hash(self, columns: str) -> str:
        """Write the hash of a record."""
        return f"hash_record_extended(row({columns}), 0)"

    def copy_to_parquet(self, sql: str, path: Path, *, is_ordered: bool = True) -> int:  # noqa: ARG002 - always is
        """Write a query's rows to one Parquet file, a row group at a time."""
        names, types = self._described(sql)
        if unknown := [name for name in names if name not in types]:
            raise GoldlineError(
                f"columns without a declared number of digits: {', '.join(unknown)}",
                where=str(path.name),
                remedy="cast them in the table's SQL, e.g. to decimal(18,4)",
            )
        schema = pa.schema([(name, types[name]) for name in names])
        rows = 0
        with (
            self._errors(),
            copied_out(self._cursor, sql, names, types) as batches,
            pq.ParquetWriter(path, schema, compression="zstd", store_decimal_as_integer=True) as writer,
        ):
            for group in _row_groups(batches, schema):
                writer.write_table(group, row_group_size=_ROW_GROUP)
                rows += group.num_rows
        return rows

    def index(self, table: str, columns: Sequence[str]) -> None:
        """Make look-ups by these columns fast."""
        digest = sha256(f"{table}|{columns}".encode()).hexdigest()[:12]
        name = f"{table.rpartition('.')[2][:40]}_{digest}"
        self.execute(f"create index if not exists {name} on {table} ({', '.join(map(quoted, columns))})")

    def expect_whole_tables(self) -> None:
        """Look nothing up row by row: the planner takes the newest versions of a million rows for a handful."""
        self.execute("set local enable_nestloop = off")

    def use_all_memory(self) -> None:
        """Do nothing: the server has its own settings."""

    def compact(self) -> None:
        """Do nothing: the server does so by itself."""

    def analyze(self, table: str) -> None:
        """Tell the planner what a table holds now."""
        self.execute(f"analyze {table}")

    def roll_back(self) -> None:
        """Undo the transaction; a connection that is lost is left alone."""
        try:
            self._connection.rollback()
        except psycopg2.Error:
            return

    def _create(self, table: str, columns: Sequence[tuple[str, str]], *, temporary: bool = False) -> None:
        listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
        self.execute(f"drop table if exists {'pg_temp.' if temporary else ''}{table} cascade")
        self.execute(f"create {'temporary ' if temporary else ''}table {table} ({listed})")

    def _filled(self, sql: str, parameters: Parameters | None) -> str:
        """Let the driver write the values into a select that COPY carries out, which takes none."""
        if not parameters:
            return sql
        with self._errors():
            filled: bytes = self._cursor.mogrify(*in_psycopg(sql, parameters))
        return filled.decode()

    def _described(self, sql: str) -> tuple[list[str], dict[str, pa.DataType]]:
        self.execute(f"select * from ({sql}) as described limit 0")
        described = self._cursor.description
        return [column.name for column in described], arrow_of(described)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg2.Error as error:
            raise translated(error, where=self._where) from None


def _row_groups(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Join batches to the size of a row group."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while sum(one.num_rows for one in held) >= _ROW_GROUP:
            joined = pa.Table.from_batches(held, schema)
            yield joined.slice(0, _ROW_GROUP)
            held = joined.slice(_ROW_GROUP).to_batches()
    if held:
        yield pa.Table.from_batches(held, schema)
