"""A small warehouse and a shop that publishes from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from goldline.publish.manifest import Manifest
from goldline.publish.snapshot import TableToPublish, publish
from goldline.warehouse.engine import Session, Warehouse

NOW = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
SALES = TableToPublish(
    name="unified_sales",
    sql="select * from merge.unified_sales",
    order_by=("sales_line_id",),
    documentation={
        "sales_line_id": "The line.",
        "net_amount": "What it brought.",
        "sold_at": "When.",
        "label": "Its label.",
        "loaded_at": "When it was loaded.",
    },
    operational=frozenset({"loaded_at"}),
)
STORES = TableToPublish(
    name="unified_stores",
    sql="select * from merge.unified_stores",
    order_by=("store_id",),
    documentation={"store_id": "The store."},
)
TABLES = {table.name: table for table in (SALES, STORES)}


class Shop:
    """A warehouse that can sell, and publish what it sold."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder

    def sell(self, line: str, amount: str = "10.00", label: str | None = None) -> None:
        self.session.execute(
            "insert into merge.unified_sales values (?, ?, timestamptz '2026-04-04 10:00:00+00', ?, now())",
            [line, amount, label],
        )

    def publish(self, *, keep: int = 5, now: datetime = NOW) -> Manifest:
        details = {"delivery_day": date(2026, 4, 4), "runs": ("run-1",), "checks": {"passed": 3, "failed": 0}}
        return publish(self.session, self.folder, TABLES, details=details, keep=keep, now=now)


@contextmanager
def shop_in(folder: Path) -> Iterator[Shop]:
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        session.execute("create schema merge")
        session.execute(
            "create table merge.unified_sales (sales_line_id varchar, net_amount decimal(18,2),"
            " sold_at timestamptz, label varchar, loaded_at timestamptz)"
        )
        session.execute("create table merge.unified_stores as select 'S1' as store_id")
        yield Shop(session, folder)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shop_in(tmp_path / "published") as opened:
        yield opened
