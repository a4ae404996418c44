"""The same deliveries on DuckDB and on PostgreSQL: the same rows in every table, to the digest; the same verdicts."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from goldline.deliver import deliver
from goldline.demo import write_deliveries
from goldline.home import Home, assets_folder
from goldline.publication import LOADED_COLUMNS, published_tables
from goldline.publish.parts import measure_file
from goldline.quality.run import run_suite
from goldline.quality.suite import SUFFIX, load_suite
from goldline.warehouse.engine import Session
from tests.integration.postgres.conftest import NewHome
from tests.support import EVERY_DAY, FIXTURES, build_tables

pytestmark = pytest.mark.integration

ENGINES = ("duckdb", "postgresql")
LOADED = LOADED_COLUMNS | {"last_received_at", "received_at"}
PARAMETERS = {"today": date(2026, 4, 5), "as_of": date(2026, 4, 4)}
Verdict = tuple[str, int, tuple[Mapping[str, str], ...]]


@dataclass(frozen=True)
class Outcome:
    """What an engine made of deliveries, by table and by check."""

    digests: dict[str, str]
    rows: dict[str, int]
    types: dict[str, list[tuple[str, str]]]
    verdicts: dict[tuple[str, str], Verdict]


@pytest.fixture(scope="module", params=["by hand", "made up"])
def outcomes(
    request: pytest.FixtureRequest, new_home: NewHome, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    folder = FIXTURES
    if request.param == "made up":
        folder = tmp_path_factory.mktemp("deliveries")
        write_deliveries(folder, days=8, customers=200, seed=7, last_day=date(2026, 3, 28))
    return {engine: outcome(new_home(tmp_path_factory.mktemp(engine), engine=engine), folder) for engine in ENGINES}


def outcome(home: Home, deliveries: Path) -> Outcome:
    with home.warehouse() as warehouse:
        for source, contract in home.contracts.items():
            landing = home.settings.home / "landing" / source
            landing.mkdir(parents=True, exist_ok=True)
            for path in sorted((deliveries / source).glob("*.csv")):
                if contract.feed_of(path.name):
                    shutil.copy2(path, landing)
            deliver(home, warehouse, source, EVERY_DAY, run_id="test")
        with warehouse.transaction() as session:
            build_tables(home, session)
            measured = {table.table: measured_on(home, session, table.table) for table in home.catalogue.tables}
            types = {table.table: session.columns(table.table) for table in home.catalogue.tables}
        with warehouse.transaction() as session:
            verdicts = verdicts_of(session)
    return Outcome({t: d for t, (d, _) in measured.items()}, {t: n for t, (_, n) in measured.items()}, types, verdicts)


def measured_on(home: Home, session: Session, table: str) -> tuple[str, int]:
    """Digest and rows of a table as a published file of it would have."""
    path = home.settings.home / "measured.parquet"
    session.copy_to_parquet(f"select * from {table}", path)
    operational = LOADED & {name for name, _ in session.columns(table)}
    found, columns = measure_file(path, operational=operational)
    assert columns == session.columns(table)
    return found.digest(columns, operational=operational), found.rows


def verdicts_of(session: Session) -> dict[tuple[str, str], Verdict]:
    suites = [load_suite(path) for path in sorted(assets_folder().glob(f"*/*{SUFFIX}"))]
    results = [result for suite in suites for result in run_suite(session, suite, parameters=PARAMETERS)]
    return {(result.table, result.name): (result.status, result.failing, result.keys) for result in results}


def test_every_table_has_the_same_types_on_both_engines(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["postgresql"].types == outcomes["duckdb"].types


def test_every_table_has_the_same_digest_on_both_engines(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["postgresql"].digests == outcomes["duckdb"].digests
    filled = {table for table, rows in outcomes["duckdb"].rows.items() if rows}
    assert set(published_tables()) <= filled


def test_every_check_has_the_same_verdict_on_both_engines(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["postgresql"].verdicts == outcomes["duckdb"].verdicts
    assert "error" not in {status for status, _, _ in outcomes["duckdb"].verdicts.values()}
