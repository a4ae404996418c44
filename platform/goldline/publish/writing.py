"""Who writes the files of a version: some at a time, each by one thread of the engine.

An engine that shares the little work of one file out among its threads spends more than half as much again; one that
writes all files of a table in one pass, twice as much. What is in a file is ``parts``' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from goldline.publish.manifest import PublishedPart
from goldline.publish.parts import File, Plan, Source, measured, write_one

if TYPE_CHECKING:
    from goldline.warehouse.engine import Readers, Session

FEW = 4  # so few files are not worth other readers
Parts = dict[str, tuple[PublishedPart, ...]]


def write(session: Session, plans: Iterable[Plan], readers: Readers | None) -> Parts:
    """Write and measure all files that are planned.

    Args:
        session: The transaction whose state is published.
        plans: What is to be written, by table.
        readers: Opens sessions that see the same state, each for a thread of its own; None where there are none.
    """
    plans = list(plans)
    files = [(plan.source, file) for plan in plans for file in plan.files]
    with ExitStack() as stack:
        sessions = stack.enter_context(readers()) if readers and len(files) > FEW else [session]
        written = _written(sessions, files)
    return {plan.source.name: plan.parts(written[file.path] for file in plan.files) for plan in plans}


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
