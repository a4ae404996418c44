"""Tables built by increments, night after night, are what a full build would make them, whatever arrives."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from goldline.build.increment import increment_of
from goldline.build.upstream import DEFINITION
from goldline.demo import write_deliveries
from goldline.home import Home, assets_folder
from goldline.warehouse.tables import load_catalogue
from tests.integration.increments.arrivals import MOVES, Move, Pool
from tests.integration.increments.nights import content, differences, night, rebuilt
from tests.support import EXAMPLES, open_home

pytestmark = pytest.mark.integration

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    folder = tmp_path_factory.mktemp("pool")
    write_deliveries(folder, days=5, customers=40, seed=11, last_day=date(2026, 3, 28))
    return Pool(folder)


def homes(engine: str, request: pytest.FixtureRequest, folder: Path) -> tuple[Home, Home]:
    """Two empty installations on an engine; of the second one only the place is used."""
    number = next(_numbers)
    if engine == "duckdb":
        return open_home(folder / f"home_{number}"), open_home(folder / f"again_{number}")
    server = request.getfixturevalue("server")
    urls = [server.new_database(f"increments_{number}_{name}") for name in ("one", "other")]
    names = (f"home_{number}", f"again_{number}")
    one, other = (open_home(folder / name, warehouse=url) for name, url in zip(names, urls, strict=True))
    return one, other


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
@settings(
    max_examples=2 * EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=MOVES)
def test_whatever_arrives_increments_end_where_a_full_build_ends(
    moves: list[Move], engine: str, pool: Pool, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home, empty = homes(engine, request, tmp_path_factory.mktemp("increments"))
    with home.warehouse() as warehouse:
        for move in moves:
            pool.apply(move, home.settings.home / "landing")
            night(home, warehouse)
        assert differences(home, warehouse) == []
        found = content(home, warehouse)
    again = rebuilt(home, empty.settings.home, warehouse=empty.settings.warehouse)
    with again.warehouse() as warehouse:
        night(again, warehouse, in_full=True)
        assert content(again, warehouse) == found


def test_a_night_without_news_builds_nothing(pool: Pool, tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    pool.apply(Move("deliver", 0, 0), home.settings.home / "landing")
    with home.warehouse() as warehouse:
        night(home, warehouse)
        ways = {outcome.way for outcome in night(home, warehouse).values()}
    assert ways == {"unchanged"}


def test_a_new_day_goes_into_the_large_tables_by_increment(pool: Pool, tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    with home.warehouse() as warehouse:
        for day in range(4):
            pool.apply(Move("deliver", day, 0), home.settings.home / "landing")
            outcomes = night(home, warehouse)
    large = ("magento.sales", "cashmere.sales", "merge.unified_sales", "golden_customer.golden_customer")
    assert {outcomes[name].way for name in (*large, "enriched_model.enriched_model")} == {"increment"}


def test_every_increment_is_about_tables_that_its_table_reads() -> None:
    for table in load_catalogue(assets_folder()).tables:
        increment = increment_of(table.path)
        if increment:
            named = {*increment.touched, *increment.needs, *increment.ignores} - {DEFINITION}
            assert named <= table.depends_on, table.table
