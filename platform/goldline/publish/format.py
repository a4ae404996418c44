"""How the result of a query is written: a table for the terminal, CSV or JSON for programs.

Values stay exact: decimals keep all their digits, instants are ISO 8601 in UTC, null differs from an empty
text. Files for spreadsheets are not made here.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from rich.table import Table
from rich.text import Text

from goldline.errors import GoldlineError

_NULL = "∅"


def as_table(result: pa.Table, *, title: str | None = None) -> Table:
    """Draw for the terminal; numbers to the right, null as ∅."""
    drawn = Table(title=title)
    for column in result.schema:
        number = pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)
        right = number or pa.types.is_floating(column.type)
        drawn.add_column(Text(column.name), justify="right" if right else "left")
    for row in _rows(result):
        drawn.add_row(*(Text(_NULL, style="dim") if v is None else Text(_written(v)) for v in row))
    return drawn


def as_csv(result: pa.Table) -> str:
    """Write RFC 4180 CSV with a header: null is nothing, an empty text is a pair of quotes."""
    lines = [result.column_names, *_rows(result)]
    return "".join(",".join("" if v is None else _cell(_written(v)) for v in line) + "\r\n" for line in lines)


def as_json(result: pa.Table) -> str:
    """Write a list of objects: decimals as text, dates and instants in ISO 8601.

    Raises:
        GoldlineError: Two columns have the same name.
    """
    twice = [name for name, count in Counter(result.column_names).items() if count > 1]
    if twice:
        raise GoldlineError(
            f"two columns are called {', '.join(twice)}",
            where="query",
            remedy="give one another name with 'as'",
        )
    rows = [dict(zip(result.column_names, map(_json, row), strict=True)) for row in _rows(result)]
    return json.dumps(rows, ensure_ascii=False, indent=2, allow_nan=False)


def _rows(result: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in result.columns), strict=True))


def _cell(text: str) -> str:
    if text and not any(mark in text for mark in ',"\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict | list):
        return json.dumps(_json(value), ensure_ascii=False, allow_nan=False)
    if isinstance(value, date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Decimal) and value.as_tuple().exponent == 0:
        return int(value)
    if isinstance(value, Decimal | date | time | timedelta | bytes):
        return _written(value)
    return value
