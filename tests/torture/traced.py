"""strace: recording the system calls of a night, and killing the process or failing the disk at one of them.

What a call is and how it is counted. Which are tried, and what must hold after, is said in ``kills`` and ``disk``.
strace counts each kind of call of each thread by itself; with one thread of the engine, the main one does all writing.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.torture.night import Nights

CALLS = (
    *("openat", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "flock", "fchmod", "mkdir", "mkdirat"),
    *("rename", "renameat", "renameat2", "unlink", "unlinkat"),
)
_LINE = re.compile(r"(?P<thread>\d+) +(?P<call>[a-z0-9_]+)\((?P<rest>.*)")
_PATIENCE = 20.0


@dataclass(frozen=True)
class Call:
    """One system call of a night: the ``number``-th of its kind."""

    name: str
    number: int
    what: str
    """Which file of the home, as far as it can be named: names that are made up at random have stars."""
    writes: bool
    """Whether it can run into a full disk: it writes, or makes a name."""

    def __str__(self) -> str:
        """Say which it is in one line."""
        return f"{self.name} {self.number} ({self.what})"


def is_available() -> bool:
    """Say whether there is a strace on this machine that may trace."""
    found = shutil.which("strace")
    if not found:
        return False
    return subprocess.run([found, "-o", os.devnull, "true"], check=False, capture_output=True).returncode == 0


def carry_out(nights: Nights, home: Path, log: Path, *, inject: str = "", where: Path | None = None) -> int:
    """Carry out a night under strace and return its exit code.

    Args:
        nights: Starts the process.
        home: The home.
        log: Where strace writes what it saw.
        inject: What strace is to do, as its ``--inject``.
        where: Count and touch only calls on this file.
    """
    process = nights.begin(home)
    command = ["strace", "-f", "-y", "-qq", "-s", "0", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
    command += ["-e", f"inject={inject}"] if inject else []
    command += ["-P", str(where)] if where else []
    with subprocess.Popen([*command, "-p", str(process)], stderr=subprocess.DEVNULL) as strace:
        deadline = time.monotonic() + _PATIENCE
        while not _is_traced(process) and strace.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        with suppress(ProcessLookupError):  # it may have gone on, and met its end, already
            os.kill(process, signal.SIGCONT)
        return nights.ended()


def calls_on(home: Path, log: Path) -> list[Call]:
    """Return the calls that a recorded night made on files of its home, each once."""
    found = {(call.name, call.number): call for call in _calls(home, log.read_text(errors="replace"))}
    return list(found.values())


def _calls(home: Path, text: str) -> Iterator[Call]:
    passed: Counter[tuple[str, str]] = Counter()
    main = ""
    for line in text.splitlines():
        found = _LINE.match(line)
        if not found:
            continue
        main = main or found["thread"]
        passed[found["thread"], found["call"]] += 1
        if found["thread"] == main and str(home) in found["rest"]:
            number = passed[main, found["call"]]
            yield Call(found["call"], number, _file(home, found["rest"]), _writes(found["call"], found["rest"]))


def _writes(call: str, rest: str) -> bool:
    return call not in {"openat", "flock"} or any(flag in rest for flag in ("O_WRONLY", "O_RDWR", "O_CREAT"))


def _file(home: Path, rest: str) -> str:
    relative = rest.split(f"{home}/")[-1] if f"{home}/" in rest else "the home"
    name = re.split(r"[\">]", relative)[0]
    return re.sub(r"/[0-9a-f]{62}$|/tmp\w{8}$|(?<=building-)\w+", lambda m: "/*" if "/" in m.group() else "*", name)


def _is_traced(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return "TracerPid:\t0\n" not in status
