"""Carrying out sweeps in several processes, and adding up what came of them.

A sweep yields its cases and judges each; which faults there are is said in the sweeps' own modules.
"""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty
from typing import Any

from tests.integration.postgres.server import started
from tests.torture.cases import Stage, stage
from tests.torture.judge import Violation

_PAUSE, _PROGRESS_SECONDS = 1.0, 30.0


@dataclass(frozen=True)
class Sweep:
    """A class of faults.

    Attributes:
        title: What is counted, in the plural.
        cases: Yields the cases, always the same ones in the same order.
        run: Carries out a case and judges it; None if the fault found nothing to strike.
        least: How many cases a whole sweep must have, not to prove less than it says.
        needs_strace: It cannot be carried out without strace.
        needs_postgresql: Its cases strike on a PostgreSQL server, too.
    """

    title: str
    cases: Callable[[Stage], Iterable[Any]]
    run: Callable[[Stage, Any], list[Violation] | None]
    least: int = 1
    needs_strace: bool = False
    needs_postgresql: bool = False


@dataclass
class Tally:
    """What came of a sweep."""

    title: str
    struck: set[str] = field(default_factory=set)
    missed: int = 0
    violations: list[tuple[str, Violation]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, case: str, found: list[Violation] | None) -> None:
        """Count one case."""
        if found is None:
            self.missed += 1
            return
        self.struck.add(case)
        self.violations += [(case, violation) for violation in found]

    def __str__(self) -> str:
        """Say it in one line, as ``make torture`` prints it."""
        kinds = Counter(violation.kind for _, violation in self.violations)
        counted = ", ".join(f"{kind} {kinds[kind]}" for kind in ("lost", "doubled", "half-published", "other"))
        return f"{self.title}: {len(self.struck)}: {counted} ({self.seconds:.0f} s)"


def carry_out(
    name: str, sweep: Sweep, *, workers: int, every: int = 1, only: str = "", said: Callable[[str], None]
) -> Tally:
    """Carry out a sweep.

    Args:
        name: Its name in ``sweeps.SWEEPS``, by which another process finds it.
        sweep: The sweep.
        workers: Processes to share it.
        every: Take each so-manieth case only.
        only: Take only cases that have this in their name.
        said: Told of each violation, and now and then of the progress.
    """
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    tally, began = Tally(sweep.title), time.monotonic()
    processes = [context.Process(target=_share, args=(name, n, workers, every, only, results)) for n in range(workers)]
    for process in processes:
        process.start()
    told = began
    for case, found in _until_ended(processes, results):
        tally.add(case, found)
        for violation in found or ():
            said(f"  {case}: {violation.kind}: {violation.what}")
        if time.monotonic() - told > _PROGRESS_SECONDS:
            told = time.monotonic()
            said(f"  {len(tally.struck)} {sweep.title} so far")
    tally.failures += [f"a process ended with {process.exitcode}" for process in processes if process.exitcode]
    tally.seconds = time.monotonic() - began
    return tally


def _until_ended(processes: list[Any], results: Any) -> Iterator[tuple[str, list[Violation] | None]]:
    while True:
        alive = any(process.is_alive() for process in processes)
        try:
            yield results.get(timeout=_PAUSE if alive else 0.1)
        except Empty:
            if not alive:
                break
    for process in processes:
        process.join()


def _share(name: str, number: int, workers: int, every: int, only: str, results: Any) -> None:
    """Carry out each ``workers``-th case of a sweep; the main function of a process."""
    from tests.torture.sweeps import SWEEPS

    sweep = SWEEPS[name]
    with started() if sweep.needs_postgresql else nullcontext() as server, stage(server=server) as made:
        chosen = list(islice((case for case in sweep.cases(made) if only in str(case)), 0, None, every))
        for case in chosen[number::workers]:
            try:
                results.put((str(case), sweep.run(made, case)))
            except Exception:  # noqa: BLE001 - a judge that breaks down is a violation, and the other cases go on
                results.put((str(case), [Violation("other", traceback.format_exc())]))
