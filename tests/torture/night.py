"""One night at the market stall in a process that may die: take in, load, build, publish, tell what failed.

Run as a program it loads its imports once and carries out each night that it is asked for in a process forked from
there, so that the death of one costs the next no start-up. What must hold afterwards is ``judge``'s part.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import goldline.flow
import goldline.home
from goldline.alerts import FileMailer, Incident, Outbox, Policy, mail
from goldline.alerts import deliver as send_mails
from goldline.contracts import Contract, load_contracts
from goldline.deliver import deliver
from goldline.disk import disk_faults
from goldline.errors import GoldlineError
from goldline.faultpoint import VARIABLE, reach
from goldline.flow import build_table, publish_tables
from goldline.home import Home
from goldline.settings import load_settings
from goldline.warehouse.tables import load_catalogue
from tests.support import EVERY_DAY

ROOT = Path(__file__).parents[2]
ASSETS = Path(__file__).with_name("assets")
PROGRAM = "tests.torture.night"
NOW = datetime(2026, 4, 4, 3, 0, tzinfo=UTC)
EXPLAINED, UNEXPLAINED = 1, 3
PATIENCE_SECONDS = 30.0
LONGEST_SECONDS = 120  # then it hangs, and is ended
_ANY_TRACER = 0x59616D61, ctypes.c_ulong(-1)


def open_stall(folder: Path, warehouse: str = "") -> Home:
    """Return the market stall's installation in a folder."""
    home = Home(
        load_settings(
            home=folder,
            warehouse=warehouse,
            landing="",
            settle_seconds=0,
            timezone="Europe/Paris",
            currency="EUR",
            threads=1,
            memory="512MB",
            keep_versions=2,
        )
    )
    vars(home).update(contracts=_contracts(), catalogue=load_catalogue(ASSETS))
    return home


@cache
def _contracts() -> dict[str, Contract]:
    return load_contracts(ASSETS)


def carry_out(home: Home, now: datetime = NOW, *, patience: float = PATIENCE_SECONDS) -> None:
    """Carry out a night; another one that is at work is waited for so long."""
    with home.warehouse(wait_seconds=patience) as warehouse:
        for source in home.contracts:
            deliver(home, warehouse, source, EVERY_DAY, run_id="night")
        for table in home.catalogue.tables:
            build_table(home, warehouse, table, run_id="night")
        publish_tables(home, warehouse, run_id="night")
    tell(home, now)


def tell(home: Home, now: datetime) -> None:
    """Report each refused file once, however often this is begun anew, and send what is to be sent."""
    outbox = outbox_of(home)
    with outbox.batch() as batch:
        told = int(batch.cursor("refused") or 0)
        for entry in home.ledger.entries():
            if entry.sequence > told and home.ledger.states()[entry.sequence].status == "refused":
                incident = Incident(
                    key=f"refused:{entry.name}",
                    kind="delivery_refused",
                    group="tills",
                    title=f"{entry.name} was refused",
                    cause="; ".join(home.ledger.states()[entry.sequence].reasons),
                    since=NOW,
                )
                batch.report(incident, now)
                batch.set_cursor("refused", str(entry.sequence))
    reach("alerts.reported")
    outbox.queue(now)
    reach("alerts.queued")
    send_mails(outbox, FileMailer(outbox.folder / "mails"), now)


def outbox_of(home: Home) -> Outbox:
    """Return the outbox of a home."""
    return Outbox(home.settings.outbox_dir, policy=Policy(mail_to=("data@example.org",)))


def main() -> None:
    """Answer each line ``{"home": .., ..}`` with the number of a process, and with how it ended."""
    warnings.filterwarnings("ignore")
    for late in ("pandas", "duckdb_sqlalchemy", "email.mime.multipart", "zoneinfo._zoneinfo"):
        importlib.import_module(late)
    goldline.home.ASSETS = ASSETS
    open_stall(Path.cwd())
    for template in ("digest.html", "digest.txt"):
        mail._templates().get_template(template)
    setattr(goldline.flow, "require_reconciled", _nothing)  # noqa: B010 - the stall has a model, and no statement
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST_SECONDS)
            os._exit(_night(order))
        if order["stopped"]:
            os.waitpid(child, os.WUNTRACED)
            print(child, flush=True)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if order["night"] == 1:
            _import_what_was_needed(Path(order["output"]))
        print(code, flush=True)


