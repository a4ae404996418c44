"""The stations of the reconciliation that are whole tables, and their sums beside those of the statement.

A table's sums without any grouping cost next to nothing, so that a row which somebody took out by hand is noticed even
where nothing else of its delivery day is looked at. Naming the row belongs in ``lines``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from goldline.contracts import Contract
from goldline.warehouse.engine import Session

Sums = tuple[Decimal, ...]
MEASURES = ("gross_amount", "net_amount", "tax_amount")
SOLD = {
    "gross_amount": "gross_amount_incl_tax",
    "net_amount": "net_amount_excl_tax",
    "tax_amount": "tax_amount",
}
DAY_NUMBER = "(delivery_date - date '2000-01-01')"  # summed, it tells of a row that was moved to another day
EXCLUDED = {"net_amount": "net_amount_excl_tax", "tax_amount": "net_amount_incl_tax - net_amount_excl_tax"}


@dataclass(frozen=True)
class Station:
    """A table whose rows and amounts the statement also has.

    Attributes:
        name: The station in the statement.
        table: The table.
        measures: The table's expression for each measure that it has.
        source: The source whose rows the table holds, where it is one source's.
        feed: The feed whose rows the table holds, where it is one feed's.
    """

    name: str
    table: str
    measures: dict[str, str]
    source: str = ""
    feed: str = ""

    def differs(self, session: Session) -> bool:
        """Say whether the table and the statement have different sums."""
        return _sums(session, self._table_sql("")) != _sums(session, self._statement_sql(""))

    def differing_days(self, session: Session) -> Iterator[tuple[str, date, Sums]]:
        """Yield (source, delivery day, what the table has less what the statement has)."""
        group = "delivery_date" if self.source else "delivery_date, source_system"
        held = _by_day(session, self._table_sql(group), self.source)
        stated = _by_day(session, self._statement_sql(group), self.source)
        nothing = (Decimal(0),) * (2 + len(self.measures))
        for source, day in sorted(held.keys() | stated.keys()):
            there, said = held.get((source, day), nothing), stated.get((source, day), nothing)
            if there != said:
                yield source, day, tuple(a - b for a, b in zip(there, said, strict=True))

    def _table_sql(self, group: str) -> str:
        sums = ", ".join(f"sum({expression})" for expression in self.measures.values())
        return _grouped(f"count(*), {sums}, sum({DAY_NUMBER})", self.table, group)

    def _statement_sql(self, group: str) -> str:
        sums = ", ".join(f"sum({name})" for name in self.measures)
        conditions = {"station": self.name, "source_system": self.source, "feed": self.feed}
        where = " and ".join(f"{column} = '{value}'" for column, value in conditions.items() if value)
        columns = f"sum(row_count), {sums}, sum(row_count * {DAY_NUMBER})"
        return _grouped(columns, f"control.reconciliation where {where}", group)


def stations(contracts: Iterable[Contract]) -> Iterator[Station]:
    """Yield the stations, from the files' rows to the enriched model."""
    for contract in contracts:
        for feed in contract.feeds.values():
            if feed.totals:
                measures = {name: feed.totals.measures[name] for name in MEASURES}
                yield Station("stored", contract.table(feed.name), measures, contract.source, feed.name)
        if any(feed.totals for feed in contract.feeds.values()):
            yield Station("sales", f"{contract.source}.sales", SOLD, contract.source)
    yield Station("excluded", "merge.unified_exclusions", EXCLUDED)
    yield Station("unified", "merge.unified_sales", SOLD)
    yield Station("enriched", "enriched_model.enriched_model", SOLD)


def _grouped(columns: str, source: str, group: str) -> str:
    return f"select {group}, {columns} from {source} group by {group}" if group else f"select {columns} from {source}"


def _sums(session: Session, sql: str) -> Sums:
    return _exact(session.rows(sql)[0])


def _by_day(session: Session, sql: str, source: str) -> dict[tuple[str, date], Sums]:
    fixed = 1 if source else 2
    return {(source or row[1], row[0]): _exact(row[fixed:]) for row in session.rows(sql)}


def _exact(values: Iterable[object]) -> Sums:
    return tuple(Decimal(str(value or 0)) for value in values)
