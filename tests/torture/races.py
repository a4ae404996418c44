"""Two nights at once on one home: begun at the same moment, or one frozen in its middle and woken later.

One does the work; the other waits its turn, or ends with a message. Either way the home ends as after one night.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.torture import judge
from tests.torture.cases import Stage
from tests.torture.judge import Violation
from tests.torture.night import EXPLAINED

TOGETHER, FROZEN = 60, 40
LATEST_SECONDS = 0.8


@dataclass(frozen=True)
class Race:
    """A case: two nights that begin together, or the second while the first is frozen."""

    number: int
    frozen_after: float | None = None

    def __str__(self) -> str:
        """Say which it is in one line."""
        how = "together" if self.frozen_after is None else f"the first frozen after {self.frozen_after:.2f} s"
        return f"race {self.number}, {how}"


def every_race(stage: Stage | None = None) -> Iterator[Race]:
    """Yield the races."""
    for number in range(TOGETHER):
        yield Race(number)
    for number in range(FROZEN):
        yield Race(TOGETHER + number, LATEST_SECONDS * number / FROZEN)


def run(stage: Stage, case: Race) -> list[Violation]:
    """Carry out a race."""
    scene = stage.scenes["second"]
    home = stage.copy(scene)
    first = stage.nights.begin(home.settings.home)
    if case.frozen_after is None:
        second = stage.rival.begin(home.settings.home)
        os.kill(first, signal.SIGCONT)
        os.kill(second, signal.SIGCONT)
        codes = [stage.nights.ended(), stage.rival.ended()]
    else:
        codes = _frozen(stage, home.settings.home, first, case.frozen_after)
    said = f"{stage.nights.said()} | {stage.rival.said()}"
    found = judge.after_death(home, allowed=scene.allowed)
    if 0 not in codes or not set(codes) <= {0, EXPLAINED} or (EXPLAINED in codes and "another" not in said):
        found.append(Violation("other", f"ended with {codes}: {said[-800:]}"))
    return [*found, *stage.repaired(home, scene)]


def _frozen(stage: Stage, home: Path, first: int, seconds: float) -> list[int]:
    """Freeze the first night, let a second one come, and wake the first."""
    os.kill(first, signal.SIGCONT)
    time.sleep(seconds)
    with suppress(ProcessLookupError):
        os.kill(first, signal.SIGSTOP)
    try:
        second = stage.rival.carry_out(home, patience=0.5)
    finally:
        with suppress(ProcessLookupError):
            os.kill(first, signal.SIGCONT)
    return [stage.nights.ended(), second]
