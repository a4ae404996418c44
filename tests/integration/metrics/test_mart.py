"""The mart: made once, followed from version to version, and open to nothing but questions."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from goldline.errors import GoldlineError
from goldline.metrics import mart
from goldline.metrics.filters import Filters
from goldline.metrics.question import Question
from goldline.metrics.registry import load_registry
from goldline.metrics.store import open_store
from goldline.settings import Settings
from tests.integration.metrics.conftest import Opened
from tests.integration.metrics.snapshot import publish_lines
from tests.support import open_home

WHOLE = Question(metrics=("revenue",), filters=Filters(start=date(2026, 1, 1), end=date(2026, 1, 31)))


def one_line(amount: int) -> pd.DataFrame:
    about = {
        "document": "T1",
        "business_date": date(2026, 1, 5),
        "store": "shop:1",
        "channel": "store",
        "product": "HAT",
    }
    return pd.DataFrame([{**about, "category": "HATS", "is_sale": True, "quantity": 1, "net": amount, "list": amount}])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with one line of 10."""
    publish_lines(tmp_path, one_line(10))
    return open_home(tmp_path).settings


def test_a_mart_is_made_once_and_opened_by_many(settings: Settings) -> None:
    path, _ = mart.ensure(settings)
    made = path.stat().st_mtime_ns

    with open_store(settings) as one, open_store(settings) as other:
        assert one.ask(WHOLE) == other.ask(WHOLE)

    assert path.stat().st_mtime_ns == made
    assert [file.suffix for file in path.parent.glob("v*")] == [".duckdb"]


def test_two_at_once_make_one_mart(settings: Settings) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(mart.ensure(settings)[0])) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 1
    assert len(list(found[0].parent.glob("*.duckdb"))) == 1


def test_a_new_version_is_followed_and_old_marts_go(settings: Settings) -> None:
    with open_store(settings) as store:
        assert store.ask(WHOLE).values("revenue") == [Decimal(10)]
        for version in (2, 3):
            publish_lines(settings.home, one_line(10 * version), version=version)
            store.follow()
            assert store.version == f"v{version:06d}"
            assert store.ask(WHOLE).values("revenue") == [Decimal(10 * version)]

    assert sorted(path.name[:7] for path in mart.folder_of(settings).glob("*.duckdb")) == ["v000002", "v000003"]


def test_what_a_killed_process_left_is_cleared(settings: Settings) -> None:
    folder = mart.folder_of(settings)
    folder.mkdir()
    (folder / "v000001-dead.making").write_text("half a mart")
    (folder / "spill.making").mkdir()

    with open_store(settings) as store:
        assert store.ask(WHOLE).values("revenue") == [Decimal(10)]

    assert not list(folder.glob("*.making*"))


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(GoldlineError, match="nothing has been published yet"):
        open_store(open_home(tmp_path).settings)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "copy sale to '/tmp/out.csv'",
        "attach '/tmp/other.duckdb'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "install httpfs",
        "load httpfs",
        "delete from sale",
        "drop table sale",
        "create table more as select 1",
    ],
)
def test_a_mart_can_be_read_and_nothing_else(settings: Settings, sql: str) -> None:
    path, _ = mart.ensure(settings)

    with mart.open_read_only(path, memory="1GB", threads=1) as connection, pytest.raises(duckdb.Error):
        connection.execute(sql)


def test_no_mart_holds_the_key_of_a_customer(retailer: Opened) -> None:
    path, _ = mart.ensure(retailer.settings)
    keys = set(retailer.world.contacts["customer"])

    memory, threads = retailer.settings.memory, retailer.settings.threads
    with mart.open_read_only(path, memory=memory, threads=threads) as connection:
        tables = [str(name) for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        texts = connection.execute(
            "select table_name, column_name from duckdb_columns() where data_type = 'VARCHAR' and not internal"
        ).fetchall()
        for table, column in texts:
            found = {value for (value,) in connection.execute(f'select distinct "{column}" from "{table}"').fetchall()}
            assert not found & keys, (table, column)
    assert "customer_number" not in tables


def test_every_metric_can_be_asked_by_each_of_its_dimensions(retailer: Opened) -> None:
    """All the SQL there is, once; that it is right is proven elsewhere."""
    registry = load_registry()
    for table in registry.tables:
        metrics = tuple(name for name, metric in registry.items() if table in metric.formulas)
        for dimension in registry.dimensions.values():
            if table in dimension.tables:
                question = Question(
                    metrics=metrics, by=(dimension.name,), compare=False, params=(("without", "category:HATS"),)
                )
                answer = retailer.store.ask(question)
                assert len(answer.columns) >= 1 + len(metrics)
