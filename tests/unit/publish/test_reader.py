"""Reading the snapshot: everything in it, and nothing else of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from goldline.errors import GoldlineError
from goldline.publish.reader import Reader, open_snapshot
from tests.unit.publish.conftest import Shop, shop_in


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one published version and a file that is nobody's business."""
    folder = tmp_path_factory.mktemp("reader")
    with shop_in(folder / "published") as shop:
        shop.sell("a", "1.00", label="O'Neill")
        shop.sell("b", "2.50")
        shop.publish()
    duckdb.sql("select 1 as secret").write_parquet(str(folder / "other.parquet"))
    return folder


@pytest.fixture(scope="module")
def reader(home: Path) -> Iterator[Reader]:
    with open_snapshot(home / "published") as opened:
        yield opened


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(net_amount) as total from unified_sales",
        "SELECT sum(s.net_amount) AS total FROM Unified_Sales s;",
        "with x as (select * from unified_sales) select sum(net_amount) as total from x",
        "select sum(n) as total from (select net_amount as n from unified_sales union all select 0) as y",
        "from unified_sales select sum(net_amount) as total -- all of it",
        "select (select sum(net_amount) from unified_sales) as total from unified_stores, range(1)",
    ],
)
def test_selects_of_every_shape_are_answered(reader: Reader, sql: str) -> None:
    assert str(reader.query(sql).column("total")[0].as_py()) == "3.50"


def test_only_so_many_rows_are_fetched_as_are_asked_for(reader: Reader) -> None:
    assert reader.query("select * from range(100000)", max_rows=7).num_rows == 7
    assert reader.query("select * from unified_sales", max_rows=0).column_names[0] == "sales_line_id"
    assert reader.query("select * from unified_sales where false").num_rows == 0


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from read_blob('/etc/passwd')",
        "select * from '/etc/passwd'",
        'select * from "/etc/passwd"',
        "select * from glob('/*')",
        "select * from sniff_csv('/etc/passwd')",
        "select * from read_parquet('{other}')",
        "select * from '{other}'",
        "select * from parquet_metadata('{other}')",
        "with x as (select * from read_text('/etc/passwd')) select * from x",
        "select (select content from read_text('/etc/passwd'))",
        "select * from query('select 1')",
        "select * from query_table('unified_sales')",
        "select * from enable_logging(storage = 'file', storage_config = {{'path': '{other}'}})",
        "select write_log('x')",
        "select * from duckdb_settings()",
        "select * from information_schema.tables",
        "select * from main.unified_sales",
        "select * from local_variable",
        "copy unified_sales to '{other}.csv'",
        "copy (select 1) to '{own}'",
        "attach '{other}.db'",
        "install httpfs",
        "load httpfs",
        "set threads = 1",
        "reset lock_configuration",
        "pragma threads = 1",
        "pragma version",
        "call pragma_version()",
        "create table x as select 1",
        "create or replace view unified_sales as select 1",
        "drop view unified_sales",
        "insert into unified_stores values ('x')",
        "delete from unified_sales",
        "update unified_sales set label = 'x'",
        "export database '{other}'",
        "begin",
        "explain analyze select 1",
        "select 1; select 2",
        "select 1; drop view unified_sales",
        "select * from (values (1)) t; attach '{other}.db'",
        "",
        ";",
        "-- nothing",
    ],
)
def test_everything_but_a_select_on_published_tables_is_refused(reader: Reader, home: Path, sql: str) -> None:
    local_variable = reader.query("select 1 as x")
    other, own = home / "other.parquet", home / "published" / "versions" / "v000001" / "unified_sales.parquet"
    before = own.read_bytes()
    with pytest.raises(GoldlineError) as refusal:
        reader.query(sql.format(other=other, own=own))
    assert "unified_sales" in refusal.value.remedy or "select" in refusal.value.what.lower()
    assert local_variable.num_rows == 1
    assert own.read_bytes() == before
    assert sorted(path.name for path in home.iterdir()) == ["other.parquet", "published"]
    assert reader.query("select 1 as x").num_rows == 1


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/passwd')",
        "select * from '{other}'",
        "copy (select 1) to '{other}.csv'",
        "attach '{other}.db'",
        "install httpfs",
        "set lock_configuration = false",
        "set enable_external_access = true",
        "set allowed_paths = ['/etc/passwd']",
        "select * from local_variable",
    ],
)
def test_even_past_the_guard_the_database_itself_refuses(reader: Reader, home: Path, sql: str) -> None:
    local_variable = reader.query("select 1 as x")
    other = home / "other.parquet"
    with pytest.raises(duckdb.Error):
        reader._connection.execute(sql.format(other=other)).fetchall()
    assert local_variable.num_rows == 1
    assert sorted(path.name for path in home.iterdir()) == ["other.parquet", "published"]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select net_amout from unified_sales", "net_amount"),
        ("select * from unified_sale", "did you mean unified_sales"),
        ("select sum(label) from unified_sales", "sum"),
        ("selec 1", "selec"),
        ("select frobnicate(1)", "frobnicate"),
    ],
)
def test_a_mistake_is_explained_with_the_names_that_would_fit(reader: Reader, sql: str, says: str) -> None:
    with pytest.raises(GoldlineError) as refusal:
        reader.query(sql)
    assert says in str(refusal.value)


def test_an_error_while_reading_does_not_quote_a_value(reader: Reader) -> None:
    with pytest.raises(GoldlineError) as refusal:
        reader.query("select cast(label as integer) from unified_sales")
    assert "Neill" not in str(refusal.value)


def test_before_the_first_publish_the_reader_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GoldlineError, match="nothing has been published yet") as refusal:
        open_snapshot(tmp_path / "published")
    assert "goldline run" in refusal.value.remedy


def test_a_reader_keeps_its_version_while_others_are_published(shop: Shop) -> None:
    shop.sell("a")
    shop.sell("b")
    shop.publish()
    with open_snapshot(shop.folder) as reader:
        shop.sell("c")
        assert shop.publish().version == "v000002"
        assert reader.query("select * from unified_sales").num_rows == 2
    with open_snapshot(shop.folder) as later, open_snapshot(shop.folder, "v000001") as earlier:
        assert later.query("select * from unified_sales").num_rows == 3
        assert earlier.query("select * from unified_sales").num_rows == 2
        assert (repr(later), later.tables) == ("Reader(v000002)", ["unified_sales", "unified_stores"])


def test_an_instant_is_read_in_utc(reader: Reader) -> None:
    assert reader.query("select sold_at from unified_sales").column(0)[0].as_py().isoformat() == (
        "2026-04-04T10:00:00+00:00"
    )
