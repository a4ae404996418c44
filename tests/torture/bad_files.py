"""The corpus of bad files, on both engines: each gets its verdict, its place and its remedy, and equal rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.integration.corpus import FILES, Outcome, deliver_all, outcomes_in, wrong_with
from tests.integration.faulty_files import Case
from tests.support import open_home
from tests.torture.cases import Stage
from tests.torture.judge import Violation


@dataclass(frozen=True)
class BadFile:
    """A case: one file of the corpus."""

    source: str
    case: Case

    def __str__(self) -> str:
        """Say which it is in one line."""
        return f"{self.source}: {self.case.name}"


def every_file(stage: Stage) -> Iterator[BadFile]:
    """Yield every file that is not loaded whole."""
    for source, case in FILES:
        if case.verdict != "loaded":
            yield BadFile(source, case)


def deliver(stage: Stage, case: BadFile) -> list[Violation]:
    """Judge what became of a file; the whole corpus is delivered with the first one."""
    ours, theirs = _outcomes(stage)
    found = [Violation("other", wrong) for wrong in wrong_with(case.source, case.case, ours[str(case)])]
    if ours[str(case)] != theirs[str(case)]:
        found.append(Violation("other", f"PostgreSQL: {theirs[str(case)]}; DuckDB: {ours[str(case)]}"))
    return found


@cache
def _outcomes(stage: Stage) -> tuple[dict[str, Outcome], dict[str, Outcome]]:
    assert stage.server
    duckdb = open_home(stage.folder / "corpus")
    postgresql = open_home(stage.folder / "corpus on postgresql", warehouse=stage.server.new_database("corpus"))
    deliver_all(duckdb)
    deliver_all(postgresql)
    return outcomes_in(duckdb), outcomes_in(postgresql)
