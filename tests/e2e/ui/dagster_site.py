"""A home with deliveries of the made-up retailer, and the Dagster UI over it, started as users do.

Two faults are planted: one shop's closing is a cent off, and the file of the last day breaks off halfway.
Driving the UI belongs to the test, looking at pages to ``browser``.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from goldline.deliver import land
from goldline.demo import write_deliveries
from goldline.graph.runs import prepare_dagster_home
from goldline.home import Home
from goldline.settings import load_settings

ROOT = Path(__file__).parents[3]
STARTS_WITHIN = 90
STOPS_WITHIN = 20
T = TypeVar("T")


@dataclass(frozen=True)
class Deliveries:
    """The days of the deliveries, and where faults were planted."""

    days: tuple[date, ...]
    cent_day: date
    cut_day: date


@dataclass(frozen=True)
class Site:
    """A running UI."""

    url: str
    home: Path

    def ask(self, query: str) -> Any:
        """Answer a GraphQL query."""
        body = json.dumps({"query": query}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)["data"]

    def runs(self) -> list[dict[str, Any]]:
        """All runs, the newest first."""
        found = self.ask("{runsOrError{... on Runs{results{runId status endTime}}}}")
        return list(found["runsOrError"]["results"])

    def backfill_status(self) -> str:
        """How the newest backfill is getting on; empty if there is none."""
        found = self.ask("{partitionBackfillsOrError(limit:1){... on PartitionBackfills{results{id status}}}}")
        results = found["partitionBackfillsOrError"]["results"]
        return results[0]["status"] if results else ""


def prepare_home(home: Path, away: Path) -> Deliveries:
    """Deliver ten days into the ledger, unloaded, and an eleventh with a cut file into the landing zone."""
    last = datetime.now(UTC).date() - timedelta(days=1)
    first = write_deliveries(away, days=12, customers=300, last_day=last).first_day
    days = tuple(first + timedelta(days=number) for number in range(11))
    deliveries = Deliveries(days[:10], cent_day=days[2], cut_day=days[10])
    _take_a_cent(away / "cashmere" / f"CLOTURES_{deliveries.cent_day:%Y%m%d}.csv")
    _cut(away / "cashmere" / f"VENTES_{deliveries.cut_day:%Y%m%d}.csv")
    settings = load_settings(home=home)
    _drop(away, home, deliveries.days)
    installation = Home(settings)
    received = land(installation, sources=installation.contracts, days=None)
    assert received.new and not received.refused and not received.growing
    _drop(away, home, (deliveries.cut_day,))
    prepare_dagster_home(settings)
    return deliveries


@contextmanager
def running(home: Path, **settings: str) -> Iterator[Site]:
    """Run ``dagster dev`` on a home; nothing of it is left afterwards."""
    port = _free_port()
    site = Site(f"http://127.0.0.1:{port}", home)
    environment = {
        **os.environ,
        "GOLDLINE_HOME": str(home),
        "GOLDLINE_UI_URL": site.url,
        "DAGSTER_HOME": str(home / "dagster"),
        "PYTHONWARNINGS": "ignore",
        **settings,
    }
    serve = ["dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *serve],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            until(lambda: _answers(site, process), STARTS_WITHIN, "the UI answers")
            yield site
        finally:
            _stop(process)
            _kill_leftovers(home)


def until(condition: Callable[[], T | None], seconds: float, what: str) -> T:
    """Wait for something to become true, and return it."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain until {what}"
        time.sleep(0.5)
    return found


def _answers(site: Site, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, (site.home / "server.log").read_text("utf-8")[-3000:]
    try:
        found = site.ask("{repositoriesOrError{... on RepositoryConnection{nodes{name}}}}")
    except OSError:
        return False
    return bool(found["repositoriesOrError"].get("nodes"))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOPS_WITHIN)


def _kill_leftovers(home: Path) -> None:
    """Kill what was started for this very home and is still there, such as a run in progress."""
    mark = f"GOLDLINE_HOME={home}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = mark in (folder / "environ").read_bytes().split(b"\0") and int(folder.name) != os.getpid()
            if is_ours:
                os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _drop(away: Path, home: Path, days: tuple[date, ...]) -> None:
    for day in days:
        for path in sorted(away.glob(f"*/*_{day:%Y%m%d}.csv")):
            target = home / "landing" / path.parent.name
            target.mkdir(parents=True, exist_ok=True)
            path.rename(target / path.name)


def _take_a_cent(path: Path) -> None:
    """Change the first shop's total with tax by a cent."""
    lines = path.read_bytes().split(b"\r\n")
    cells = lines[1].split(b";")
    digit = int(cells[4][-1:])
    cells[4] = cells[4][:-1] + str(digit + 1 if digit < 9 else digit - 1).encode()
    lines[1] = b";".join(cells)
    path.write_bytes(b"\r\n".join(lines))
    _settle(path)


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    _settle(path)


def _settle(path: Path) -> None:
    hour_ago = time.time() - 3600
    os.utime(path, (hour_ago, hour_ago))
