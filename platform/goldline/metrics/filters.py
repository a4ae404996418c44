"""The filters of a board, one to one with the query string of its address.

Here is the form of each filter and its reading and writing. Which rows a filter keeps is decided by the query builder,
which days a year or a month stands for by ``period``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, Protocol, runtime_checkable
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from goldline.errors import GoldlineError

Grain = Literal["day", "week", "month", "year"]
Comparison = Literal["previous", "last_year", "none"]
MEMBERS = ("shop", "channel", "country", "staff", "department", "category", "subcategory", "brand", "product")
_NAMES = {"start": "from", "end": "to"}
_REMEDIES = {
    "year": "write a year such as year=2026",
    "month": "write a month from 1 to 12 beside the year, such as year=2026&month=3",
    "from": "write a date such as from=2026-03-28",
    "to": "write a date such as to=2026-03-28, not before the first one",
    "every": "write one of day, week, month, year",
    "compare": "write one of previous, last_year, none",
    "like_for_like": "write like_for_like=true or leave it out",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST = 500


@runtime_checkable
class Items(Protocol):
    """What a web framework gives for a query string: keys may come several times."""

    def multi_items(self) -> Iterable[tuple[str, str]]:
        """Return every key with its value, in order."""


class Filters(BaseModel):
    """What is asked for; hashable, so that answers can be kept by it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int | None = Field(None, ge=1900, le=2999)
    month: int | None = Field(None, ge=1, le=12)
    start: date | None = None
    end: date | None = None
    shop: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    subcategory: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    every: Grain | None = None
    compare: Comparison = "previous"
    like_for_like: bool = False

    @field_validator(*MEMBERS, mode="after")
    @classmethod
    def _canonical(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        kept = tuple(sorted({value for value in values if value}))
        if len(kept) > _MOST or any(len(value) > 200 or "\x00" in value for value in kept):
            raise ValueError(f"at most {_MOST} values of at most 200 characters")
        return kept

    @model_validator(mode="after")
    def _fits(self) -> Filters:
        if self.month is not None and self.year is None:
            raise _problem("month", "a month needs its year")
        if self.year is not None and (self.start or self.end):
            raise _problem("year", "either a year or dates, not both")
        if self.start and self.end and self.end < self.start:
            raise _problem("to", "the last day is before the first")
        return self

    @classmethod
    def from_query(
        cls, query: Items | Mapping[str, Sequence[str] | str], *, ignore: frozenset[str] = frozenset()
    ) -> Filters:
        """Read a query string that was taken apart.

        Args:
            query: Values by key; a key may have several.
            ignore: Keys that mean something to the caller only, such as ``lang``.

        Raises:
            GoldlineError: A key is unknown or a value has the wrong form; the message names the key.
        """
        given: dict[str, list[str]] = {}
        for key, value in _items(query):
            if key not in ignore:
                given.setdefault(key, []).append(value)
        return cls._checked({_field(key): _value(key, values) for key, values in given.items() if any(values)})

    def to_query(self) -> str:
        """Write the query string: only what differs from the defaults, in alphabetical order."""
        return urlencode(sorted(self._pairs()))

    def with_(self, **changes: Any) -> Filters:
        """Return a copy with other values, checked like the first.

        Raises:
            GoldlineError: A value has the wrong form.
        """
        return self._checked({**self.model_dump(), **changes})

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The filters that name members of a dimension, those that are set."""
        return {name: values for name in MEMBERS if (values := getattr(self, name))}

    @classmethod
    def _checked(cls, values: Mapping[str, Any]) -> Filters:
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            key = _NAMES.get(str(first["loc"][0]), str(first["loc"][0])) if first["loc"] else "filters"
            what = str(first["msg"]).removeprefix("Value error, ")
            raise _problem(key, what[:1].lower() + what[1:]) from None

    def _pairs(self) -> Iterable[tuple[str, str]]:
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if value == field.default:
                continue
            for one in value if isinstance(value, tuple) else (value,):
                yield _NAMES.get(name, name), str(one).lower() if isinstance(one, bool) else str(one)


def _items(query: Items | Mapping[str, Sequence[str] | str]) -> Iterable[tuple[str, str]]:
    if isinstance(query, Items):
        yield from query.multi_items()
        return
    for key, values in query.items():
        for value in (values,) if isinstance(values, str) else values:
            yield key, value


def _field(key: str) -> str:
    names = {shown: name for name, shown in _NAMES.items()}
    known = [name for name in Filters.model_fields if name not in _NAMES]
    if key in names or key in known:
        return names.get(key, key)
    raise GoldlineError(
        f"there is no filter {key[:40]!r}", where="filters", remedy=f"filters: {', '.join(sorted([*known, *names]))}"
    )


def _value(key: str, values: list[str]) -> Any:
    if key in MEMBERS:
        return tuple(values)
    kept = {value for value in values if value}
    if len(kept) > 1:
        raise _problem(key, "it is given twice")
    value = kept.pop()
    if key in _NAMES.values() and not _DATE.fullmatch(value):
        raise _problem(key, "not a date")
    if key in ("year", "month") and not (value.isascii() and value.isdigit() and len(value) <= 4):
        raise _problem(key, "not a number")
    return value


def _problem(key: str, what: str) -> GoldlineError:
    remedy = _REMEDIES.get(key, f"write it as {key}=value; several values: the key several times")
    return GoldlineError(what, where=f"filter {key}", remedy=remedy)
