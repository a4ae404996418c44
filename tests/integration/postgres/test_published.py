"""What other programs see on the server: one version at a time, switched whole, earlier ones kept for a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from goldline.errors import GoldlineError
from goldline.publish import server
from goldline.publish.manifest import Manifest
from goldline.publish.snapshot import TableToPublish, publish
from goldline.warehouse.engine import Session, Warehouse

pytestmark = pytest.mark.integration

DOCUMENTED = {"till": {"n": "Number.", "amount": "Amount."}, "store": {"name": "Name."}}
TABLES = {
    name: TableToPublish(name=name, sql=f"select * from shop.{name}", order_by=(), documentation=documented)
    for name, documented in DOCUMENTED.items()
}


@pytest.fixture
def warehouse(url: str) -> Iterator[Warehouse]:
    with Warehouse(url) as warehouse:
        with warehouse.transaction() as session:
            session.execute(
                "create schema shop; create table shop.till (n bigint, amount decimal(18,4));"
                " create table shop.store (name varchar); insert into shop.store values ('Lyon')"
            )
        yield warehouse


def put(session: Session, folder: Path, tables: Mapping[str, TableToPublish], *, keep: int = 2) -> Manifest:
    """Publish as a run does: files first, then the server."""
    manifest = publish(session, folder, tables, details={}, keep=keep, now=datetime.now(UTC))
    assert server.serve(session, manifest, tables, keep=keep)
    return manifest


def published(warehouse: Warehouse, folder: Path, *, amount: int, keep: int = 14) -> Manifest:
    """Publish one till with an amount."""
    with warehouse.transaction() as session:
        session.execute("delete from shop.till")
        session.execute("insert into shop.till values (1, ?)", [amount])
        return put(session, folder, TABLES, keep=keep)


def shown(warehouse: Warehouse) -> int:
    with warehouse.transaction() as session:
        assert session.scalar("select name from published.store") == "Lyon"
        return int(session.scalar("select amount from published.till"))


def schemas(warehouse: Warehouse) -> list[str]:
    with warehouse.transaction() as session:
        rows = session.rows("select nspname from pg_namespace where nspname like 'published%' order by nspname")
    return [name for (name,) in rows if name != server.PIECES]


def pieces(warehouse: Warehouse) -> dict[str, int]:
    """The names of the stored pieces, and what the server knows each by."""
    with warehouse.transaction() as session:
        rows = session.rows(
            "select relname, pg_class.oid::bigint from pg_class join pg_namespace on pg_namespace.oid = relnamespace"
            " where nspname like 'published%' and relkind = 'r'"
        )
    return {str(name): int(number) for name, number in rows}


def test_each_version_has_a_schema_and_the_views_show_the_newest(warehouse: Warehouse, tmp_path: Path) -> None:
    for amount in (10, 20):
        published(warehouse, tmp_path, amount=amount)
        assert shown(warehouse) == amount
    assert schemas(warehouse) == ["published", "published_v000001", "published_v000002"]
    with warehouse.transaction() as session:
        assert session.scalar("select amount from published_v000001.till") == 10
        assert session.scalar("select name from published_v000001.store") == "Lyon"


def test_a_table_that_did_not_change_is_stored_once(warehouse: Warehouse, tmp_path: Path) -> None:
    for amount in (10, 20, 10):
        published(warehouse, tmp_path, amount=amount)
    assert Counter(name.split("_")[0] for name in pieces(warehouse)) == {"store": 1, "till": 2}
    with warehouse.transaction() as session:
        assert [session.scalar(f"select amount from published_v00000{n}.till") for n in (1, 2, 3)] == [10, 20, 10]


def test_of_a_table_that_is_cut_by_date_a_night_stores_the_years_that_changed(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    sold = TableToPublish(
        name="sold",
        sql="select * from shop.sold",
        order_by=(),
        documentation={"day": "Day.", "n": "Number."},
        partition_by="day",
    )
    days = "select generate_series(date '2023-01-01', date '2026-03-28', interval '1 day')::date as day"
    with warehouse.transaction() as session:
        session.execute(
            f"create table shop.sold as select day, n::bigint from ({days}) as days, generate_series(1, 150) as n"
        )
    stored = []
    totals = "select count(*), sum(n), min(day)::text, max(day)::text from"
    for change in ("where false", "where day = '2024-12-31' and n = 7"):
        with warehouse.transaction() as session:
            session.execute(f"update shop.sold set n = -1 {change}")
            assert put(session, tmp_path, {"sold": sold}).tables["sold"].period == "month"
            assert session.rows(f"{totals} published.sold") == session.rows(f"{totals} shop.sold")
        stored.append(pieces(warehouse))
    before, after = stored
    assert sorted(name.rpartition("_")[0] for name in before) == [f"sold_{year}" for year in range(2023, 2027)]
    assert {name.rpartition("_")[0] for name in after.keys() - before.keys()} == {"sold_2024"}
    assert before.items() <= after.items()  # version 1 still shows the old piece
    with warehouse.transaction() as session:
        assert session.scalar("select min(n) from published_v000001.sold") == 1
        assert session.scalar("select min(n) from published_v000002.sold") == -1


def test_how_a_row_was_loaded_is_shown_as_it_is_now_though_the_digest_leaves_it_out(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    origin = TableToPublish(
        name="origin",
        sql="select * from shop.origin",
        order_by=(),
        documentation={"n": "Number.", "line": "Physical line."},
        operational=frozenset({"line"}),
    )
    tables = {**TABLES, "origin": origin}
    digests = []
    with warehouse.transaction() as session:
        session.execute("create table shop.origin as select 1::bigint as n, 7::bigint as line")
    for line in (7, 8):
        with warehouse.transaction() as session:
            session.execute("update shop.origin set line = ?; insert into shop.till values (2, ?)", [line, line])
            digests.append(put(session, tmp_path, tables).tables["origin"].digest)
            assert session.scalar("select line from published.origin") == line
    assert digests[0] == digests[1]


def test_an_empty_table_has_its_columns(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.transaction() as session:
        session.execute("delete from shop.store")
    with warehouse.transaction() as session:
        put(session, tmp_path, TABLES)
        assert session.rows("select name from published.store") == []


def test_versions_beyond_those_to_keep_are_dropped_and_the_rest_stays_whole(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    for amount in (10, 20, 30, 40):
        published(warehouse, tmp_path, amount=amount, keep=2)
    assert schemas(warehouse) == ["published", "published_v000003", "published_v000004"]
    assert Counter(name.split("_")[0] for name in pieces(warehouse)) == {"store": 1, "till": 2}
    with warehouse.transaction() as session:
        server.show(session, "v000003")
    assert shown(warehouse) == 30


def test_a_version_that_is_not_there_is_named_with_those_that_are(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path, amount=10)
    with (
        pytest.raises(GoldlineError, match="does not have version v000009") as caught,
        warehouse.transaction() as session,
    ):
        server.show(session, "v000009")
    assert "v000001" in caught.value.remedy
    assert shown(warehouse) == 10


def test_a_publish_that_fails_on_the_server_leaves_the_views_as_they_were(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path, amount=10)
    with pytest.raises(RuntimeError), warehouse.transaction() as session:
        manifest = Manifest.read(tmp_path / "versions" / "v000001").model_copy(update={"version": "v000002"})
        server.serve(session, manifest, TABLES, keep=2)
        raise RuntimeError
    assert shown(warehouse) == 10
    assert schemas(warehouse) == ["published", "published_v000001"]


def test_publishing_again_puts_on_the_server_what_a_crash_kept_from_it(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path, amount=10)
    with warehouse.transaction() as session:
        session.execute("drop schema published cascade; drop schema published_v000001 cascade")
    assert published(warehouse, tmp_path, amount=10).unchanged
    assert shown(warehouse) == 10


def test_views_that_others_built_on_a_published_table_outlive_the_switch(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path, amount=10)
    with warehouse.transaction() as session:
        session.execute("create schema bi; create view bi.total as select sum(amount) as amount from published.till")
    published(warehouse, tmp_path, amount=20)
    with warehouse.transaction() as session:
        assert session.scalar("select amount from bi.total") == 20


def test_duckdb_serves_nobody(tmp_path: Path) -> None:
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        session.execute("create table till as select 1 as n")
        tables = {"till": TableToPublish(name="till", sql="select * from till", order_by=(), documentation={"n": "N."})}
        manifest = publish(session, tmp_path, tables, details={}, keep=2, now=datetime.now(UTC))
        assert not server.serve(session, manifest, tables, keep=2)
