"""Killing a night at each of its system calls, and at each named point of the code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from signal import SIGKILL

from tests.torture import judge, traced
from tests.torture.cases import Stage
from tests.torture.judge import Violation
from tests.torture.traced import Call


@dataclass(frozen=True)
class Kill:
    """A case: die on entering a call."""

    scene: str
    call: Call

    def __str__(self) -> str:
        """Say which it is in one line."""
        return f"{self.scene} night killed at {self.call}"


def every_kill(stage: Stage) -> Iterator[Kill]:
    """Yield every point at which either night can be killed: its calls on files of the home."""
    for scene in stage.scenes.values():
        home, log = stage.copy(scene), stage.folder / "strace.log"
        code = traced.carry_out(stage.nights, home.settings.home, log)
        if code:
            raise AssertionError(f"a traced night ended with {code}: {stage.nights.said()}")
        for call in traced.calls_on(home.settings.home, log):
            yield Kill(scene.name, call)


def kill(stage: Stage, case: Kill) -> list[Violation] | None:
    """Carry out a case; None if the call never came."""
    scene = stage.scenes[case.scene]
    home = stage.copy(scene)
    inject = f"{case.call.name}:signal=SIGKILL:when={case.call.number}"
    code = traced.carry_out(stage.nights, home.settings.home, stage.folder / "strace.log", inject=inject)
    if code != -SIGKILL:
        return None
    return [*judge.after_death(home, allowed=scene.allowed), *stage.repaired(home, scene)]
