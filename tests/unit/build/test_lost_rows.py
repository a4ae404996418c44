"""A check of single rows finds after an increment what it finds in all rows, whatever other tables have lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldline.build.builder import Outcome, difference
from goldline.build.checking import to_check
from goldline.build.upstream import Upstreams, changes_table
from goldline.quality.run import ToCheck, run_suite
from goldline.quality.suite import Check, Suite
from goldline.settings import load_settings
from goldline.warehouse.builds import Build, new_build, prepare_builds, record_build
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.tables import Catalogue, TableFile

LINES, RATES, NAMES = "shop.lines", "shop.rates", "shop.names"
SQL = {
    "has_a_rate_or_a_name": """
        select lines.* from shop.lines as lines
        where not exists (select 1 from shop.rates as rates where rates.code = lines.code and rates.ended is null)
          and not exists (select 1 from shop.names where names.code = lines.code)""",
    "names_a_line": """
        select child.* from shop.lines as child
        where not exists (select 1 from shop.lines as parent where parent.id = child.parent)
          and child.parent is not null""",
    "no_line_has_a_rate_above_its_own": """
        select lines.* from shop.lines as lines
        where exists (select 1 from shop.rates as rates where rates.code = lines.code and rates.rate > lines.rate)""",
}
OF_UNITS = Check(
    name="no_more_children_than_rates_of_a_code",
    description="Judged by each code, which is no unit of the table.",
    severity="error",
    within={LINES: ("coalesce(code, '-')",), RATES: ("coalesce(code, '-')",)},
    sql="""
        with children as (
            select coalesce(code, '-') as code, count(parent) as children, min(id) as id from shop.lines group by 1
        ), rates as (select coalesce(code, '-') as code, count(*) as rates from shop.rates group by 1)
        select children.id from children left join rates on rates.code = children.code
        where children.children > coalesce(rates.rates, 0)""",
)
SUITE = Suite(
    LINES,
    ("id",),
    (*(Check(name=name, description="A rule.", severity="error", sql=sql) for name, sql in SQL.items()), OF_UNITS),
)
CODES, AMOUNTS = st.sampled_from(["a", "b", None]), st.integers(0, 2)
STATES = st.tuples(
    st.dictionaries(st.integers(1, 4), st.tuples(CODES, st.sampled_from([1, 2, 3, None]), AMOUNTS), max_size=4),
    st.lists(st.tuples(CODES, AMOUNTS, st.sampled_from(["2026-01-01", None])), max_size=3),
    st.lists(CODES, max_size=2),
)
Row = tuple[object, ...]
Rows = dict[int, Row]
State = tuple[Rows, list[Row], list[str | None]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table that follows changes line by line."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "lines.increment.yaml").write_text("{unit: [id], touched: {}}", "utf-8")
    return folder


def fill(session: Session, state: State) -> None:
    lines, rates, names = state
    tables: dict[str, tuple[str, list[Row]]] = {
        LINES: ("id int, code varchar, parent int, rate int", [(number, *of) for number, of in lines.items()]),
        RATES: ("code varchar, rate int, ended date", rates),
        NAMES: ("code varchar", [(name,) for name in names]),
    }
    for table, (types, rows) in tables.items():
        session.execute(f"create or replace table {table} ({types})")
        for row in rows:
            session.execute(f"insert into {table} values ({', '.join('?' * len(row))})", list(row))


def build(session: Session, number: int) -> Build:
    """Put a build of each table on record, and from the second on what it changed."""
    inputs: dict[str, str] = {}
    for table in (RATES, NAMES, LINES):
        if number > 1:
            columns = ", ".join(name for name, _ in session.columns(table))
            sql = difference(columns, table, f"{table}_before")
            session.execute(f"create table {changes_table(table)} as select *, {number} as build_number from ({sql})")
        new = new_build(table, run_id="r", rows=0, inputs=inputs, number=number, changes_since=1)
        inputs = {**inputs, table: record_build(session, new).state}
    return new


def found(session: Session, increment: ToCheck | None = None) -> list[tuple[object, ...]]:
    return [(one.name, one.status, one.failing, one.keys) for one in run_suite(session, SUITE, increment=increment)]


@settings(max_examples=150, deadline=None)
@given(before=STATES, after=STATES)
def test_after_an_increment_a_check_finds_what_it_finds_in_all_rows(folder: Path, before: State, after: State) -> None:
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        session.execute("create schema shop; create schema changes")
        prepare_builds(session)
        fill(session, before)
        earlier = build(session, 1)
        passed = frozenset(one.name for one in run_suite(session, SUITE) if one.passed)
        for table in (LINES, RATES, NAMES):
            session.execute(f"create table {table}_before as from {table}")
        fill(session, after)
        now = build(session, 2)
        changes = session.scalar(f"select count(*) from {changes_table(LINES)}")
        upstreams = Upstreams(Catalogue((), {}), {}, load_settings())
        lines = TableFile("shop", "lines", folder / "lines.sql", "", frozenset(), {}, sql="")
        increment = to_check(session, upstreams, lines, Outcome(now, "comparison", changes), earlier, passed)
        assert found(session, increment) == found(session)


def test_a_look_up_that_cannot_be_carried_out_is_said_and_the_other_checks_go_on() -> None:
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        session.execute("create schema shop")
        fill(session, ({1: ("a", None, 0)}, [], ["a"]))
        session.execute("create table changed_rows as from shop.lines")
        increment = ToCheck("changed_rows", frozenset(SQL), frozenset({RATES}), lambda _: "select code from shop.gone")
        status = {one.name: one.status for one in run_suite(session, SUITE, increment=increment)}
    assert status == {
        "has_a_rate_or_a_name": "error",
        "names_a_line": "error",
        "no_line_has_a_rate_above_its_own": "passed",
        OF_UNITS.name: "passed",
    }
