"""Publishing that is killed, and publishing under a reader: wholly old or wholly new, never in between."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from goldline.publish.folder import PublishedFolder
from goldline.publish.reader import open_snapshot
from goldline.publish.snapshot import TableToPublish, publish
from goldline.publish.versions import current, list_versions, verify
from goldline.warehouse.engine import Warehouse

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
PUBLISH = "from tests.integration.test_publish_crash import main; main()"
NAMES = ("customers", "lines", "stores")


def publish_each(folder: Path, first: int, last: int) -> None:
    """Publish three tables of so many rows each, one version per number."""
    with Warehouse("duckdb:///:memory:") as warehouse:
        for rows in range(first, last + 1):
            tables = {
                name: TableToPublish(
                    name=name,
                    sql=f"select range as id from range({rows})",
                    order_by=("id",),
                    documentation={"id": "A number."},
                )
                for name in NAMES
            }
            with warehouse.transaction() as session:
                publish(session, folder, tables, details={}, keep=2, now=datetime.now(UTC))


def main() -> None:
    """Publish in a process of its own."""
    publish_each(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))


def start(folder: Path, first: int, last: int, crash_at: str = "") -> subprocess.Popen[bytes]:
    paths = os.pathsep.join((str(ROOT / "platform"), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths, "GOLDLINE_CRASH_AT": crash_at}
    return subprocess.Popen(
        [sys.executable, "-c", PUBLISH, str(folder), str(first), str(last)], env=environment, cwd=ROOT
    )


def counts(folder: Path) -> set[int]:
    with open_snapshot(folder) as reader:
        return {reader.query(f"select count(*) from {name}").column(0)[0].as_py() for name in reader.tables}


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("publish.table_written:4", 3),
        ("publish.table_written:5", 3),
        ("publish.table_written:6", 3),
        ("publish.manifest_written:2", 3),
        ("publish.version_renamed:2", 3),
        ("publish.switched:2", 4),
    ],
)
def test_a_killed_publish_is_wholly_old_or_wholly_new_and_the_next_one_cleans_up(
    tmp_path: Path, point: str, expected: int
) -> None:
    assert start(tmp_path, 3, 4, point).wait() == 137
    assert counts(tmp_path) == {expected}
    version = current(tmp_path).version
    assert version in [manifest.version for manifest in list_versions(tmp_path)]
    verify(tmp_path, version)

    publish_each(tmp_path, 4, 4)
    assert counts(tmp_path) == {4}
    assert [manifest.version for manifest in list_versions(tmp_path)] == ["v000001", "v000002"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".lock", "current.json", "history.jsonl", "versions",
    ]  # fmt: skip
    assert [entry["version"] for entry in PublishedFolder(tmp_path).history()] == ["v000001", "v000002"]


@pytest.mark.parametrize("point", ["publish.manifest_written", "publish.version_renamed", "publish.switched"])
def test_a_killed_first_publish_is_mended_by_the_next_one(tmp_path: Path, point: str) -> None:
    assert start(tmp_path, 3, 3, point).wait() == 137
    publish_each(tmp_path, 3, 3)
    assert counts(tmp_path) == {3}
    assert [manifest.version for manifest in list_versions(tmp_path)] == ["v000001"]


def test_a_reader_sees_all_tables_of_one_version_while_versions_come_and_go(tmp_path: Path) -> None:
    publish_each(tmp_path, 1, 1)
    writer = start(tmp_path, 2, 15)
    seen: list[set[int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(counts(tmp_path))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    assert writer.wait() == 0
    done.set()
    for thread in readers:
        thread.join()
    assert all(len(found) == 1 for found in seen)
    assert len({next(iter(found)) for found in seen}) > 1
    assert counts(tmp_path) == {15}
    publish_each(tmp_path, 16, 16)  # removes what a reader still had open before
    assert [manifest.version for manifest in list_versions(tmp_path)] == ["v000015", "v000016"]
