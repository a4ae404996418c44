"""What the members of a dimension are called: months and weekdays in words, shops by their names, the rest as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from babel import Locale

from goldline.boards.format import format_cell, format_month_name, format_time, format_weekday
from goldline.boards.model import Language
from goldline.boards.words import word

if TYPE_CHECKING:
    from goldline.metrics.scope import Scope
    from goldline.metrics.store import Store

_MONTHS = ("cohort", "month_end")


class Labels:
    """The names of members for one reader."""

    def __init__(self, store: Store, scope: Scope, language: Language) -> None:
        """Keep where names come from; they are looked up when they are needed."""
        self._store, self._scope, self._language = store, scope, language
        self._names: dict[str, Mapping[str, str]] = {}

    def of(self, dimension: str, value: object, grain: str = "month") -> str:
        """Return a member's name."""
        if dimension == "time" and isinstance(value, date):
            return format_time(value, grain, self._language)
        if dimension in _MONTHS and isinstance(value, date):
            return format_time(value, "month", self._language)
        if dimension == "month_of_year" and isinstance(value, int):
            return format_month_name(value, self._language)
        if dimension == "weekday" and isinstance(value, int):
            return format_weekday(value, self._language)
        if value is None or value == "":
            return word("value.unknown", self._language)
        return self._word(dimension, str(value)) if isinstance(value, str) else format_cell(value, self._language)

    def _word(self, dimension: str, value: str) -> str:
        if dimension == "country" and value in self._countries:
            return self._countries[value]
        return self._named(dimension).get(value, value)

    def names(self, dimension: str) -> Mapping[str, str]:
        """Return the names of the members that the reader may choose."""
        return dict(self._store.choices(dimension, self._scope, self._language))

    def _named(self, dimension: str) -> Mapping[str, str]:
        if dimension not in self._names:
            self._names[dimension] = self._looked_up(dimension)
        return self._names[dimension]

    def _looked_up(self, dimension: str) -> Mapping[str, str]:
        """Return every name; for a limited reader those in sight, so that a guessed key stays a key."""
        if dimension not in self._store.registry.dimensions:
            return {}
        if self._scope.is_limited or (dimension == "staff" and not self._scope.staff_figures):
            return self.names(dimension)
        return self._store.labels(dimension, self._language)

    @cached_property
    def _countries(self) -> Mapping[str, str]:
        return dict(Locale.parse(self._language).territories)
