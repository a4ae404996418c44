"""Failing the disk under a night: no room, no quota, a broken device, a read-only mount, a limit on the size of files.

A fault strikes one call, or that call and all of its kind after it, as a disk does that stays full. The night must end
with a message that says so, or go through unharmed; what was published stays readable; the next night makes it good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from signal import SIGABRT

from tests.torture import judge, traced
from tests.torture.cases import Stage
from tests.torture.judge import Violation
from tests.torture.night import EXPLAINED
from tests.torture.traced import Call

ERRORS = {
    "openat": ("ENOSPC", "EROFS"),
    "mkdir": ("ENOSPC", "EROFS"),
    "mkdirat": ("ENOSPC", "EROFS"),
    "write": ("ENOSPC", "EIO"),
    "pwrite64": ("ENOSPC", "EDQUOT"),
    "fsync": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "ftruncate": ("EIO", "EROFS"),
    "rename": ("ENOSPC", "EIO"),
    "renameat": ("ENOSPC", "EIO"),
    "unlink": ("EROFS",),
    "fchmod": ("EROFS",),
}
LONGEST_MESSAGE = 6  # lines


@dataclass(frozen=True)
class DiskFault:
    """A case: a call fails, once or from then on."""

    scene: str
    call: Call
    error: str
    lasts: bool

    def __str__(self) -> str:
        """Say which it is in one line."""
        return f"{self.scene} night, {self.error} {'from' if self.lasts else 'at'} {self.call}"


def every_fault(stage: Stage) -> Iterator[DiskFault]:
    """Yield the faults of both nights: each call that writes fails once with one error, and for good with the other."""
    for scene in stage.scenes.values():
        home, log = stage.copy(scene), stage.folder / "strace.log"
        code = traced.carry_out(stage.nights, home.settings.home, log)
        if code:
            raise AssertionError(f"a traced night ended with {code}: {stage.nights.said()}")
        for place, call in enumerate(c for c in traced.calls_on(home.settings.home, log) if c.writes):
            if errors := ERRORS.get(call.name):
                lasts = place % 2 == 0
                yield DiskFault(scene.name, call, errors[place % len(errors)], lasts)


def strike(stage: Stage, case: DiskFault) -> list[Violation] | None:
    """Carry out a case; None if the call never came."""
    scene = stage.scenes[case.scene]
    home, log = stage.copy(scene), stage.folder / "strace.log"
    when = f"{case.call.number}{'+' if case.lasts else ''}"
    code = traced.carry_out(
        stage.nights, home.settings.home, log, inject=f"{case.call.name}:error={case.error}:when={when}"
    )
    if "(INJECTED)" not in log.read_text(errors="replace"):
        return None
    found = judge.after_death(home, allowed=scene.allowed)
    found += _ended(stage, code)
    return [*found, *stage.repaired(home, scene)]


@dataclass(frozen=True)
class Limit:
    """A case: no file may exceed a size, as a quota or ``ulimit -f`` has it."""

    scene: str
    largest: int

    def __str__(self) -> str:
        """Say which it is in one line."""
        return f"{self.scene} night, no file larger than {self.largest} bytes"


def every_limit(stage: Stage) -> Iterator[Limit]:
    """Yield sizes from next to nothing to enough."""
    for scene in stage.scenes:
        for step in range(30):
            yield Limit(scene, int(64 * 1.5**step))


def limit(stage: Stage, case: Limit) -> list[Violation]:
    """Carry out a case."""
    scene = stage.scenes[case.scene]
    home = stage.copy(scene)
    code = stage.carry_out(home, largest=case.largest)
    return [*judge.after_death(home, allowed=scene.allowed), *_ended(stage, code), *stage.repaired(home, scene)]


def _ended(stage: Stage, code: int) -> list[Violation]:
    """A night that the disk failed ends well, or with a short message that says what to do."""
    said = stage.nights.said().strip()
    if code in (
        0,
        -SIGABRT,
    ):  # DuckDB 1.5 ends the process when it cannot undo a failed write to its log: as a kill does
        return []
    if code != EXPLAINED:
        return [Violation("other", f"ended with {code} and no message of ours: {_last(said)}")]
    if "What to do:" not in said or "Traceback" in said or len(said.splitlines()) > LONGEST_MESSAGE:
        return [Violation("other", f"a message that does not help: {_last(said)}")]
    return []


def _last(said: str) -> str:
    places = re.findall(r'File "([^"]+)", line (\d+), in (\w+)', said)
    where = " < ".join(f"{path.rsplit('/', 2)[-1]}:{line} {name}" for path, line, name in places[::-1][:6])
    shown = " / ".join(line for line in said.splitlines() if not line.startswith(" "))
    return f"{shown[-600:] or 'nothing'} [{where}]"
