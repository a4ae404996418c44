"""Writers in processes of their own: started, frozen, woken, and asked what they could do. Judging is the tests'."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from goldline.errors import GoldlineError
from goldline.fencing import Grant
from goldline.landing.events import Received
from goldline.publish.folder import PublishedFolder
from goldline.warehouse.engine import Warehouse
from tests.support import open_home

ROOT = Path(__file__).parents[3]
PROGRAM = "from tests.integration.operations.processes import main; main()"
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "platform"), str(ROOT)))}


def main() -> None:
    """Hold the warehouse of a home; at each line of standard input, write to all that it protects."""
    home = open_home(Path(sys.argv[1]))
    wait = float(sys.argv[2])
    try:
        warehouse = home.warehouse(wait_seconds=wait)
    except GoldlineError as error:
        _say({"refused": str(error)})
        return
    _say({"grant": warehouse.grant.number if warehouse.grant else None})
    for line in sys.stdin:
        text = line.strip()
        _say(
            {
                "ledger": _outcome(partial(home.ledger.append, [_arrival(text)], grant=warehouse.grant)),
                "warehouse": _outcome(partial(_insert, warehouse, text)),
                "published": _outcome(partial(_switch, home.settings.published_dir, warehouse.grant)),
            }
        )
    warehouse.close()


def _outcome(write: Callable[[], object]) -> str:
    try:
        write()
    except (GoldlineError, OSError) as error:
        return type(error).__name__
    return ""


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)


def _arrival(name: str) -> Received:
    return Received(
        source="cashmere", feed="VENTES", delivery_date=date(2026, 3, 28), name=name, sha256="0" * 64, size=1
    )


def _insert(warehouse: Warehouse, text: str) -> None:
    with warehouse.transaction() as session:
        session.execute("create table if not exists written (text varchar)")
        session.execute("insert into written values (?)", [text])


def _switch(folder: Path, grant: Grant | None) -> None:
    published = PublishedFolder(folder, grant=grant)
    with published.writing():
        highest = published.highest() + 1
        version = f"v{highest:06d}"
        published.version_path(version).mkdir(parents=True)
        published.switch(version, highest=highest, action="published", at=datetime.now(UTC))


class Writer:
    """A started process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.first = self.answer()

    @property
    def pid(self) -> int:
        return self.process.pid

    def answer(self) -> dict[str, object]:
        assert self.process.stdout
        answer: dict[str, object] = json.loads(self.process.stdout.readline())
        return answer

    def ask(self, text: str) -> None:
        """Ask for a write; the answer comes when the process is awake."""
        assert self.process.stdin
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def freeze(self) -> None:
        """Stop the process, and wait until it stands still."""
        self.process.send_signal(signal.SIGSTOP)
        while Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.01)

    def wake(self) -> None:
        """Let the process go on."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def writer(home: Path, *, wait: float = 0) -> Iterator[Writer]:
    """Start a writer; it is ended with the block."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home), str(wait)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd=ROOT,
        text=True,
    ) as process:
        try:
            yield Writer(process)
        finally:
            process.kill()
