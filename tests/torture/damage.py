"""Damaged files of a home: cut at a byte, or with one bit turned over, in each file that Goldline must trust.

Either the next night says clearly what is damaged and what to do, or it ends as if nothing had been; it never goes on
with less than there was. What was published stays readable unless it is the damaged file itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.torture import judge
from tests.torture.cases import Stage
from tests.torture.judge import Violation
from tests.torture.night import EXPLAINED

FILES = {
    "ledger/ledger.jsonl": 12,
    "ledger/fence": 4,
    "published/current.json": 8,
    "published/history.jsonl": 6,
    "published/fence": 4,
    "outbox/outbox.sqlite": 12,
    "warehouse.duckdb": 24,
    "warehouse.duckdb.lease": 4,
}
"""Files of the home before the second night, with how many places of each are struck in either way."""


@dataclass(frozen=True)
class Damage:
    """A case: a file that was cut, or that has a flipped bit."""

    file: str
    how: Literal["cut", "flipped"]
    place: int
    places: int

    def __str__(self) -> str:
        """Say which it is in one line."""
        return f"{self.file} {self.how} at {self.place} of {self.places}"


def every_damage(stage: Stage | None = None) -> Iterator[Damage]:
    """Yield each damage."""
    for file, places in FILES.items():
        for place in range(places):
            yield Damage(file, "cut", place, places)
            yield Damage(file, "flipped", place, places)


def strike(stage: Stage, case: Damage) -> list[Violation]:
    """Damage a home before its second night, and judge that night."""
    scene = stage.scenes["second"]
    home = stage.copy(scene)
    path = home.settings.home / case.file
    content = path.read_bytes()
    at = len(content) * case.place // case.places
    path.write_bytes(content[:at] + (b"" if case.how == "cut" else bytes((content[at] ^ 1,)) + content[at + 1 :]))
    code, said = stage.carry_out(home), stage.nights.said()
    if code == 0:
        return judge.after_repair(home, scene.expected) + judge.against_model(home, scene.lines)
    if code != EXPLAINED or "What to do:" not in said:
        return [Violation("other", f"ended with {code}: {said[-800:]}")]
    return [] if case.file.startswith("published/") else judge.after_death(home, allowed=scene.allowed)
