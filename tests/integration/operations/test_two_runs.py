"""Two runs started at the same moment: one does the work, the other waits for it or stops, and the result is one's."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from goldline.demo import write_deliveries
from goldline.publish import versions
from goldline.publish.folder import PublishedFolder
from tests.integration.operations.processes import ENVIRONMENT, ROOT
from tests.integration.whole_load import started
from tests.support import open_home

pytestmark = pytest.mark.integration

TRY_AGAIN = 75
# Everything is imported, then all wait for the same lock to be given free: that is the shot.
RACER = """
import fcntl, sys
import goldline.cli, goldline.definitions
from goldline.__main__ import main
print("ready", flush=True)
with open(sys.argv.pop(1)) as shot:
    fcntl.flock(shot, fcntl.LOCK_SH)
main()
"""


def race(home: Path, shot: Path) -> list[tuple[int, str]]:
    """Start two runs at the same moment; return exit code and output of each."""
    environment = {**ENVIRONMENT, "GOLDLINE_HOME": str(home), "GOLDLINE_SETTLE_SECONDS": "0"}
    with shot.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        words = [sys.executable, "-c", RACER, str(shot), "run"]
        racers = [
            subprocess.Popen(
                words, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            for _ in range(2)
        ]
        for racer in racers:
            assert racer.stdout
            assert racer.stdout.readline() == "ready\n"
    said = [racer.communicate()[0] for racer in racers]
    return [(racer.returncode, text) for racer, text in zip(racers, said, strict=True)]


def test_of_two_runs_started_at_the_same_moment_one_works_and_the_other_changes_nothing(tmp_path: Path) -> None:
    home, alone = tmp_path / "home", tmp_path / "alone"
    write_deliveries(home / "landing", days=3, customers=30, last_day=date(2026, 3, 28))
    shutil.copytree(home, alone)
    ended = sorted(race(home, tmp_path / "shot"))
    assert ended[0][0] == 0, ended
    assert ended[1][0] in (0, TRY_AGAIN), ended
    if ended[1][0] == TRY_AGAIN:
        assert "another" in ended[1][1]
    with started() as loader:
        assert loader.load(alone) == 0
    assert versions.current(home / "published").digests == versions.current(alone / "published").digests
    assert PublishedFolder(home / "published").versions() == ["v000001"]
    entries = open_home(home).ledger.entries()
    assert len(entries) == len({entry.sha256 for entry in entries}) == len(open_home(alone).ledger.entries())
    lines = [json.loads(line) for path in (home / "log").iterdir() for line in path.read_text().splitlines()]
    assert [line["event"] for line in lines].count("version.switched") == 1
    assert {"run.started", "run.ended", "step.ended", "delivery.loaded"} <= {line["event"] for line in lines}
