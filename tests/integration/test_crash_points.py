"""A load that dies at any point: a second run ends as if nothing had happened, and nobody ever sees half of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from goldline.faultpoint import EXIT_CODE
from goldline.publish import versions
from goldline.publish.folder import PublishedFolder
from goldline.publish.reader import open_snapshot
from tests.integration.whole_load import Loader, started
from tests.support import FIXTURES, open_home, open_warehouse

pytestmark = pytest.mark.integration

POINTS = (
    *("archive.renamed", "archive.renamed:5", "landing.archived", "ledger.written", "landing.ledgered"),
    *("landing.taken", "landing.taken:2", "landing.taken:5", "intake.checked", "intake.rows_written"),
    *("intake.rows_written:4", "intake.before_commit", "intake.before_commit:2", "intake.committed"),
    *("intake.committed:2", "ledger.written:2", "intake.recorded", "table.before_commit", "table.before_commit:17"),
    *("publish.table_written", "publish.table_written:11", "publish.manifest_written", "publish.version_renamed"),
    "publish.switched",
)
FIRST_WEB_DAY = "20260331"


@dataclass(frozen=True)
class State:
    """All that must be the same whether a load was disturbed or not."""

    published: dict[str, str]
    rows: dict[str, int]
    register: list[tuple[object, ...]]
    ledger: list[tuple[object, ...]]
    landing: list[str]


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    with started() as loader:
        yield loader


@pytest.fixture(scope="module")
def before(loader: Loader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one published version, and with a second delivery of each source in its landing zone."""
    home = tmp_path_factory.mktemp("before")
    for path in sorted(FIXTURES.glob("*/*_2026*.csv")):
        landing = home / "landing" / path.parent.name
        landing.mkdir(parents=True, exist_ok=True)
        if path.parent.name == "cashmere" or FIRST_WEB_DAY in path.name:
            shutil.copy2(path, landing)
    assert loader.load(home) == 0
    for path in FIXTURES.glob("magento/*_20260404.csv"):
        shutil.copy2(path, home / "landing" / "magento")
    sales = (FIXTURES / "cashmere" / "VENTES_20260328.csv").read_bytes()
    (home / "landing" / "cashmere" / "VENTES_20260328.csv").write_bytes(sales.replace(b";79,90;20;", b";79,91;20;"))
    closing = FIXTURES / "cashmere" / "CLOTURES_20260328.csv"
    shutil.copy2(closing, home / "landing" / "cashmere" / "CLOTURES_20260402.csv")
    return home


@pytest.fixture(scope="module")
def undisturbed(loader: Loader, before: Path, tmp_path_factory: pytest.TempPathFactory) -> State:
    """What an undisturbed load of the second delivery ends in."""
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(before, home)
    assert loader.load(home) == 0
    return state_of(home)


def state_of(folder: Path) -> State:
    home = open_home(folder)
    contracts = home.contracts.values()
    with open_warehouse(folder / "warehouse.duckdb") as warehouse, warehouse.transaction() as session:
        tables = [contract.table(feed) for contract in contracts for feed in contract.feeds]
        rows = {table: int(session.scalar(f"select count(*) from {table}")) for table in tables}
        register = session.rows("select file_name, sha256, rows_loaded from intake.delivery_file order by all")
    entries, states = home.ledger.entries(), home.ledger.states()
    return State(
        published=versions.current(home.settings.published_dir).digests,
        rows=rows,
        register=register,
        ledger=sorted((entry.name, entry.sha256, states[entry.sequence].status) for entry in entries),
        landing=sorted(str(path.relative_to(folder)) for path in (folder / "landing").rglob("*.csv")),
    )


def require_whole_version(folder: Path, *allowed: dict[str, str]) -> None:
    published = open_home(folder).settings.published_dir
    current = versions.current(published)
    versions.verify(published, current.version)
    assert current.digests in allowed
    with open_snapshot(published) as reader:
        assert reader.manifest.version == current.version


@pytest.mark.parametrize("point", POINTS)
def test_a_load_that_dies_is_made_good_by_the_next_run(
    loader: Loader, before: Path, undisturbed: State, tmp_path: Path, point: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(before, home)
    old = versions.current(home / "published").digests
    assert loader.load(home, crash_at=point) == EXIT_CODE
    require_whole_version(home, undisturbed.published if point == "publish.switched" else old)
    assert loader.load(home) == 0
    assert state_of(home) == undisturbed
    assert len(PublishedFolder(home / "published").versions()) == 2
    assert not [path for path in (home / "published").iterdir() if path.name.startswith(("building-", "removing-"))]


def test_the_second_delivery_changes_what_is_published(before: Path, undisturbed: State) -> None:
    assert versions.current(before / "published").digests != undisturbed.published
    assert len({(name, sha256) for name, sha256, _ in undisturbed.register}) == len(undisturbed.register)
    assert {status for _, _, status in undisturbed.ledger} == {"loaded"}


def run(home: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "GOLDLINE_HOME": str(home), "GOLDLINE_SETTLE_SECONDS": "0"}
    command = [str(Path(sys.executable).with_name("goldline")), "run"]
    with (home.parent / "output").open("wb") as output:
        return subprocess.Popen(command, env=environment, cwd=home, stdout=output, stderr=output)


def has_landed(home: Path) -> bool:
    return any((home / "landing" / "magento" / "taken").glob("*_20260404.csv"))


def is_loading(home: Path) -> bool:
    log = home / "warehouse.duckdb.wal"
    return log.exists() and log.stat().st_size > 0


def is_publishing(home: Path) -> bool:
    return any((home / "published").glob("building-*"))


def test_a_run_killed_again_and_again_at_random_moments_is_made_good_by_the_next_run(
    before: Path, undisturbed: State, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(before, home)
    old = versions.current(home / "published").digests
    moments: dict[Callable[[Path], bool], float] = {has_landed: 1.0, is_loading: 4.0, is_publishing: 0.3}
    for reached, seconds in moments.items():
        process = run(home)
        while process.poll() is None and not reached(home):
            time.sleep(0.02)
        time.sleep(random.Random(1).uniform(0, seconds))
        process.kill()
        assert process.wait() == -signal.SIGKILL, (tmp_path / "output").read_text()
        require_whole_version(home, old, undisturbed.published)
    assert run(home).wait() == 0, (tmp_path / "output").read_text()
    assert state_of(home) == undisturbed