def _import_what_was_needed(output: Path) -> None:
    """Import what the first night imported on its way, so that the nights to come find it there."""
    with suppress(FileNotFoundError):
        for name in output.with_suffix(".modules").read_text().split():
            with suppress(ImportError):
                importlib.import_module(name)


def _nothing(*_: object) -> None:
    """Stand in for the reconciliation."""


def _night(order: dict[str, Any]) -> int:
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)  # the answers' pipe
    os.dup2(nothing, 2)
    os.environ[VARIABLE] = order["crash_at"]
    home = open_stall(Path(order["home"]), order["warehouse"])
    if order["stopped"]:
        ctypes.CDLL(None).prctl(*_ANY_TRACER)
        os.kill(os.getpid(), signal.SIGSTOP)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    if order["largest"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], most[1]))
    code, said = _outcome(home, NOW + timedelta(hours=6 * int(order["night"])), order["patience"])
    resource.setrlimit(resource.RLIMIT_FSIZE, most)
    os.writev(output, [said.encode()])  # no fault is ever injected into this call
    if order["night"] == 1:
        Path(order["output"]).with_suffix(".modules").write_text("\n".join(sys.modules))
    return code


def _outcome(home: Home, now: datetime, patience: float) -> tuple[int, str]:
    try:
        with disk_faults():
            carry_out(home, now, patience=patience)
    except GoldlineError as error:
        return EXPLAINED, f"{type(error).__name__}: {error}"
    except BaseException:  # noqa: BLE001 - whatever it is, it is what this program is there to show
        return UNEXPLAINED, traceback.format_exc()
    return 0, ""


class Nights:
    """The program, started."""

    def __init__(self, process: subprocess.Popen[str], output: Path) -> None:
        self._process, self.output, self._night = process, output, 0

    def carry_out(
        self,
        home: Path,
        *,
        crash_at: str = "",
        warehouse: str = "",
        patience: float = PATIENCE_SECONDS,
        largest: int = 0,
    ) -> int:
        """Carry out a night in a process of its own, and return its exit code; negative is a signal.

        Args:
            home: The home.
            crash_at: The named point at which to die.
            warehouse: URL of the warehouse, if it is not the file of the home.
            patience: How many seconds to wait for another night that is at work.
            largest: The size that no file may exceed, in bytes; 0 is no limit.
        """
        self._order(home, crash_at=crash_at, warehouse=warehouse, patience=patience, largest=largest, stopped=False)
        return self.ended()

    def begin(self, home: Path) -> int:
        """Begin a night in a process that is stopped before its first step; return its number."""
        self._order(home, crash_at="", warehouse="", patience=PATIENCE_SECONDS, largest=0, stopped=True)
        return self.ended()

    def ended(self) -> int:
        """Wait for the end of a night that was begun, and return its exit code."""
        assert self._process.stdout
        return int(self._process.stdout.readline())

    def said(self) -> str:
        """Return what the last night printed."""
        return self.output.read_text(errors="replace")

    def _order(self, home: Path, **order: object) -> None:
        assert self._process.stdin
        self._night += 1
        whole = {"home": str(home), "output": str(self.output), "night": self._night, **order}
        self._process.stdin.write(json.dumps(whole) + "\n")
        self._process.stdin.flush()


@contextmanager
def started(folder: Path) -> Iterator[Nights]:
    """Start the program; it ends with the block.

    Args:
        folder: Where what it prints is kept.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GOLDLINE_")}
    environment |= {"MALLOC_TOP_PAD_": "67108864", "MALLOC_TRIM_THRESHOLD_": "268435456"}  # fewer calls to trace
    environment["PYTHONPATH"] = os.pathsep.join((str(ROOT / "platform"), str(ROOT)))
    with subprocess.Popen(
        [sys.executable, "-m", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=folder,
        text=True,
    ) as process:
        yield Nights(process, folder / "output")


if __name__ == "__main__":
    main()
