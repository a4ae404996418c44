"""The newest of all rows, found by putting those in doubt aside, is the newest that is found by sorting them all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldline.contracts import Feed, load_contracts
from goldline.home import assets_folder
from goldline.intake.newest import META, newest_of_all_sql, newest_sql
from goldline.intake.rules import identifier
from goldline.warehouse.engine import Session, Warehouse

CONTRACTS = load_contracts(assets_folder())
ALL = {f"{contract.source}.{feed.name}": feed for contract in CONTRACTS.values() for feed in contract.feeds.values()}
SHAPES = {(len(feed.key), len(feed.complete_per), len(feed.newest_by)): name for name, feed in ALL.items()}
FEEDS = {name: ALL[name] for name in SHAPES.values()}  # one feed of each way of telling versions apart
MOST = 6  # columns that decide, of any feed
VALUES = st.lists(st.sampled_from([None, 0, 1]), min_size=MOST, max_size=MOST)
ROWS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2), VALUES), max_size=8)
Row = tuple[int, int, list[int | None]]


def deciding(feed: Feed) -> tuple[str, ...]:
    """The columns that decide which row is the newest."""
    return tuple(dict.fromkeys((*feed.key, *feed.complete_per, *feed.newest_by)))


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse("duckdb:///:memory:") as warehouse:
        yield warehouse


def fill(session: Session, feed: Feed, rows: list[Row]) -> None:
    """A table with the columns of a feed."""
    columns = META | {name: column.sql_type for name, column in feed.columns.items()}
    session.execute(
        f"create or replace table rows ({', '.join(f'{identifier(name)} {kind}' for name, kind in columns.items())})"
    )
    names = deciding(feed)
    for number, (sequence, day, values) in enumerate(rows):
        used = zip(names, values, strict=False)
        given = [f"cast({_value(feed, name, value)} as {columns[name]})" for name, value in used]
        session.execute(
            f"insert into rows (sequence, delivery_date, line_number{''.join(f', {identifier(n)}' for n in names)})"
            f" values ({sequence}, date '2026-01-01' + {day}, {number}{''.join(f', {value}' for value in given)})"
        )


def _value(feed: Feed, name: str, value: int | None) -> str:
    """Write a value; a column that every row must have is never null."""
    if value is None and not feed.columns[name].required:
        return "null"
    is_day = feed.columns[name].sql_type in ("date", "timestamp")
    return f"date '2026-01-01' + {value or 0}" if is_day else f"'{value or 0}'"


def cut_down(feed: Feed, *, nullable: bool) -> Feed:
    """A feed with the columns that decide; nullable: only the first of the key, and of the group, is in every row."""
    kept = {columns[0] for columns in (feed.key, feed.complete_per) if columns}
    columns = {name: feed.columns[name] for name in deciding(feed)}
    if nullable:
        columns = {n: c.model_copy(update={"required": c.required and n in kept}) for n, c in columns.items()}
    return feed.model_copy(update={"columns": columns})


@pytest.mark.parametrize("nullable", [False, True], ids=["as it is", "loosened"])
@pytest.mark.parametrize("name", FEEDS)
@settings(max_examples=25, deadline=None)
@given(rows=ROWS)
def test_both_ways_find_the_same_rows(warehouse: Warehouse, name: str, nullable: bool, rows: list[Row]) -> None:
    feed = cut_down(FEEDS[name], nullable=nullable)
    with warehouse.transaction() as session:
        fill(session, feed, rows)
        expected = session.rows(f"select line_number from ({newest_sql(feed, 'rows')}) as newest order by 1")
        found = session.rows(f"select line_number from ({newest_of_all_sql(feed, 'rows')}) as newest order by 1")
    assert found == expected
