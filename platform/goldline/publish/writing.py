"""Who writes the files of a version: tables as a whole one after the other, single files some at a time.

A table that is written as a whole keeps all threads of the engine busy, and the file before is measured meanwhile. A
night writes some dozens of small files, each by one thread: an engine that shares so little work out among its threads
spends more than half as much again. What is in a file is ``parts``' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from goldline.publish.manifest import PublishedPart
from goldline.publish.parts import File, Plan, Source, measured, write_all, write_one

if TYPE_CHECKING:
    from goldline.warehouse.engine import Readers, Session

FEW = 4  # so few files are not worth other readers
Parts = dict[str, tuple[PublishedPart, ...]]


def write(session: Session, building: Path, plans: Iterable[Plan], readers: Readers | None) -> Parts:
    """Write and measure all files that are planned.

    Args:
        session: The transaction whose state is published.
        building: The folder of the version.
        plans: What is to be written, by table.
        readers: Opens sessions that see the same state, each for a thread of its own; None where there are none.
    """
    plans = list(plans)
    parts = _as_a_whole(session, building, [plan for plan in plans if plan.files is None])
    return parts | _by_file(session, [plan for plan in plans if plan.files is not None], readers)


def _as_a_whole(session: Session, building: Path, plans: list[Plan]) -> Parts:
    with ThreadPoolExecutor(max_workers=1) as reader:
        parts = {
            plan.source.name: [
                reader.submit(measured, plan.source, path, start)
                for start, path in write_all(session, building, plan.source, plan.period)
            ]
            for plan in plans
        }
        return {plan.source.name: plan.parts(part.result() for part in parts[plan.source.name]) for plan in plans}


def _by_file(session: Session, plans: list[Plan], readers: Readers | None) -> Parts:
    files = [(plan.source, file) for plan in plans for file in plan.files or ()]
    with ExitStack() as stack:
        sessions = stack.enter_context(readers()) if readers and len(files) > FEW else [session]
        written = _written(sessions, files)
    return {plan.source.name: plan.parts(written[file.path] for file in plan.files or ()) for plan in plans}


def _written(sessions: list[Session], files: list[tuple[Source, File]]) -> Mapping[Path, PublishedPart | None]:
    free: SimpleQueue[Session] = SimpleQueue()
    for session in sessions:
        free.put(session)

    def write_next(source: Source, file: File) -> PublishedPart | None:
        session = free.get()
        try:
            is_there = write_one(session, file)
        finally:
            free.put(session)
        return measured(source, file.path, file.starts) if is_there else None

    with ThreadPoolExecutor(max_workers=max(2, len(sessions))) as pool:
        futures: dict[Path, Future[PublishedPart | None]] = {
            file.path: pool.submit(write_next, source, file) for source, file in files
        }
        try:
            return {path: future.result() for path, future in futures.items()}
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
