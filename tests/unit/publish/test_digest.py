"""The digest: the same content, whatever its order, and nothing else, has the same one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldline.publish.digest import Content, digest_of, measure, total
from goldline.warehouse.engine import Warehouse

COLUMNS = [
    ("a", "varchar"),
    ("b", "varchar"),
    ("n", "bigint"),
    ("d", "decimal(18,2)"),
    ("day", "date"),
    ("sold_at", "timestamp with time zone"),
    ("ok", "boolean"),
    ("tags", "varchar[]"),
]
TEXT = st.text(st.sampled_from("a1|-:, é'\x1f"), max_size=4)
ROW = st.tuples(
    st.none() | TEXT,
    st.none() | TEXT,
    st.none() | st.integers(-3, 3),
    st.none() | st.decimals(-2, 2, places=2),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 2)),
    st.none() | st.booleans(),
    st.none() | st.lists(TEXT, max_size=2),
)
CONNECTION = duckdb.connect(":memory:", config={"threads": 1})
CONNECTION.execute("set timezone = 'UTC'")
CONNECTION.execute(f"create table t ({', '.join(f'{name} {kind}' for name, kind in COLUMNS)})")


def rows_of(sql: str) -> list[tuple[Any, ...]]:
    return CONNECTION.execute(sql).fetchall()


def measured(rows: list[tuple[Any, ...]], operational: frozenset[str] = frozenset()) -> Content:
    CONNECTION.execute("delete from t")
    if rows:
        CONNECTION.executemany(f"insert into t values ({', '.join('?' * len(COLUMNS))})", rows)
    return measure(rows_of, "t", COLUMNS, operational=operational)


def digest(rows: list[tuple[Any, ...]], operational: frozenset[str] = frozenset()) -> str:
    return measured(rows, operational).digest(COLUMNS, operational=operational)


def comparable(rows: list[tuple[Any, ...]]) -> list[str]:
    return sorted(repr(row) for row in rows)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=6), st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[tuple[Any, ...]], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    assert measured(rows) == measured(shuffled)


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, max_size=3), st.lists(ROW, max_size=3))
def test_two_tables_have_the_same_digest_only_when_their_rows_are_the_same(
    rows: list[tuple[Any, ...]], others: list[tuple[Any, ...]]
) -> None:
    assert (digest(rows) == digest(others)) == (comparable(rows) == comparable(others))


@settings(max_examples=60, deadline=None)
@given(ROW, ROW)
def test_values_that_move_between_columns_change_the_digest(row: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    mixed = (*row[:2], *other[2:])
    for first, second in ((row, other), (row, mixed), (row, (row[1], row[0], *row[2:]))):
        assert (digest([first]) == digest([second])) == (repr(first) == repr(second))


@given(st.lists(ROW, min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_a_row_counts_as_often_as_it_occurs(rows: list[tuple[Any, ...]]) -> None:
    assert digest(rows) != digest([*rows, rows[0]])
    assert digest([rows[0]] * 2) != digest([rows[0]] * 4)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=6), st.integers(0, 6))
def test_the_parts_of_a_table_add_up_to_the_table(rows: list[tuple[Any, ...]], cut: int) -> None:
    assert total([measured(rows[:cut]), measured(rows[cut:])]) == measured(rows)


def test_null_and_an_empty_text_differ() -> None:
    empty = ("", None, None, None, None, None, None, None)
    assert digest([empty]) != digest([(None, *empty[1:])])


def test_a_renamed_column_or_another_type_is_other_content() -> None:
    measured([])
    renamed = [("z", kind) if name == "a" else (name, kind) for name, kind in COLUMNS]
    source = "(select a as z, * exclude (a) from t)"
    assert measure(rows_of, source, renamed).digest(renamed) != measure(rows_of, "t", COLUMNS).digest(COLUMNS)


def test_operational_columns_do_not_count() -> None:
    row = ("x", "one load", None, Decimal("1.00"), None, None, None, None)
    other = ("x", "another load", *row[2:])
    assert digest([row]) != digest([other])
    operational = frozenset({"b"})
    assert digest([row], operational) == digest([other], operational)


def test_sums_are_exact_beyond_a_float() -> None:
    row = (None, None, None, Decimal("9007199254740993.01"), None, None, None, None)
    assert measured([row] * 3).sums == {"d": Decimal("27021597764222979.03")}
    assert measured([]).sums == {"d": Decimal(0)}


def test_an_instant_counts_the_same_in_every_time_zone() -> None:
    row = (None, None, None, None, None, datetime(2026, 3, 29, 2, 30), None, None)
    expected = measured([row])
    CONNECTION.execute("set timezone = 'Europe/Paris'")
    try:
        assert measure(rows_of, "t", COLUMNS) == expected
    finally:
        CONNECTION.execute("set timezone = 'UTC'")


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse("duckdb:///:memory:") as opened:
        yield opened


def test_negative_zero_is_zero_and_a_table_of_the_warehouse_can_be_measured(warehouse: Warehouse) -> None:
    with warehouse.transaction() as session:
        session.execute("create schema s")
        session.execute("create table s.t as select 0.0::double as f, 'x' as a")
        session.execute("create table s.u as select '-0.0'::double as f, 'x' as a")
        assert digest_of(session, "s.t") == digest_of(session, "s.u")
        session.execute("insert into s.u select * from s.u")
        assert digest_of(session, "s.t") != digest_of(session, "s.u")
