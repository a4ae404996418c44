"""After an increment, a check that judges each unit by itself reads the touched units, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from goldline.build.builder import Outcome
from goldline.build.checking import clear, to_check
from goldline.build.upstream import Upstreams
from goldline.quality.result import CheckResult
from goldline.quality.run import run_suite
from goldline.quality.suite import load_suite
from goldline.settings import load_settings
from goldline.warehouse.builds import new_build, prepare_builds
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.tables import load_catalogue

LINES = """\
-- One row per line of a ticket.
select ticket, number, amount from shop.delivered
"""
INCREMENT = """\
unit: [ticket]
touched:
  shop.delivered: select ticket from changed
  shop.rates: {columns: [ticket], units: select ticket from changed}
"""
SUITE = """\
key: [ticket]
checks:
  - name: lines_add_up
    description: The lines of a ticket add up to what was delivered.
    severity: error
    within:
      shop.delivered: [ticket]
      shop.lines: [ticket]
    sql: |
      with delivered as (select ticket, sum(amount) as amount from shop.delivered group by ticket),
      lines as (select ticket, sum(amount) as amount from shop.lines group by ticket)
      select coalesce(delivered.ticket, lines.ticket) as ticket
      from delivered full join lines on lines.ticket = delivered.ticket
      where lines.amount is distinct from delivered.amount
  - name: rates_are_there
    description: Every line has a rate.
    severity: error
    within: {shop.lines: [ticket], shop.rates: [ticket]}
    sql: |
      select ticket from (select distinct ticket from shop.lines) as sold
      where not exists (select 1 from shop.rates where rates.ticket = sold.ticket)
  - name: rates_resolve
    description: Each line has a rate.
    severity: error
    sql: |
      select lines.ticket from shop.lines as lines
      where not exists (select 1 from shop.rates where rates.ticket = lines.ticket)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"lines.sql": LINES, "lines.increment.yaml": INCREMENT, "lines.checks.yaml": SUITE}
    for name, text in files.items():
        path = tmp_path / "shop" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / "vocabulary.yaml").write_text("{}", "utf-8")
    return tmp_path


@pytest.fixture
def session() -> Iterator[Session]:
    """Ticket A has lost a line and a rate; ticket B is as it should be."""
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        session.execute("create schema shop")
        session.execute("create table shop.delivered (ticket varchar, number int, amount int)")
        session.execute("insert into shop.delivered values ('A', 1, 5), ('A', 2, 7), ('B', 1, 3)")
        session.execute("create table shop.lines as from shop.delivered where not (ticket = 'A' and number = 2)")
        session.execute("create table shop.rates as select 'B' as ticket")
        prepare_builds(session)
        yield session


def check(
    session: Session, folder: Path, *, touched: list[str] | None, passed: frozenset[str], rates: str = "1"
) -> dict[str, CheckResult]:
    catalogue = load_catalogue(folder)
    table = catalogue.by_name["shop.lines"]
    inputs = {"shop.rates": "1"}
    before = new_build("shop.lines", run_id="r", rows=2, inputs=inputs, number=2, changes_since=1)
    build = replace(before, inputs={"shop.rates": rates})
    units = None if touched is None else pa.table({"ticket": touched})
    outcome = Outcome(build, "unchanged" if units is None else "increment", 0, units)
    upstreams = Upstreams(catalogue, {}, load_settings())
    increment = to_check(session, upstreams, table, outcome, before, passed)
    results = run_suite(session, load_suite(folder / "shop" / "lines.checks.yaml"), increment=increment)
    clear(session)
    return {result.name: result for result in results}


PASSED = frozenset({"lines_add_up", "rates_are_there", "rates_resolve"})


def test_a_fault_in_a_touched_unit_is_found_and_named(session: Session, folder: Path) -> None:
    found = check(session, folder, touched=["A"], passed=PASSED)["lines_add_up"]
    assert (found.status, found.keys) == ("failed", ({"ticket": "A"},))


def test_units_that_were_not_touched_are_not_read(session: Session, folder: Path) -> None:
    assert check(session, folder, touched=["B"], passed=PASSED)["lines_add_up"].status == "passed"
    assert check(session, folder, touched=None, passed=PASSED)["lines_add_up"].status == "passed"


def test_what_did_not_pass_before_is_looked_for_everywhere(session: Session, folder: Path) -> None:
    assert check(session, folder, touched=["B"], passed=frozenset())["lines_add_up"].status == "failed"


@pytest.mark.parametrize(("followed", "status"), [("ticket", "passed"), ("until", "failed")])
def test_a_table_of_which_some_columns_are_followed_is_read_whole_where_a_check_reads_others(
    session: Session, folder: Path, followed: str, status: str
) -> None:
    path = folder / "shop" / "lines.increment.yaml"
    path.write_text(INCREMENT.replace("columns: [ticket]", f"columns: [{followed}]"), "utf-8")
    assert check(session, folder, touched=["B"], passed=PASSED)["rates_are_there"].status == status


def test_each_row_is_judged_again_where_it_is_not_known_what_a_table_lost(session: Session, folder: Path) -> None:
    assert check(session, folder, touched=["B"], passed=PASSED)["rates_resolve"].status == "passed"
    assert check(session, folder, touched=["B"], passed=PASSED, rates="2")["rates_resolve"].status == "failed"


def test_a_check_that_raises_while_reading_rows_is_said_to_have_raised(session: Session, folder: Path) -> None:
    path = folder / "shop" / "lines.checks.yaml"
    path.write_text(SUITE.replace("lines.amount is distinct from delivered.amount", "cast(lines.ticket as int) > 0"))
    found = check(session, folder, touched=["A"], passed=frozenset())["lines_add_up"]
    assert (found.status, found.message) == (
        "error",
        "the check could not be carried out: the database raised ConversionException",
    )
