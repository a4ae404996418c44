"""Killing a night at each named point of the code, on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from goldline.faultpoint import EXIT_CODE
from tests.torture import judge
from tests.torture.cases import Stage
from tests.torture.judge import Violation

POINTS = {
    "archive.renamed": 3,
    "landing.archived": 1,
    "ledger.written": 2,
    "landing.ledgered": 1,
    "landing.taken": 3,
    "intake.checked": 1,
    "intake.superseding": 1,
    "intake.rows_written": 1,
    "intake.before_commit": 1,
    "intake.committed": 1,
    "intake.outcome_recorded": 1,
    "intake.recorded": 1,
    "table.changes_written": 2,
    "table.before_commit": 2,
    "table.committed": 2,
    "publish.table_written": 4,
    "publish.manifest_written": 1,
    "publish.version_renamed": 1,
    "publish.switched": 1,
    "publish.recorded": 1,
    "alerts.reported": 1,
    "alerts.queued": 1,
}
"""The points that a night passes, in this order, and how often at most."""


@dataclass(frozen=True)
class Point:
    """A case: die at a pass of a named point."""

    scene: str
    point: str

    def __str__(self) -> str:
        """Say which it is in one line."""
        return f"{self.scene} night killed at {self.point}"


def every_point(stage: Stage) -> Iterator[Point]:
    """Yield each pass of each point in each night, on each engine."""
    for scene in stage.scenes:
        for name, passes in POINTS.items():
            for number in range(1, passes + 1):
                yield Point(scene, f"{name}:{number}")


def kill(stage: Stage, case: Point) -> list[Violation] | None:
    """Carry out a case; None if the night never comes there."""
    scene = stage.scenes[case.scene]
    home = stage.copy(scene)
    if stage.carry_out(home, crash_at=case.point) != EXIT_CODE:
        return None
    return [*judge.after_death(home, allowed=scene.allowed), *stage.repaired(home, scene)]
