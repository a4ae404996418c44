"""A session on PostgreSQL does what one on DuckDB does: parameters, types, bulk data, functions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from goldline.errors import GoldlineError
from goldline.warehouse.engine import Session, Warehouse
from tests.integration.postgres.server import Server

pytestmark = pytest.mark.integration

DATA = pa.table(
    {
        "code": pa.array(["", None, 'a "quoted", é\nline', "\\N", "\\."]),
        "amount": pa.array(
            [Decimal("1.5000"), None, Decimal("-99999999999999.9999"), Decimal(0), Decimal("0.0001")]
        ).cast(pa.decimal128(18, 4)),
        "at": pa.array(
            [datetime(2026, 3, 29, 1, 2, 3), None, datetime(2026, 1, 1, 0, 0, 0, 500), datetime(1999, 1, 1), None],
            pa.timestamp("us"),
        ),
        "day": pa.array([date(2026, 3, 29), None, date(1999, 12, 31), date(2050, 1, 1), None]),
        "hour": pa.array([time(23, 59, 59), None, time(0), time(1), None], pa.time64("us")),
        "is_open": pa.array([True, None, False, True, False]),
        "number": pa.array([2**62, None, -1, 0, 7], pa.int64()),
        "small": pa.array([1, None, -1, 0, 7], pa.int32()),
    }
)


@pytest.fixture(scope="module")
def postgres(server: Server) -> Iterator[Warehouse]:
    with Warehouse(server.new_database("session"), types=lambda: {"shop.typed": TYPED}) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def duck() -> Iterator[Warehouse]:
    with Warehouse("duckdb:///:memory:") as warehouse:
        yield warehouse


TYPED = [("code", "varchar"), ("amount", "decimal(18,4)"), ("lines", "bigint"), ("day", "date")]


@pytest.fixture(params=["duckdb", "postgresql"])
def session(request: pytest.FixtureRequest, duck: Warehouse, postgres: Warehouse) -> Iterator[Session]:
    with (duck if request.param == "duckdb" else postgres).transaction() as session:
        session.execute("create schema if not exists shop")
        yield session
        session.roll_back()
        session.execute("begin")


def test_rows_come_back_as_they_were_put_in_null_apart_from_an_empty_text(session: Session, tmp_path: Path) -> None:
    session.create_from_arrow("shop.till", DATA)
    assert (
        session.arrow("select * from shop.till order by small nulls first, code").sort_by("number").schema
        == DATA.schema
    )
    assert sorted(map(str, session.arrow("select * from shop.till").to_pylist())) == sorted(map(str, DATA.to_pylist()))
    path = tmp_path / "till.parquet"
    assert session.copy_to_parquet("select * from shop.till", path) == len(DATA)
    with duckdb.connect() as reader:
        read = reader.execute(f"select * from read_parquet('{path}')").to_arrow_table()
    assert sorted(map(str, read.to_pylist())) == sorted(map(str, DATA.to_pylist()))


def test_types_have_the_same_names_on_both_engines(session: Session) -> None:
    session.create_from_arrow("shop.till", DATA)
    wanted = [
        *(("code", "varchar"), ("amount", "decimal(18,4)"), ("at", "timestamp"), ("day", "date"), ("hour", "time")),
        *(("is_open", "boolean"), ("number", "bigint"), ("small", "integer")),
    ]
    assert session.columns("shop.till") == wanted
    assert session.describe("select * from shop.till") == wanted
    assert session.columns("shop.nothing") == []
    assert not session.has_table("shop.nothing")


def test_columns_are_matched_by_name(session: Session) -> None:
    session.execute("create table shop.till (a varchar, b bigint, c varchar)")
    assert session.insert_arrow("shop.till", pa.table({"c": ["z"], "a": ["x"]})) == 1
    assert session.rows("select a, b, c from shop.till") == [("x", None, "z")]


def test_parameters_are_bound_and_never_read_as_sql(session: Session) -> None:
    text = "'; drop table x; -- % %s $name ?"
    assert session.scalar("select ? -- is this a question?\n", [text]) == text
    assert session.rows("select $a, '100% $a ?' as b, $a", {"a": text}) == [(text, "100% $a ?", text)]
    assert (
        session.scalar("select count(*) from (values (1), (2), (3)) as v (n) where n = any($some)", {"some": [1, 3]})
        == 2
    )
    days = [date(2026, 1, 1), date(2026, 1, 2)]
    pairs = session.rows("select unnest($n) as n, unnest($days) as day", {"n": [1, 2], "days": days})
    assert pairs == [(1, days[0]), (2, days[1])]
    assert session.arrow("select ? as given where 1 < ?", ["50 %", 2]).to_pylist() == [{"given": "50 %"}]


def test_a_sum_of_integers_is_an_integer(session: Session) -> None:
    found = session.scalar("select sum(cast(n as bigint)) from (values (1), (2)) as v (n)")
    assert found == 3
    assert type(found) is int


def test_a_table_of_the_catalogue_gets_the_types_that_duckdb_gives_it(postgres: Warehouse) -> None:
    select = "select 'x' as code, 1.25 * 2.5 as amount, sum(n) as lines, current_date as day from (values (1)) as v (n)"
    with postgres.transaction() as session:
        session.execute("create schema shop")
        for _ in range(2):
            session.create_as("shop.typed", select)
        assert session.columns("shop.typed") == TYPED
        session.create_as("part", select, temporary=True, types_of="shop.typed")
        assert session.columns("part") == TYPED
        session.execute("drop schema shop cascade")


def test_a_temporary_table_may_be_made_again_with_other_columns(session: Session) -> None:
    session.create_as("touched", "select 1 as a", temporary=True)
    session.create_as("touched", "select 'x' as b, 2 as c", temporary=True)
    assert session.rows("select * from touched") == [("x", 2)]
    session.execute("drop table touched")


def test_a_view_may_change_its_columns(session: Session) -> None:
    session.create_view("shop.seen", "select 1 as a")
    session.create_view("shop.seen", "select 'x' as b, 2 as a")
    session.create_view("shop.seen", "select 'x' as b, 2 as a")
    assert session.rows("select * from shop.seen") == [("x", 2)]


def test_what_is_raised_never_quotes_a_value(postgres: Warehouse) -> None:
    with pytest.raises(GoldlineError) as caught, postgres.transaction() as session:
        session.rows("select cast('4111111111111111x' as integer)")
    assert "4111" not in str(caught.value)


EXPRESSIONS = (
    *("lower('ÀÉŒÜẞİΣ')", "upper('àéœüßıς')", "'[' || trimmed('\u00a0 \u2003é x\u202f ') || ']'"),
    *("cents(12.345)", "cents(-12.345)", "from_cents(-7)", "int_div(7, 2)", "int_div(-7, 2)", "int_div(7, 0)"),
    *("share_of(10.00, 1, 3)", "share_of(-10.00, 2, 3)", "share_of(0.0001, 1, 2)", "share_of(1, 1, 0)"),
    *("divide(1, 3)", "divide(2, 3)", "divide(1, 0)", "to_currency(2.345, 2)", "to_currency(-2.5, 0)"),
    *(
        "to_currency(1.2345, 3)",
        "sha256_hex('é\\x')",
        "md5('é')",
        "attribute_of('ean=1,color=Noir, mat,size=M', 'color')",
    ),
    *("attribute_of('a=1', 'b')", "attribute_of('color=,size=M', 'color')", "attribute_of('x=a\nb,y=1', 'x')"),
    *("normal_size(' t.u ')", "normal_size('38 ½')", "is_valid_ean('4006381333931')", "is_valid_ean('4006381333932')"),
    *("is_valid_ean('96385074')", "is_valid_ean('2000000000008')", "is_valid_ean('ABCDEFGH')", "is_valid_ean(null)"),
    *(
        "has_match('abc', '^a.c$')",
        "has_match('xabc', '^a')",
        "greatest(1, null, 3)",
        "concat_ws('|', 'a', null, 1.50)",
    ),
    *("'x' || cast('2026-03-28' as date)", "cast(cast('2026-03-28 01:02:03' as timestamp) as varchar)"),
    *(
        "cast(1.50 as varchar)",
        "round(2.5, 0)",
        "round(-2.5, 0)",
        "cast(2.5 as bigint)",
        "'a' < 'B'",
        "'é' > 'z'",
        "'-' < 'a'",
    ),
    "epoch_us(cast('1969-12-31 23:59:59.000001' as timestamp))",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_gives_the_same_on_both_engines(expression: str, duck: Warehouse, postgres: Warehouse) -> None:
    with duck.transaction() as one, postgres.transaction() as other:
        sql = f"select cast({expression} as varchar)"
        assert other.scalar(sql) == one.scalar(sql)


def test_shares_rates_and_cents_of_any_amounts_are_the_same_on_both_engines(
    duck: Warehouse, postgres: Warehouse
) -> None:
    drawn = random.Random(3)
    numbers = [tuple(drawn.randrange(low, 10**9) for low in (-(10**9), 1, 1)) for _ in range(500)]
    given = ", ".join(f"({a / 10000:.4f}, {b / 10000:.4f}, {c / 10000:.4f})" for a, b, c in numbers)
    typed = ", ".join(f"cast({name} as decimal(18,4)) as {name}" for name in "abc")
    sql = (
        "select cast(share_of(a, b, c) as varchar), cast(divide(b, c) as varchar), cast(to_currency(a, 2) as varchar),"
        " cast(to_currency(a, 0) as varchar), cast(cents(a) as varchar), cast(from_cents(cents(a)) as varchar)"
        f" from (select {typed} from (values {given}) as v (a, b, c)) as typed order by a, b, c"
    )
    with duck.transaction() as one, postgres.transaction() as other:
        assert other.rows(sql) == one.rows(sql)


def test_a_database_that_is_not_in_utf8_is_refused_with_the_way_to_make_another(server: Server) -> None:
    server.execute("create database latin template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'")
    with pytest.raises(GoldlineError, match="sorted by bytes") as caught:
        Warehouse(server.url("latin"))
    assert "template template0" in caught.value.remedy
    assert "secret" not in str(caught.value)


def test_sessions_are_in_utc_and_hide_the_password(postgres: Warehouse) -> None:
    with postgres.transaction() as session:
        assert session.scalar("select current_setting('timezone')") == "UTC"
        now = session.scalar("select cast(now() as timestamp)")
    assert abs((datetime.now(UTC).replace(tzinfo=None) - now).total_seconds()) < 60
    assert "secret" not in repr(postgres)
