"""A connection that breaks: the run may be tried again, and whatever became of its commit, nothing is there twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from goldline.deliver import deliver
from goldline.errors import TransientError
from goldline.home import Home
from goldline.warehouse.engine import Warehouse
from tests.integration.postgres.conftest import home_on
from tests.integration.postgres.proxy import Cut, Proxy, proxied
from tests.integration.postgres.server import Server, started
from tests.support import EVERY_DAY, FIXTURES

pytestmark = pytest.mark.integration

COUNTS = (
    "select count(*), count(distinct sequence) from intake.delivery_file",
    "select count(*), count(distinct (code_magasin, num_ticket, num_ligne, date_comptable)) from cashmere.raw_ventes",
)


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with proxied(server.port) as proxy:
        yield proxy


@pytest.fixture
def home(server: Server, proxy: Proxy, url: str, tmp_path: Path) -> Home:
    home = home_on(tmp_path / "home", server.url(url.rpartition("/")[2], port=proxy.port))
    landing = home.settings.home / "landing" / "cashmere"
    landing.mkdir(parents=True)
    for path in (FIXTURES / "cashmere").glob("[A-Z]*_2026*.csv"):
        shutil.copy2(path, landing)
    return home


def load(home: Home) -> None:
    with home.warehouse() as warehouse:
        deliver(home, warehouse, "cashmere", EVERY_DAY, run_id="test")


def counts(home: Home) -> list[tuple[int, int]]:
    with home.warehouse() as warehouse, warehouse.transaction() as session:
        return [session.rows(sql)[0] for sql in COUNTS]


@pytest.mark.parametrize(("cut", "is_there"), [("before", False), ("after", True)])
def test_a_connection_cut_at_the_commit_of_a_load_leaves_every_row_exactly_once(
    home: Home, proxy: Proxy, cut: Cut, is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_now(point: str) -> None:
        if point == "intake.before_commit":
            proxy.cut = cut

    monkeypatch.setattr("goldline.intake.load.reach", cut_now)
    with pytest.raises(TransientError, match="while the transaction was being committed"):
        load(home)
    assert proxy.cuts == 1
    monkeypatch.undo()
    files, rows = counts(home)
    assert (files[0] > 0, rows[0] > 0) == (is_there, is_there)
    load(home)
    for number, distinct in counts(home):
        assert number == distinct > 0
    assert {state.status for state in home.ledger.states().values()} == {"loaded"}


def test_a_server_that_restarts_during_a_run_asks_for_another_try(tmp_path: Path) -> None:
    with started() as server:
        url = server.new_database("restarted")
        with Warehouse(url) as warehouse:
            with warehouse.transaction() as session:
                session.execute("create schema shop; create table shop.till (n bigint)")
            with pytest.raises(TransientError), warehouse.transaction() as session:
                session.execute("insert into shop.till values (1)")
                server.stop("immediate")
                session.execute("insert into shop.till values (2)")
            with pytest.raises(TransientError), warehouse.transaction():
                pass
        with pytest.raises(TransientError):
            Warehouse(url)
        server.start()
        with Warehouse(url) as warehouse, warehouse.transaction() as session:
            assert session.scalar("select count(*) from shop.till") == 0
