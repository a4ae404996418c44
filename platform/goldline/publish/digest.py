"""What a table holds, in a few numbers: rows, exact sums of its decimals, and a digest of its content.

The digest does not depend on the order of the rows, counts a row as often as it occurs, and tells null from an empty
text. It is made of sums over the hashes of the rows, so that the numbers of a table are those of its parts added up,
and the database computes them in one pass. The hash is DuckDB's: digests are compared between equal versions of it
only (``MADE_BY``). Where tables are kept is not known here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from goldline.warehouse.engine import Session

Column = tuple[str, str]
Rows = Callable[[str], list[tuple[Any, ...]]]
MADE_BY = "duckdb " + ".".join(duckdb.__version__.split(".")[:2])


@dataclass(frozen=True)
class Content:
    """The numbers of a table or of a part of one.

    Attributes:
        rows: Number of rows.
        hashes: Two sums over the rows' hashes.
        sums: The exact total of each decimal column.
    """

    rows: int = 0
    hashes: tuple[int, int] = (0, 0)
    sums: dict[str, Decimal] = field(default_factory=dict)

    def digest(self, columns: Sequence[Column], *, operational: frozenset[str] = frozenset()) -> str:
        """Return the digest of a table with these columns and this content."""
        kept = [(name, kind.lower()) for name, kind in columns if name not in operational]
        return hashlib.sha256(json.dumps([kept, self.rows, *self.hashes]).encode()).hexdigest()


def total(parts: Iterable[Content]) -> Content:
    """Add up the parts of a table."""
    rows, first, second = 0, 0, 0
    sums: dict[str, Decimal] = {}
    for part in parts:
        rows, first, second = rows + part.rows, first + part.hashes[0], second + part.hashes[1]
        for name, amount in part.sums.items():
            sums[name] = sums.get(name, Decimal(0)) + amount
    return Content(rows, (first, second), sums)


def measure(
    rows: Rows, source: str, columns: Sequence[Column], *, operational: frozenset[str] = frozenset()
) -> Content:
    """Measure a relation.

    Args:
        rows: Runs a query in DuckDB and returns its rows.
        source: What stands behind ``from``.
        columns: (name, type) of the columns.
        operational: Columns that say how a row was loaded, not what it is: left out of the hashes.
    """
    kept = ", ".join(_hashed(name, kind) for name, kind in columns if name not in operational) or "0"
    decimals = [name for name, kind in columns if kind.lower().startswith("decimal")]
    sums = "".join(f", sum({_quoted(name)})" for name in decimals)
    query = (
        "select count(*), sum(cast(row_hash_ as hugeint)), sum(cast(hash(row_hash_, 1) as hugeint))"
        f"{sums} from (select *, hash({kept}) as row_hash_ from {source})"
    )
    count, first, second, *totals = rows(query)[0]
    return Content(
        rows=int(count),
        hashes=(int(first or 0), int(second or 0)),
        sums={name: Decimal(total or 0) for name, total in zip(decimals, totals, strict=True)},
    )


def digest_of(session: Session, table: str, *, operational: frozenset[str] = frozenset()) -> str:
    """Return the digest of a table of a DuckDB warehouse, named ``schema.name``."""
    columns = session.columns(table)
    return measure(session.rows, table, columns, operational=operational).digest(columns, operational=operational)


def _hashed(name: str, kind: str) -> str:
    """Write the value that is hashed: zero has no sign, and an empty list is not null."""
    kind = kind.lower()
    if kind in ("double", "float", "real"):
        return f"{_quoted(name)} + 0"
    is_nested = kind.endswith("]") or kind.startswith(("struct", "map", "union", "list"))
    return f"cast(to_json({_quoted(name)}) as varchar)" if is_nested else _quoted(name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
