"""What every engine's session can do: one transaction on the warehouse, with queries and bulk data as Arrow tables.

Only what the callers may rely on is here. How an engine does it is in ``duck`` and ``postgres``; what the tables mean,
and the SQL that makes them, belongs elsewhere.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from goldline.warehouse.narrowing import select_where

if TYPE_CHECKING:
    import pandas as pd

Parameters = Sequence[object] | Mapping[str, object]
Columns = list[tuple[str, str]]
Types = Callable[[], Mapping[str, Columns]]
Engine = Literal["duckdb", "postgresql"]
Readers = Callable[[], AbstractContextManager[list["Session"]]]


class Session(ABC):
    """One transaction. Table names are ``schema.name`` from Goldline's own catalogue.

    Parameters are ``?`` with a sequence or ``$name`` with a mapping. Types of columns are DuckDB's, in lower case
    (``varchar``, ``bigint``, ``decimal(18,4)``), on every engine.
    """

    engine: Engine

    @abstractmethod
    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement whose result, if any, is not needed."""

    @abstractmethod
    def rows(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Return all rows as Python values (decimals as ``Decimal``)."""

    @abstractmethod
    def arrow(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Return the result as an Arrow table."""

    @abstractmethod
    def insert_arrow(self, table: str, data: pa.Table | pa.RecordBatchReader) -> int:
        """Append an Arrow table, columns matched by name; return the number of rows."""

    @abstractmethod
    def create_from_arrow(self, table: str, data: pa.Table) -> None:
        """Create or replace a table with the rows and types of an Arrow table."""

    @abstractmethod
    def create_as(self, table: str, sql: str, *, temporary: bool = False, types_of: str | None = None) -> None:
        """Create or replace a table from a select.

        Args:
            table: Its name.
            sql: The select.
            temporary: Whether the table ends with the session.
            types_of: A table of the catalogue that has the same columns; by default the table itself. Where the engine
                would choose other types than DuckDB, the table gets the types that DuckDB gives this one.
        """

    @abstractmethod
    def create_view(self, view: str, sql: str) -> None:
        """Create or replace a view, whatever columns it had."""

    @abstractmethod
    def describe(self, sql: str) -> Columns:
        """Return (name, type) of each column that a select gives."""

    @abstractmethod
    def columns(self, table: str) -> Columns:
        """Return (name, type) of each column in order; empty where the table does not exist."""

    def few(self, table: str, *conditions: str) -> str:
        """Write the select of a large table's few rows that meet one of some conditions, read without the others."""
        return select_where(table, *conditions)

    def set_aside(self, name: str, table: str, condition: str) -> None:
        """Copy the few rows of a large table that meet a condition to a temporary table."""
        self.create_as(name, self.few(table, condition), temporary=True)

    def delete_set_aside(self, name: str, table: str, condition: str) -> None:  # noqa: ARG002 - an index finds them, too
        """Delete the rows that meet a condition from a table, all of which were set aside in this transaction."""
        self.execute(f"delete from {table} where {condition}")

    @abstractmethod
    def row_hash(self, columns: str) -> str:
        """Write an expression over some columns, separated by commas: 64 bits that equal rows have in common."""

    @abstractmethod
    def copy_to_parquet(self, sql: str, path: Path, *, is_ordered: bool = True) -> int:
        """Write a query's rows to one Parquet file, in the query's order if it has one; return the number of rows."""

    @abstractmethod
    def roll_back(self) -> None:
        """Undo the transaction; a connection that has already lost it is left alone."""

    def scalar(self, sql: str, parameters: Parameters | None = None) -> Any:
        """Return the first column of the first row, or None where there is no row."""
        found = self.rows(sql, parameters)
        return found[0][0] if found else None

    def frame(self, sql: str, parameters: Parameters | None = None) -> pd.DataFrame:
        """Return the result as a pandas data frame (Arrow types, so that decimals and nulls stay exact)."""
        import pandas as pd

        return self.arrow(sql, parameters).to_pandas(types_mapper=pd.ArrowDtype)

    def has_table(self, table: str) -> bool:
        """Say whether the table exists."""
        return bool(self.columns(table))

    @abstractmethod
    def index(self, table: str, columns: Sequence[str]) -> None:
        """Make look-ups by these columns fast; does nothing where the engine needs no index for that."""

    @abstractmethod
    def expect_whole_tables(self) -> None:
        """Tell the planner that the rest of the transaction joins whole tables; does nothing where it knows."""

    @abstractmethod
    def use_all_memory(self) -> None:
        """Say that many rows will be read or made; does nothing on a server.

        An engine inside this process may then keep all that its settings allow. Before, it keeps little: a night reads
        most blocks once, and reading one again costs less than memory that the process has not used yet.
        """

    @abstractmethod
    def compact(self) -> None:
        """Have the pieces of tables put together when the database is closed next; does nothing on a server."""

    @abstractmethod
    def analyze(self, table: str) -> None:
        """Tell the engine's planner what a table holds now; does nothing where it knows by itself."""
