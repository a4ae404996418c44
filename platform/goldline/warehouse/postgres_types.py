"""Types of PostgreSQL in the words of DuckDB and of Arrow, and the other way round.

Goldline names types as DuckDB does; what is stored must not depend on the engine. Moving data is in ``postgres_copy``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

# By type OID: the name in DuckDB, and the type in Arrow.
_PLAIN: dict[int, tuple[str, pa.DataType]] = {
    16: ("boolean", pa.bool_()),
    20: ("bigint", pa.int64()),
    21: ("smallint", pa.int16()),
    23: ("integer", pa.int32()),
    25: ("varchar", pa.string()),
    700: ("float", pa.float32()),
    701: ("double", pa.float64()),
    1043: ("varchar", pa.string()),
    1082: ("date", pa.date32()),
    1083: ("time", pa.time64("us")),
    1114: ("timestamp", pa.timestamp("us")),
}
_NUMERIC = 1700
_UNNAMED = 705  # a literal whose type nothing has decided: text
_HEADER = 4  # numeric's modifier is precision and scale, above these bytes
_MOST_DIGITS = 38
_NAMES = {"hugeint": "numeric(38,0)", "double": "double precision", "float": "real", "tinyint": "smallint"}
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


def name_of(oid: int, modifier: int) -> str:
    """Return DuckDB's name of a type, by its OID and modifier."""
    if oid == _NUMERIC:
        return "decimal({},{})".format(*digits(modifier)) if modifier >= _HEADER else "decimal"
    return _PLAIN[oid][0] if oid in _PLAIN else "varchar"


def digits(modifier: int) -> tuple[int, int]:
    """Return precision and scale of a numeric's modifier."""
    return (modifier - _HEADER) >> 16, (modifier - _HEADER) & 0x7FF


def arrow_of(described: Iterable[Any]) -> dict[str, pa.DataType]:
    """Return the Arrow types of a cursor's columns; a numeric without declared digits is left out."""
    found: dict[str, pa.DataType] = {}
    for column in described:
        if column.type_code != _NUMERIC:
            found[column.name] = _PLAIN.get(column.type_code, ("", pa.string()))[1]
        elif 0 < (column.precision or 0) <= _MOST_DIGITS:
            found[column.name] = pa.decimal128(column.precision, column.scale)
    return found


def described_name(column: Any) -> str:
    """Return DuckDB's name of the type of a cursor's column."""
    if column.type_code == _NUMERIC:
        return f"decimal({column.precision},{column.scale})" if column.precision else "decimal"
    return name_of(column.type_code, -1)


def declared(kind: str) -> str:
    """Return PostgreSQL's name of a type that DuckDB names."""
    if found := _DECIMAL.fullmatch(kind):
        return f"numeric({found[1]},{found[2]})"
    return _NAMES.get(kind, kind)


def declared_arrow(kind: pa.DataType) -> str:
    """Return PostgreSQL's name of an Arrow type.

    Raises:
        TypeError: There is none that holds its values exactly.
    """
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision},{kind.scale})"
    if pa.types.is_large_string(kind) or pa.types.is_null(kind) or pa.types.is_dictionary(kind):
        return "varchar"
    for name, plain in reversed(_PLAIN.values()):
        if plain == kind:
            return declared(name)
    if pa.types.is_integer(kind) or pa.types.is_timestamp(kind):
        return "bigint" if pa.types.is_integer(kind) else "timestamp"
    raise TypeError(f"no PostgreSQL type for Arrow's {kind}")
