"""The filter bar: real selects, checkboxes and dates, with the members that are within the reader's scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import QueryParams

from goldline.boards.format import format_month_name
from goldline.boards.labels import Labels
from goldline.boards.model import Board, Language
from goldline.boards.words import word
from goldline.metrics.filters import MEMBERS, Filters

if TYPE_CHECKING:
    from goldline.metrics.scope import Scope
    from goldline.metrics.store import Store

_SEARCHED_FROM = 10
_MOST = 400


@dataclass(frozen=True)
class Option:
    """One choice."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Menu:
    """A select (one) or a list of checkboxes (many)."""

    name: str
    label: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> tuple[Option, ...]:
        """What is chosen."""
        return tuple(option for option in self.options if option.is_chosen)

    @property
    def is_searched(self) -> bool:
        """Whether there are so many that one searches."""
        return len(self.options) >= _SEARCHED_FROM


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the address without it."""

    name: str
    label: str
    without: str


@dataclass(frozen=True)
class FilterForm:
    """Everything that the filter bar shows."""

    year: Menu
    month: Menu
    compare: Menu
    every: Menu | None
    members: tuple[Menu, ...]
    first: str
    last: str
    oldest: str
    newest: str
    has_like_for_like: bool
    like_for_like: bool
    chips: tuple[Chip, ...]


def read_filters(query: QueryParams, newest_year: int, *, ignore: frozenset[str]) -> Filters:
    """Read the filters as the form sends them: dates win over a year, a month alone is this year's.

    Raises:
        GoldlineError: A key is unknown or a value has the wrong form.
    """
    given: dict[str, list[str]] = {}
    for key, value in query.multi_items():
        if value:
            given.setdefault(key, []).append(value)
    if "from" in given or "to" in given:
        given.pop("year", None)
        given.pop("month", None)
    elif "month" in given:
        given.setdefault("year", [str(newest_year)])
    return Filters.from_query(given, ignore=ignore)


def filter_form(board: Board, filters: Filters, *, store: Store, scope: Scope, language: Language) -> FilterForm:
    """Lay out the filter bar of a board."""
    labels = Labels(store, scope, language)
    names = [name for name in board.filters if name in MEMBERS and (name != "staff" or scope.staff_figures)]
    return FilterForm(
        year=_years(filters, store, language),
        month=_months(filters, language),
        compare=_one("compare", ("previous", "last_year", "none"), filters.compare, language),
        every=_grains(board, filters, language) if "every" in board.filters else None,
        members=tuple(menu for name in names if (menu := _members(name, filters, labels, language)).options),
        first=filters.start.isoformat() if filters.start else "",
        last=filters.end.isoformat() if filters.end else "",
        oldest=store.first_day.isoformat(),
        newest=store.as_of.isoformat(),
        has_like_for_like="like_for_like" in board.filters,
        like_for_like=filters.like_for_like,
        chips=tuple(_chips(board, filters, labels, language)),
    )


def _years(filters: Filters, store: Store, language: Language) -> Menu:
    has_dates = bool(filters.start or filters.end)
    chosen = None if has_dates else filters.year or store.as_of.year
    options = [Option("", word("filters.custom", language), has_dates)] if has_dates else []
    for year in range(store.as_of.year, store.first_day.year - 1, -1):
        is_running = year == store.as_of.year and (store.as_of.month, store.as_of.day) != (12, 31)
        text = word("filters.year_to_date", language, year=year) if is_running else str(year)
        options.append(Option(str(year), text, year == chosen))
    return Menu("year", word("filters.year", language), tuple(options))


def _months(filters: Filters, language: Language) -> Menu:
    options = [Option("", word("filters.all", language), filters.month is None)]
    options += [
        Option(str(month), format_month_name(month, language, short=False), filters.month == month)
        for month in range(1, 13)
    ]
    return Menu("month", word("filters.month", language), tuple(options))


def _one(name: str, values: tuple[str, ...], chosen: str, language: Language) -> Menu:
    keys = {"none": "no_comparison"}
    options = (Option(value, word(f"filters.{keys.get(value, value)}", language), value == chosen) for value in values)
    return Menu(name, word(f"filters.{name}", language), tuple(options))


def _grains(board: Board, filters: Filters, language: Language) -> Menu:
    keys = {"day": "day", "week": "week", "month": "month_grain", "year": "year_grain"}
    chosen = filters.every or board.every
    options = [Option("", word("filters.automatic", language), chosen is None)] if board.every is None else []
    options += [Option(value, word(f"filters.{key}", language), value == chosen) for value, key in keys.items()]
    return Menu("every", word("filters.every", language), tuple(options))


def _members(name: str, filters: Filters, labels: Labels, language: Language) -> Menu:
    chosen: tuple[str, ...] = getattr(filters, name)
    known = labels.names(name)
    values = [value for value in known if value][:_MOST]
    options = (Option(value, labels.of(name, value), value in chosen) for value in values)
    return Menu(name, word(f"filters.{name}", language), tuple(options))


def _chips(board: Board, filters: Filters, labels: Labels, language: Language) -> Iterator[Chip]:
    for name, values in filters.members.items():
        for value in values:
            rest: dict[str, Any] = {name: tuple(other for other in values if other != value)}
            yield Chip(
                word(f"filters.{name}", language), labels.of(name, value), _address(board, filters.with_(**rest))
            )
    if filters.like_for_like:
        without = _address(board, filters.with_(like_for_like=False))
        yield Chip("", word("filters.like_for_like", language), without)


def _address(board: Board, filters: Filters) -> str:
    query = filters.to_query()
    return f"/{board.name}?{query}" if query else f"/{board.name}"
