"""Files that are written some at a time, by sessions of their own, are those that one session writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from goldline.publish.folder import PublishedFolder
from goldline.publish.manifest import Manifest
from goldline.publish.snapshot import TableToPublish, publish
from goldline.publish.writing import FEW
from goldline.warehouse.engine import Warehouse

NAMES = [f"shop_{number}" for number in range(FEW + 4)]


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(f"duckdb:///{tmp_path / 'warehouse.duckdb'}", threads=2) as warehouse:
        with warehouse.transaction() as session:
            session.execute("create schema shops")
            for number, name in enumerate(NAMES):
                lines = f"range({100 * number + 1}) as lines (line)"
                session.execute(
                    f"create table shops.{name} as select cast(line as varchar) as line,"
                    f" timestamptz '2026-04-04 10:00:00+00' + to_minutes(line) as sold_at from {lines}"
                )
        yield warehouse


def published(warehouse: Warehouse, folder: Path, *, some_at_a_time: bool, broken: str = "") -> Manifest:
    tables = {
        name: TableToPublish(
            name=name,
            sql=f"select {'cast(line as date)' if name == broken else 'line'} as line, sold_at from shops.{name}",
            order_by=("line",),
            documentation={"line": "The line.", "sold_at": "When."},
        )
        for name in NAMES
    }
    with warehouse.transaction() as session:
        return publish(
            session,
            folder,
            tables,
            details={"runs": ("run-1",), "checks": {}},
            keep=2,
            now=datetime(2026, 4, 5, tzinfo=UTC),
            readers=warehouse.readers if some_at_a_time else None,
        )


def test_the_files_are_the_same_whether_one_session_writes_them_or_several(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    one = published(warehouse, tmp_path / "one", some_at_a_time=False)
    some = published(warehouse, tmp_path / "some", some_at_a_time=True)
    assert some.tables == one.tables
    assert {name: table.rows for name, table in some.tables.items()} == {
        name: 100 * number + 1 for number, name in enumerate(NAMES)
    }


def test_afterwards_the_warehouse_works_with_all_its_threads_again(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path / "published", some_at_a_time=True)
    with warehouse.transaction() as session:
        assert session.scalar("select current_setting('threads')") == 2
        session.execute("create table shops.more as select 1 as line")


@pytest.mark.parametrize("some_at_a_time", [True, False])
def test_one_file_that_cannot_be_written_stops_the_version(
    warehouse: Warehouse, tmp_path: Path, some_at_a_time: bool
) -> None:
    with pytest.raises(duckdb.ConversionException):
        published(warehouse, tmp_path / "published", some_at_a_time=some_at_a_time, broken=NAMES[2])
    folder = PublishedFolder(tmp_path / "published")
    assert (folder.pointer(), folder.versions()) == (None, [])
    with warehouse.transaction() as session:
        assert session.scalar("select current_setting('threads')") == 2
