"""A small warehouse in memory: shops, deliveries, what arrived, and the real SQL of the calendar over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from goldline.contracts import Arrivals, Contract, load_contracts
from goldline.home import assets_folder
from goldline.intake.expected import prepare_expected
from goldline.intake.schema import prepare
from goldline.settings import load_settings
from goldline.warehouse.engine import Session
from goldline.warehouse.reference import prepare_reference
from goldline.warehouse.tables import create, load_catalogue

SHOPS = ("cashmere:001", "cashmere:002", "cashmere:003")
FILE = {
    "sha256": "0" * 64,
    "encoding": "utf-8",
    "received_at": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
    "rows_received": 100,
    "rows_loaded": 100,
    "rows_quarantined": 0,
    "rows_duplicate": 0,
    "ignored_columns": "",
    "contract_digest": "",
    "load_number": 1,
}


def prepared(session: Session) -> None:
    """Make the tables of feeds, contracts and time zones."""
    prepare(session, load_contracts(assets_folder()).values())
    prepare_reference(session, currency="EUR", zone="Europe/Paris", zones=[], currencies=[])
    for schema in ("merge", "control"):
        session.execute(f"create schema if not exists {schema}")


@dataclass
class World:
    """The warehouse, with what a test changes in it."""

    session: Session

    def __post_init__(self) -> None:
        self.contracts = load_contracts(assets_folder())
        self.expect()
        self.session.execute(
            "create or replace table merge.unified_stores (store_key varchar, source_system varchar,"
            " store_code varchar, store_name varchar, store_type varchar, opened_on date, closed_on date)"
        )
        self.session.execute(
            "create or replace table control.shop_days (store_key varchar, source_system varchar, business_date date,"
            " received_line_count bigint, ticket_count bigint, closing_ticket_count bigint, missing_line_count bigint,"
            " first_delivery_date date, last_delivery_date date)"
        )
        for store in SHOPS:
            self.open(store)

    def contract(self, arrivals: Arrivals) -> Contract:
        """The contract of the tills, with other expectations."""
        return self.contracts["cashmere"].model_copy(update={"arrivals": arrivals})

    def expect(self, **arrivals: object) -> None:
        """State in the contract when shops are open."""
        self.contracts["cashmere"] = self.contract(Arrivals.model_validate(arrivals))
        prepare_expected(self.session, self.contracts["cashmere"])

    def open(self, store: str, *, first: date | None = None, last: date | None = None) -> None:
        """Describe a shop."""
        source, _, code = store.partition(":")
        kind = "own" if source == "cashmere" else "web"
        self.session.execute("delete from merge.unified_stores where store_key = ?", [store])
        self.session.execute(
            "insert into merge.unified_stores values (?, ?, ?, ?, ?, ?, ?)",
            [store, source, code, f"Shop {code}", kind, first, last],
        )

    def deliver(
        self, days: Iterable[date], *, feed: str = "VENTES", source: str = "cashmere", **counts: object
    ) -> None:
        """Register a file of each of these days."""
        known = int(self.session.scalar("select coalesce(max(sequence), 0) from intake.delivery_file"))
        rows = [
            {
                **FILE,
                "sequence": number,
                "source": source,
                "feed": feed,
                "delivery_date": day,
                "file_name": "x",
                **counts,
            }
            for number, day in enumerate(days, known + 1)
        ]
        self.session.insert_arrow("intake.delivery_file", pa.Table.from_pylist(rows))

    def sell(self, store: str, days: Iterable[date], *, tickets: int = 30, late: int = 0, **counts: object) -> None:
        """Let lines of a shop arrive, one per ticket."""
        source = store.partition(":")[0]
        rows: list[dict[str, object]] = [
            {
                "store_key": store,
                "source_system": source,
                "business_date": day,
                "received_line_count": tickets,
                "ticket_count": tickets,
                "first_delivery_date": day + timedelta(days=late),
                "last_delivery_date": day + timedelta(days=late),
                **counts,
            }
            for day in days
        ]
        self.session.insert_arrow("control.shop_days", pa.Table.from_pylist(rows))

    def forget(self, store: str, day: date) -> None:
        """Take back what a shop sold on a day."""
        self.session.execute("delete from control.shop_days where store_key = ? and business_date = ?", [store, day])

    def statuses(self, store: str) -> dict[date, str]:
        """Build the calendar; return a shop's statuses by day."""
        self.build("control.arrivals")
        found = self.session.rows("select business_date, status from control.arrivals where store_key = ?", [store])
        return dict(found)

    def build(self, table: str) -> None:
        """Build a table by its real SQL."""
        create(self.session, load_catalogue(assets_folder()).by_name[table], load_settings())


def days(first: date, last: date) -> list[date]:
    """All days from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
