"""Proving that a table is what a full build would make it now, row by row.

Increments promise it; this holds them to it. It reads the tables upstream as they are, so that each table answers for
its own increment. When it runs, and who is told, is the caller's business.
"""

from __future__ import annotations

from dataclasses import dataclass

from goldline.build.builder import difference
from goldline.build.increment import increment_of
from goldline.intake.rules import identifier
from goldline.settings import Settings
from goldline.warehouse.engine import Session
from goldline.warehouse.tables import TableFile, make

MAX_NAMED = 20


@dataclass(frozen=True)
class Difference:
    """How a table differs from a full build.

    Attributes:
        table: The table's full name.
        missing: Rows that a full build has and the table has not.
        extra: Rows that the table has and a full build has not.
        units: The first units (an order, a customer) with such rows, as ``column = value``.
    """

    table: str
    missing: int
    extra: int
    units: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether the table is what a full build would make it."""
        return not (self.missing or self.extra)

    def __str__(self) -> str:
        """Say it in one line."""
        if self.is_equal:
            return f"{self.table}: equal to a full build"
        named = f", e.g. {'; '.join(self.units[:3])}" if self.units else ""
        return f"{self.table}: {self.missing} rows are missing and {self.extra} too many{named}"


def verify(session: Session, table: TableFile, settings: Settings) -> Difference:
    """Compare a table with a full build of it from the tables that it reads.

    Rows are compared by their hashes first: putting millions of rows of a hundred columns side by side takes more
    memory than making them.
    """
    session.use_all_memory()
    session.expect_whole_tables()
    make(session, table, settings, "fresh", like=table.table)
    columns = ", ".join(identifier(name) for name, _ in session.columns(table.table))
    row_hash = session.row_hash(columns)
    hashes = f"select {row_hash} as row_hash, 1 as side from fresh union all select {row_hash}, -1 from {table.table}"
    differing = f"select row_hash from ({hashes}) as hashes group by row_hash having sum(side) <> 0"
    session.create_as("differing", differing, temporary=True)
    fresh, there = (
        f"(select * from {name} where {row_hash} in (select row_hash from differing)) as differing_rows"
        for name in ("fresh", table.table)
    )
    session.create_as("difference", difference(columns, fresh, there), temporary=True)
    missing, extra = session.rows(
        "select coalesce(sum(case when change_sign > 0 then 1 else 0 end), 0),"
        " coalesce(sum(case when change_sign < 0 then 1 else 0 end), 0) from difference"
    )[0]
    units = _units(session, table) if missing or extra else ()
    session.execute("; ".join(f"drop table {name}" for name in ("fresh", "differing", "difference")))
    return Difference(table.table, int(missing), int(extra), units)


def _units(session: Session, table: TableFile) -> tuple[str, ...]:
    increment = increment_of(table.path)
    names = increment.unit if increment else tuple(name for name, _ in session.columns(table.table))[:2]
    chosen = ", ".join(map(identifier, names))
    rows = session.rows(f"select distinct {chosen} from difference order by {chosen} limit {MAX_NAMED}")
    return tuple(", ".join(f"{name} = {value}" for name, value in zip(names, row, strict=True)) for row in rows)
