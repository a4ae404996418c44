"""The layout of the warehouse: brought up to date step by step, whole or not at all, and never guessed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from goldline.errors import GoldlineError
from goldline.faultpoint import EXIT_CODE, VARIABLE
from goldline.flow import publish_tables
from goldline.publish import versions
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.migrations import CURRENT, STEPS, Migration, RebuildNeeded, migrate, schema_version
from tests.integration.operations.processes import ENVIRONMENT, ROOT
from tests.support import open_home

pytestmark = pytest.mark.integration

# What `prepare` and `prepare_builds` made before layouts had versions.
VERSION_1 = """
create schema intake;
create table intake.delivery_file (
    sequence bigint primary key, source varchar not null, feed varchar not null, delivery_date date not null,
    file_name varchar not null, sha256 varchar not null, encoding varchar not null, received_at timestamp not null,
    rows_received bigint not null, rows_loaded bigint not null, rows_quarantined bigint not null,
    rows_duplicate bigint not null, ignored_columns varchar not null, contract_digest varchar not null
);
create schema operation;
create table operation.table_build (
    table_name varchar primary key, build_id varchar not null, built_at timestamp not null, run_id varchar not null,
    row_count bigint not null, inputs varchar not null
);
create table operation.check_result (
    table_name varchar not null, check_name varchar not null, build_id varchar not null, severity varchar not null,
    status varchar not null, failing bigint not null, message varchar not null
);
create table operation.published (version varchar not null, builds varchar not null);
"""
A_FILE = """
insert into intake.delivery_file values
    (1, 'cashmere', 'VENTES', date '2026-03-28', 'VENTES_20260328.csv', 'x', 'utf-8', timestamp '2026-03-29', 1, 1, 0,
     0, '', 'y')
