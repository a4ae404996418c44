"""One open mart: what is known of its data, and the running of statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from goldline.errors import GoldlineError
from goldline.metrics import mart
from goldline.metrics.engine import Engine
from goldline.metrics.facts import Facts
from goldline.metrics.model import Registry
from goldline.metrics.period import Period
from goldline.metrics.plan import Statement
from goldline.metrics.scope import Scope
from goldline.metrics.spend import read_spend
from goldline.publish.manifest import Manifest
from goldline.settings import Settings

_ATTEMPTS = 3
_NO_DAY = date(1970, 1, 1)


class OpenMart:
    """One open mart with what is known of its data."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, manifest: Manifest, registry: Registry, home: Path
    ) -> None:
        self.connection, self.manifest = connection, manifest
        first_day, last_day, lapse_days = self._rows("select first_day, last_day, lapse_days from about")[0]
        predicted = self._rows("select count(*) from prediction")[0][0]
        self._within: dict[tuple[str, Scope], frozenset[str] | None] = {}
        self.labels: dict[str, dict[str, str]] = {}
        for dimension, value, label in self._rows("select dimension, value, label from member"):
            self.labels.setdefault(dimension, {})[value] = label
        members = {name: frozenset(labels) for name, labels in self.labels.items()}
        self.facts = Facts(
            first_day=first_day or _NO_DAY,
            as_of=last_day or _NO_DAY,
            members=members,
            open_shops=self._open_shops,
            spend=lambda: read_spend(home),
            lapse_days=int(lapse_days),
            has_prediction=bool(predicted),
        )
        self.engine = Engine(registry, self.facts, self.run)

    def run(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Run a statement, in a cursor of its own."""
        with self.connection.cursor() as cursor:
            return cursor.execute(statement.sql, statement.values).fetchall()

    def members_within(self, dimension: str, scope: Scope) -> frozenset[str] | None:
        """Return the members of a dimension that a limited reader may see, the own shops among them; None for all."""
        key = (dimension, scope)
        if key not in self._within:
            found = self.engine.members_within(dimension, scope)
            own = scope.stores or frozenset() if dimension == "shop" else frozenset()
            self._within[key] = None if found is None else found | own
        return self._within[key]

    def _rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            return cursor.execute(sql, list(values)).fetchall()

    def _open_shops(self, period: Period, previous: Period) -> frozenset[str]:
        """Return the shops that were open from the first day of both periods to the last."""
        found = self._rows(
            "select shop from shop where opened_on <= ? and coalesce(closed_on, date '9999-12-31') >= ?",
            [min(period.start, previous.start), max(period.last, previous.last)],
        )
        return frozenset(str(shop) for (shop,) in found)


def open_mart(settings: Settings, registry: Registry) -> OpenMart:
    """Open the mart of the current version; it is made if it is not there.

    Raises:
        GoldlineError: Nothing has been published yet.
    """
    for attempt in range(_ATTEMPTS):
        path, manifest = mart.ensure(settings)
        try:
            connection = mart.open_read_only(path, memory=settings.memory, threads=settings.threads)
        except duckdb.IOException:
            if path.exists() or attempt == _ATTEMPTS - 1:
                raise
            continue
        return OpenMart(connection, manifest, registry, settings.home)
    raise GoldlineError("the mart is removed as soon as it is made", where=str(mart.folder_of(settings)))
