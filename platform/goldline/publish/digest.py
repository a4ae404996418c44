"""What a table holds, in a few numbers: rows, exact sums of its decimals, and a digest of its content.

The digest does not depend on the order of the rows, counts a row as often as it occurs, and tells null from
an empty text. It is the sum of 128-bit row hashes, so the database computes it in one pass; two tables have
the same digest when they have the same columns and the same rows. Where tables are kept is not known here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goldline.warehouse.engine import Session

Column = tuple[str, str]
Rows = Callable[[str], list[tuple[Any, ...]]]
_FLOATS = frozenset({"double", "float", "real"})
_NESTED = ("struct", "map", "union", "list")


@dataclass(frozen=True)
class Measure:
    """The numbers of one table; ``sums`` has an entry per decimal column."""

    rows: int
    digest: str
    sums: dict[str, Decimal]


def measure(
    rows: Rows, source: str, columns: Sequence[Column], *, operational: frozenset[str] = frozenset()
) -> Measure:
    """Measure a relation.

    Args:
        rows: Runs a query and returns its rows.
        source: What stands behind ``from``.
        columns: (name, type) of the columns.
        operational: Columns that say how a row was loaded, not what it is: left out of the digest.
    """
    kept = [(name, kind.lower()) for name, kind in columns if name not in operational]
    decimals = [name for name, kind in columns if kind.lower().startswith("decimal")]
    sums = "".join(f", sum({_quoted(name)})" for name in decimals)
    query = (
        "select count(*), sum(cast(row_hash_ >> 64 as hugeint)),"
        f" sum(cast(row_hash_ & {2**64 - 1} as hugeint))"
        f"{sums} from (select *, cast(md5_number({_line(kept)}) as uhugeint) as row_hash_ from {source})"
    )
    count, upper, lower, *totals = rows(query)[0]
    content = json.dumps([kept, count, int(upper or 0), int(lower or 0)])
    return Measure(
        rows=int(count),
        digest=hashlib.sha256(content.encode()).hexdigest(),
        sums={name: Decimal(total or 0) for name, total in zip(decimals, totals, strict=True)},
    )


def measure_table(session: Session, table: str, *, operational: frozenset[str] = frozenset()) -> Measure:
    """Measure a table of the warehouse, named ``schema.name``."""
    return measure(session.rows, table, session.columns(table), operational=operational)


def _line(columns: Sequence[Column]) -> str:
    """Write a row as text so that no two rows have the same text.

    First the values that cannot contain a bar, then the length of each text, then the texts one after the
    other. An empty place stands for null.
    """
    texts = [_text(_quoted(name), kind) for name, kind in columns if _is_text(kind)]
    others = [_text(_quoted(name), kind) for name, kind in columns if not _is_text(kind)]
    lengths = [f"strlen({text})" for text in texts]
    places = ["''", *(f"coalesce(cast({place} as varchar), '')" for place in (*others, *lengths))]
    joined = ", ".join(texts) or "''"
    return f"concat(concat_ws('|', {', '.join(places)}), '|', {joined})"


def _is_text(kind: str) -> bool:
    return kind in ("varchar", "json") or kind.startswith(("enum", *_NESTED)) or kind.endswith("]")


def _text(column: str, kind: str) -> str:
    if kind.endswith("]") or kind.startswith(_NESTED):
        return f"cast(to_json({column}) as varchar)"
    if kind == "timestamp with time zone":
        return f"epoch_us({column})"
    if kind in _FLOATS:
        return f"{column} + 0"
    if kind == "blob":
        return f"hex({column})"
    return column if kind in ("varchar", "json") else f"cast({column} as varchar)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
