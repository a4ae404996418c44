from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from goldline import faultpoint
from goldline.landing.archive import Archive
from goldline.landing.ledger import Ledger
from tests.unit.landing.feeds import drop

pytestmark = pytest.mark.integration

REPOSITORY = Path(__file__).parents[3]
CONTENTS = {27: b"twenty-seven", 28: b"twenty-eight", 29: b"twenty-nine"}
POINTS = [
    "archive.renamed:1",
    "archive.renamed:2",
    "archive.renamed:3",
    "landing.archived",
    "ledger.written",
    "landing.ledgered",
    "landing.taken:1",
    "landing.taken:2",
    "landing.taken:3",
]


def run(root: Path, crash_at: str = "") -> int:
    environment = os.environ | {
        "PYTHONPATH": f"{REPOSITORY / 'platform'}:{REPOSITORY}",
        faultpoint.VARIABLE: crash_at,
    }
    command = [sys.executable, "-m", "tests.integration.landing.receive_once", str(root)]
    return subprocess.run(command, env=environment, cwd=REPOSITORY, timeout=60, check=False).returncode


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_at_any_step_loses_nothing_and_doubles_nothing(tmp_path: Path, point: str) -> None:
    for day, content in CONTENTS.items():
        drop(tmp_path / "landing", f"cashmere/VENTES_202603{day}.csv", content)
    assert run(tmp_path, point) == faultpoint.EXIT_CODE
    kept = _everywhere(tmp_path)
    assert kept == set(CONTENTS.values())
    assert run(tmp_path) == 0

    archive, ledger = Archive(tmp_path / "archive"), Ledger(tmp_path / "ledger")
    assert [archive.read(entry.sha256) for entry in ledger.entries()] == list(CONTENTS.values())
    assert list(archive.verify(entry.sha256 for entry in ledger.entries())) == []
    folder = tmp_path / "landing" / "cashmere"
    assert [path.name for path in folder.iterdir()] == ["taken"]
    assert len(list((folder / "taken").iterdir())) == len(CONTENTS)


def test_a_crash_in_the_middle_of_a_ledger_line_is_mended_by_the_next_run(tmp_path: Path) -> None:
    drop(tmp_path / "landing", "cashmere/VENTES_20260327.csv", CONTENTS[27])
    drop(tmp_path / "landing", "cashmere/VENTES_20260328.csv", CONTENTS[28])
    assert run(tmp_path, "ledger.written") == faultpoint.EXIT_CODE
    ledger = Ledger(tmp_path / "ledger")
    os.truncate(ledger.path, ledger.path.stat().st_size - 20)
    assert run(tmp_path) == 0
    assert [entry.name for entry in ledger.entries()] == ["VENTES_20260327.csv", "VENTES_20260328.csv"]
    kinds = [line.split('"event":"')[1].split('"')[0] for line in ledger.path.read_text().splitlines()]
    assert kinds == ["received", "mended", "received_again", "received"]


def _everywhere(root: Path) -> set[bytes]:
    """Every content that still lies somewhere in the landing zone."""
    return {path.read_bytes() for path in (root / "landing").rglob("*.csv") if path.is_file()}
