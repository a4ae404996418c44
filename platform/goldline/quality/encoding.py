"""Values as pandas can compare them exactly: decimals, dates and instants become whole numbers.

Great Expectations turns decimal bounds into floats (0.10 is then below a minimum of 0.10). So a
``decimal(18,2)`` is compared in hundredths, a date in days and an instant in microseconds; nothing is
rounded. Text stays text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from goldline.errors import GoldlineError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DECIMAL = re.compile(r"decimal\(\d+,\s*(\d+)\)")
_INTEGERS = frozenset(
    {"tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint"}
)
_FLOATS = frozenset({"double", "float", "real"})


class Encoding:
    """How the values of a column are compared.

    Args:
        kind: The column's type in the warehouse.
        scale: For decimals, the digits to count in when it is more than the column's own.
    """

    def __init__(self, kind: str, *, scale: int | None = None) -> None:
        """Remember the type; nothing is looked up."""
        self.kind = kind
        decimal = _DECIMAL.fullmatch(kind)
        self.scale = None if decimal is None else max(int(decimal[1]), scale or 0)

    def sql(self, column: str) -> str:
        """Write the SQL that encodes a (quoted) column."""
        if self.scale is not None:
            return f"cast({column} * {10**self.scale} as decimal(38, 0))"
        if self.kind == "date":
            return f"({column} - date '1970-01-01')"
        if self.kind.startswith("timestamp"):
            return f"epoch_us({column})"
        if self.kind.startswith("enum"):
            return f"cast({column} as varchar)"
        return f"case when isnan({column}) then null else {column} end" if self.kind in _FLOATS else column

    def require_text(self, column: str) -> None:
        """Refuse a column that is not text.

        Raises:
            GoldlineError: The column holds something else.
        """
        if self.kind != "varchar":
            raise GoldlineError(f"the expectation is about text; {column} is {self.kind}")

    def member(self, value: object) -> object | None:
        """Encode one value of a set; None where no value of the column can equal it."""
        number = self._number(value)
        if number is None:
            return value
        return int(number) if number.denominator == 1 else None

    def members(self, values: Iterable[object]) -> list[object]:
        """Encode a set of values."""
        return [encoded for value in values if (encoded := self.member(value)) is not None]

    def bounds(self, arguments: dict[str, object]) -> dict[str, object]:
        """Encode ``min_value`` and ``max_value``; a bound between two steps moves to the next step inside."""
        encoded = dict(arguments)
        for name, strict, inward in (
            ("min_value", "strict_min", math.ceil),
            ("max_value", "strict_max", math.floor),
        ):
            number = None if name not in arguments else self._number(arguments[name])
            if number is not None:
                encoded[name] = inward(number)
                if number.denominator != 1:
                    encoded[strict] = False
        return encoded

    def _number(self, value: object) -> Fraction | None:
        """The value in whole steps of the column, or None for a column that is compared as it is."""
        if self.scale is not None or self.kind in _INTEGERS:
            steps: Fraction = _exact(value, self.kind) * 10 ** (self.scale or 0)
            return steps
        if self.kind == "date":
            return Fraction((_day(value, self.kind) - _EPOCH.date()).days)
        if self.kind.startswith("timestamp"):
            return Fraction((_instant(value, self.kind) - _EPOCH) // timedelta(microseconds=1))
        _same_family(value, self.kind)
        return None


def _exact(value: object, kind: str) -> Fraction:
    try:
        return Fraction(Decimal(str(value)))
    except (InvalidOperation, ValueError, OverflowError):
        raise _mismatch(value, kind) from None


def _day(value: object, kind: str) -> date:
    try:
        return value if type(value) is date else date.fromisoformat(str(value))
    except ValueError:
        raise _mismatch(value, kind) from None


def _instant(value: object, kind: str) -> datetime:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise _mismatch(value, kind) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _same_family(value: object, kind: str) -> None:
    if kind == "boolean":
        fits = isinstance(value, bool)
    elif kind in _FLOATS:
        fits = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    else:
        fits = isinstance(value, str)
    if not fits:
        raise _mismatch(value, kind)


def _mismatch(value: object, kind: str) -> GoldlineError:
    return GoldlineError(
        f"{value!r} of the suite cannot be compared with a {kind} column",
        remedy="write a value of the column's type (text in quotes)",
    )
