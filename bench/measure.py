"""Measuring a whole process with all that it starts: CPU seconds (user and system), wall seconds and peak memory.

CPU time is what the kernel charges for children that were waited for; memory is the sum over the process tree, looked
at several times a second. A process that goes over its budget of time or memory is ended, and the result says so.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.2
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Budget:
    """The most that a process may use."""

    seconds: float
    memory_bytes: int


@dataclass(frozen=True)
class Measured:
    """What a process used, and how it ended: ``ok``, or why not."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int
    outcome: str
    output: str

    @property
    def is_ok(self) -> bool:
        """Whether the process did its job."""
        return self.outcome == "ok"


def measure(command: Sequence[str], *, budget: Budget, environment: Mapping[str, str], log: Path) -> Measured:
    """Run a process to its end and measure it; what it printed goes to ``log``, its standard output is kept."""
    log.parent.mkdir(parents=True, exist_ok=True)
    printed = log.with_suffix(".out")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with log.open("w") as errors, printed.open("w") as out:
        process = subprocess.Popen(  # noqa: S603 - commands of our own
            list(command), stdout=out, stderr=errors, env=dict(environment), start_new_session=True
        )
        peak, why = _watch(process, started, budget)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    failed = f"failed (exit {process.returncode}), see {log.parent.name}/{log.name}"
    outcome = why or ("ok" if process.returncode == 0 else failed)
    return Measured(cpu, time.monotonic() - started, peak, outcome, printed.read_text("utf-8", "replace"))


def _watch(process: subprocess.Popen[bytes], started: float, budget: Budget) -> tuple[int, str]:
    """Wait for a process; return its peak memory and why it was ended, if it was."""
    peak, why = 0, ""
    while True:
        peak = max(peak, tree_bytes(process.pid))
        if not why:
            why = _exceeded(peak, time.monotonic() - started, budget)
            if why:
                os.killpg(process.pid, signal.SIGKILL)
        try:
            process.wait(LOOK_SECONDS)
            return peak, why
        except subprocess.TimeoutExpired:
            continue


def _exceeded(peak: int, seconds: float, budget: Budget) -> str:
    if peak > budget.memory_bytes:
        return f"out of memory (more than {budget.memory_bytes / 1e9:.0f} GB)"
    return f"out of time (more than {budget.seconds / 60:.0f} minutes)" if seconds > budget.seconds else ""


def tree_bytes(pid: int) -> int:
    """Return the resident memory of a process and its descendants; shared pages count once per process."""
    return sum(_resident(one) for one in (pid, *_descendants(pid)))


def _descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_descendants(child)]
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0
