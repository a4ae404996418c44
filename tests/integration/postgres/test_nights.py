"""Whole runs on PostgreSQL, night after night: published as on DuckDB, to the digest, and the same after a rebuild."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from goldline.build.builder import build
from goldline.deliver import deliver
from goldline.demo import write_deliveries
from goldline.flow import publish_tables
from goldline.home import Home
from goldline.publication import publications
from goldline.publish.manifest import Manifest
from goldline.warehouse.aside import SUFFIX, drop_aside, set_aside
from goldline.warehouse.builds import prepare_builds
from goldline.warehouse.engine import Warehouse
from tests.integration.postgres.conftest import NewHome
from tests.support import EVERY_DAY

pytestmark = pytest.mark.integration

LAST = "20260328"


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("deliveries")
    write_deliveries(folder, days=6, customers=120, seed=11, last_day=date(2026, 3, 28))
    return sorted(folder.glob("*/*.csv"))


def night(home: Home, warehouse: Warehouse, files: Iterable[Path] = ()) -> Manifest:
    """Take in what came, build what it touches, publish; without checks, which have a test of their own."""
    for path in files:
        landing = home.settings.home / "landing" / path.parent.name
        landing.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, landing)
    for source in home.contracts:
        deliver(home, warehouse, source, EVERY_DAY, run_id="test")
    for table in home.catalogue.tables:
        with warehouse.transaction() as session:
            prepare_builds(session)
            build(session, home.upstreams, table, run_id="test")
    return publish_tables(home, warehouse, run_id="test")


def test_two_nights_and_a_rebuild_publish_what_duckdb_publishes(
    new_home: NewHome, deliveries: list[Path], tmp_path: Path
) -> None:
    earlier = [path for path in deliveries if not path.stem.endswith(LAST)]
    newest = [path for path in deliveries if path.stem.endswith(LAST)]
    published: dict[str, list[dict[str, str]]] = {}
    homes = {engine: new_home(tmp_path / engine, engine=engine) for engine in ("duckdb", "postgresql")}
    for engine, home in homes.items():
        with home.warehouse() as warehouse:
            published[engine] = [night(home, warehouse, files).digests for files in (earlier, newest)]
    assert published["postgresql"] == published["duckdb"]
    assert published["duckdb"][0] != published["duckdb"][1]
    server = homes["postgresql"]
    with server.warehouse() as warehouse, warehouse.transaction() as session:
        lines = session.scalar("select count(*) from published.unified_sales")
        assert lines == session.scalar("select count(*) from merge.unified_sales") > 0
        shown = session.rows("select viewname from pg_views where schemaname = 'published'")
        assert {name for (name,) in shown} == {one.name for one in publications()}
        set_aside(session, {"intake", "reference", "changes", *server.contracts, *groups(server)})
    with server.warehouse() as warehouse:
        with warehouse.transaction() as session:
            assert session.scalar("select count(*) from published.unified_sales") == lines
        assert night(server, warehouse).digests == published["duckdb"][1]
        with warehouse.transaction() as session:
            drop_aside(session)
            assert not session.rows("select nspname from pg_namespace where nspname like ?", [f"%{SUFFIX}"])


def groups(home: Home) -> set[str]:
    return {table.group for table in home.catalogue.tables}
