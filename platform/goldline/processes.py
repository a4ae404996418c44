"""Processes of this machine: a name that no later process has, and whether one is alive, dead or stopped.

Belongs here: what ``/proc`` tells. What follows from it (an orphaned run, a lease that a frozen process holds) is
decided by those who ask.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

State = Literal["alive", "stopped", "dead"]
_DEAD, _STOPPED = frozenset("ZX"), frozenset("Tt")


def process_name(pid: int) -> str:
    """Name a process so that a later one with the same number is told apart; empty if there is none."""
    ticks = _start_ticks(pid)
    return f"{pid}@{ticks}@{_boot()}" if ticks else ""


def state_of(name: str) -> State:
    """Say how the process of that name is; one of an earlier boot, or of another machine, is dead here."""
    pid = name.partition("@")[0]
    if not pid.isdigit() or name != process_name(int(pid)):
        return "dead"
    return "stopped" if _STOPPED.intersection(_fields(int(pid))[:1]) else "alive"


def started_at(pid: int) -> datetime | None:
    """Return when a process started; None if it is gone or dead."""
    ticks = _start_ticks(pid)
    return _booted_at() + timedelta(seconds=int(ticks) / os.sysconf("SC_CLK_TCK")) if ticks else None


def _start_ticks(pid: int) -> str:
    """Return when a process started, in clock ticks since the boot; empty if it is gone or dead."""
    fields = _fields(pid)
    return fields[19] if fields and fields[0] not in _DEAD else ""


def _fields(pid: int) -> list[str]:
    """Return what ``/proc`` says of a process after its name: the state first; nothing if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return []
    return stat.rpartition(")")[2].split()


def _booted_at() -> datetime:
    lines = Path("/proc/stat").read_text("utf-8").splitlines()
    seconds = next(line.split()[1] for line in lines if line.startswith("btime "))
    return datetime.fromtimestamp(int(seconds), UTC)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()[:8]
    except OSError:
        return ""