"""
KILLS = 6
OPEN = (
    "import sys; from pathlib import Path; from tests.support import open_home;open_home(Path(sys.argv[1])).warehouse()"
)


def add_column(number: int) -> Migration:
    def apply(session: Session) -> str:
        session.execute(f"alter table operation.published add column extra_{number} bigint")
        session.execute(f"update operation.published set extra_{number} = {number}")
        return ""

    return Migration(number, f"column {number}", apply)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(f"duckdb:///{tmp_path / 'warehouse.duckdb'}") as warehouse:
        yield warehouse


def old(warehouse: Warehouse, *, has_files: bool) -> None:
    with warehouse.transaction() as session:
        session.execute(VERSION_1 + (A_FILE if has_files else ""))


def layout(warehouse: Warehouse) -> tuple[int, list[tuple[object, ...]]]:
    with warehouse.transaction() as session:
        columns = session.rows(
            "select table_schema, table_name, column_name from information_schema.columns"
            " where table_schema in ('intake', 'operation') order by 1, 2, 3"
        )
        return schema_version(session), columns


def test_an_empty_warehouse_begins_at_the_present_layout(warehouse: Warehouse) -> None:
    assert migrate(warehouse) == []
    assert layout(warehouse)[0] == CURRENT
    assert migrate(warehouse) == []


def test_each_step_leads_one_version_further() -> None:
    assert [step.version for step in STEPS] == list(range(2, CURRENT + 1))


def test_an_old_warehouse_without_files_is_brought_up_to_date(warehouse: Warehouse) -> None:
    old(warehouse, has_files=False)
    assert migrate(warehouse) == list(STEPS)
    version, columns = layout(warehouse)
    assert version == CURRENT
    assert {table for _, table, _ in columns} == {"schema_version"}


def test_an_old_warehouse_with_files_says_so_every_time_until_it_is_built_anew(warehouse: Warehouse) -> None:
    old(warehouse, has_files=True)
    for _ in range(2):
        with pytest.raises(RebuildNeeded, match="did not keep the rows that corrected files replaced") as needed:
            migrate(warehouse)
        assert "goldline rebuild" in needed.value.remedy
    with warehouse.transaction() as session:
        assert session.scalar("select count(*) from intake.delivery_file") == 1


def test_steps_are_carried_out_in_order_and_once(warehouse: Warehouse) -> None:
    old(warehouse, has_files=False)
    steps = [add_column(2), add_column(3), add_column(4)]
    with warehouse.transaction() as session:
        session.execute("insert into operation.published values ('v000001', 'x')")
    assert migrate(warehouse, steps[:1]) == steps[:1]
    assert migrate(warehouse, steps) == steps[1:]
    assert migrate(warehouse, steps) == []
    with warehouse.transaction() as session:
        assert session.rows("select extra_2, extra_3, extra_4 from operation.published") == [(2, 3, 4)]
        assert session.rows("select version from operation.schema_version order by 1") == [(2,), (3,), (4,)]


def test_a_step_that_fails_changes_nothing_and_those_before_it_stay(warehouse: Warehouse) -> None:
    def broken(session: Session) -> str:
        session.execute("drop table operation.published")
        raise GoldlineError("the disk is full")

    old(warehouse, has_files=False)
    with pytest.raises(GoldlineError, match="disk is full"):
        migrate(warehouse, [add_column(2), Migration(3, "broken", broken)])
    version, columns = layout(warehouse)
    assert version == 2
    assert ("operation", "published", "extra_2") in columns


def test_a_warehouse_of_a_newer_goldline_is_refused_and_left_as_it_is(warehouse: Warehouse) -> None:
    old(warehouse, has_files=False)
    migrate(warehouse, [*STEPS, Migration(CURRENT + 1, "of the future", lambda _: "")])
    before = layout(warehouse)
    with pytest.raises(
        GoldlineError, match=f"made by a newer Goldline .layout {CURRENT + 1}; this one knows {CURRENT}"
    ):
        migrate(warehouse)
    assert layout(warehouse) == before


def test_goldline_run_builds_an_old_warehouse_anew_by_itself_and_publishes_the_same_tables(home_copy: Path) -> None:
    before = versions.current(home_copy / "published").digests
    with Warehouse(f"duckdb:///{home_copy / 'warehouse.duckdb'}") as warehouse, warehouse.transaction() as session:
        session.execute("drop table operation.schema_version")
    words = [sys.executable, "-m", "goldline", "run"]
    environment = {**ENVIRONMENT, "GOLDLINE_HOME": str(home_copy), "COLUMNS": "400"}
    done = subprocess.run(words, env=environment, cwd=home_copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "it has to be built anew: this is done now, from " in done.stdout
    assert versions.current(home_copy / "published").digests == before
    with open_home(home_copy).warehouse() as warehouse:
        assert layout(warehouse)[0] == CURRENT
    assert not list(home_copy.glob("*.before-rebuild*"))


def test_nothing_is_published_from_a_warehouse_that_lacks_what_was_loaded(home_copy: Path) -> None:
    home = open_home(home_copy)
    with home.warehouse() as warehouse:
        with warehouse.transaction() as session:
            session.execute("delete from intake.delivery_file where sequence = 1")
        with pytest.raises(GoldlineError, match="1 files that were loaded are not in this warehouse") as refused:
            publish_tables(home, warehouse, run_id="test")
        assert "goldline rebuild" in refused.value.remedy


@pytest.mark.parametrize(("point", "expected"), [("migration.before_commit", 1), ("migration.committed", CURRENT)])
def test_killed_at_a_step_the_layout_is_the_old_one_or_the_new_one(tmp_path: Path, point: str, expected: int) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse(f"duckdb:///{path}") as warehouse:
        old(warehouse, has_files=False)
    words = [sys.executable, "-c", OPEN, str(tmp_path)]
    killed = subprocess.run(words, env={**ENVIRONMENT, VARIABLE: point}, cwd=ROOT, check=False)
    assert killed.returncode == EXIT_CODE
    with Warehouse(f"duckdb:///{path}") as warehouse:
        assert layout(warehouse)[0] == expected
    with open_home(tmp_path).warehouse() as warehouse:
        assert layout(warehouse)[0] == CURRENT


def test_killed_at_any_moment_the_layout_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    """Kill a process that migrates again and again; never is a step half done."""
    path, chance = tmp_path / "warehouse.duckdb", random.Random(3)
    code = (
        "import sys; from goldline.warehouse.engine import Warehouse; from goldline.warehouse.migrations import *\n"
        "from tests.integration.operations.test_migrations import add_column\n"
        "with Warehouse(sys.argv[1]) as w:\n"
        "    with w.transaction() as session: version = schema_version(session)\n"
        "    for last in range(version + 1, 500):\n"
        "        migrate(w, [add_column(n) for n in range(2, last + 1)])\n"
        "        print(last, flush=True)\n"
    )
    with Warehouse(f"duckdb:///{path}") as warehouse:
        old(warehouse, has_files=False)
        with warehouse.transaction() as session:
            session.execute("insert into operation.published values ('v000001', 'x')")
    versions = []
    for _ in range(KILLS):
        words = [sys.executable, "-c", code, f"duckdb:///{path}"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT) as process:
            assert process.stdout
            done = int(process.stdout.readline())
            time.sleep(chance.uniform(0.0, 0.3))
            process.send_signal(signal.SIGKILL)
        with Warehouse(f"duckdb:///{path}") as warehouse, warehouse.transaction() as session:
            version = schema_version(session)
            names = [name for name, _ in session.columns("operation.published") if name.startswith("extra_")]
            assert version >= done
            assert names == [f"extra_{number}" for number in range(2, version + 1)]
            if names:
                assert session.rows(f"select {', '.join(names)} from operation.published") == [
                    tuple(range(2, version + 1))
                ]
            versions.append(version)
    assert versions == sorted(versions)
    assert versions[-1] > KILLS
