"""A whole load without Dagster, in processes that may die: what a test starts, kills and starts again.

Run as a program it loads its imports once, and carries out each load that it is asked for in a process forked from
there; so that the death of one costs the next no start-up. What must hold after a death is the tests' part.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from goldline.deliver import deliver
from goldline.errors import GoldlineError
from goldline.faultpoint import VARIABLE
from goldline.flow import build_table, publish_tables
from goldline.home import Home
from tests.support import EVERY_DAY, open_home

ROOT = Path(__file__).parents[2]
PROGRAM = "from tests.integration.whole_load import main; main()"


def carry_out(home: Home) -> None:
    """Take in what has landed, load it, build every table, publish; without checks, whose library takes seconds."""
    with home.warehouse() as warehouse:
        for source in home.contracts:
            deliver(home, warehouse, source, EVERY_DAY, run_id="test")
        for table in home.catalogue.tables:
            build_table(home, warehouse, table, run_id="test", checked=False)
        publish_tables(home, warehouse, run_id="test")


def main() -> None:
    """Answer each line ``[home, crash point]`` with the exit code of the process that carried it out."""
    for late in ("pandas", "scipy.sparse.csgraph", "duckdb_sqlalchemy"):
        importlib.import_module(late)
    known = open_home(Path.cwd())
    prepared: dict[str, object] = {"contracts": known.contracts, "catalogue": known.catalogue}
    for line in sys.stdin:
        folder, point = json.loads(line)
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)  # answers alone go back
            os._exit(_load(Path(folder), point, prepared))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _load(folder: Path, point: str, prepared: dict[str, object]) -> int:
    os.environ[VARIABLE] = point
    home = open_home(folder)
    vars(home).update(prepared)
    try:
        carry_out(home)
    except GoldlineError:
        traceback.print_exc()
        return 1
    return 0


class Loader:
    """The program, started."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def load(self, home: Path, *, crash_at: str = "") -> int:
        """Carry out a whole load in a process of its own, and return its exit code."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([str(home), crash_at]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def started() -> Iterator[Loader]:
    """Start the program; it ends with the block."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "platform"), str(ROOT)))}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=ROOT,
        text=True,
    ) as process:
        yield Loader(process)
