"""What of a home goes into a backup besides archive and ledger, as files that stand still.

Each function yields (path in the home, file to read): the file itself where it never changes once it is there, else a
copy made in one moment. A file that is gone when it is to be read was replaced meanwhile and is left out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from goldline.alerts.store import FILE_NAME as OUTBOX
from goldline.backup.settings_file import NAME as SETTINGS
from goldline.backup.settings_file import settings_file
from goldline.errors import GoldlineError, TransientError
from goldline.home import Home
from goldline.publish.folder import PublishedFolder
from goldline.warehouse.engine import is_postgresql
from goldline.warehouse.lease import Lease

Files = Iterator[tuple[str, Path]]
PRIVATE = ("people.yaml", "roles.yaml", "people/", "subscriptions.yaml")
WRITTEN_BY_PEOPLE = ("people.yaml", "roles.yaml", "subscriptions.yaml", "marketing_spend.csv")
_PASSING = ("building-", "removing-", ".", "fence")


def small_parts(home: Home, scratch: Path, *, with_secrets: bool) -> Files:
    """Yield settings, outbox, quarantine reports, Dagster's configuration, and what people wrote for the boards.

    Keys and sessions stay behind: after a restore everybody logs in anew.
    """
    settings = scratch / SETTINGS
    settings.write_bytes(settings_file(home.settings, with_secrets=with_secrets))
    yield SETTINGS, settings
    outbox = home.settings.outbox_dir
    if (outbox / OUTBOX).exists():
        yield f"outbox/{OUTBOX}", _copy_of_database(outbox / OUTBOX, scratch / OUTBOX)
    yield from _below(outbox / "mails", "outbox/mails", "*.eml")
    yield from _below(home.settings.quarantine_dir, "quarantine", "*/*.json")
    yield from _below(home.settings.dagster_dir, "dagster", "dagster.yaml")
    for name in WRITTEN_BY_PEOPLE:
        if (home.settings.home / name).is_file():
            yield name, home.settings.home / name
    yield from _below(home.settings.home / "people" / "audit", "people/audit", "*.jsonl")


@contextmanager
def published_files(home: Home) -> Iterator[list[tuple[str, Path]]]:
    """Give every published version that is kept, and the pointer; none of them is pruned meanwhile."""
    folder = PublishedFolder(home.settings.published_dir)
    with ExitStack() as held:
        pointer = folder.pointer()
        for version in folder.versions() if pointer else ():
            with suppress(FileNotFoundError):
                held.enter_context(folder.hold(version))
        files = _below(folder.path, "published", "**/*")
        yield [(name, path) for name, path in files if not _is_passing(path, folder.path)] if pointer else []


@contextmanager
def warehouse_file(home: Home, *, wait_seconds: float) -> Iterator[list[tuple[str, Path]]]:
    """Give the file of the warehouse, with the writer's lease held so that it stands still.

    Raises:
        GoldlineError: The warehouse is a server's.
        TransientError: A run is writing it.
    """
    path = home.warehouse_file
    if is_postgresql(home.settings.warehouse_url) or path is None:
        raise GoldlineError(
            "the warehouse is no file",
            where="--with-warehouse",
            remedy="use the server's own tool (pg_dump), or leave it out: 'goldline rebuild' makes it from the archive",
        )
    if not path.exists():
        yield []
        return
    home.warehouse(wait_seconds=wait_seconds).close()  # folds its log into the file
    lease = Lease.of(path, wait_seconds=wait_seconds)
    try:
        if path.with_name(path.name + ".wal").exists():
            raise TransientError("another run began to write it", where=str(path), remedy="try again when it has ended")
        yield [("warehouse.duckdb", path)]
    finally:
        lease.release()


def _below(folder: Path, name: str, pattern: str) -> Files:
    for path in sorted(folder.glob(pattern)):
        if path.is_file():
            yield f"{name}/{path.relative_to(folder).as_posix()}", path


def _is_passing(path: Path, folder: Path) -> bool:
    return path.relative_to(folder).parts[0].startswith(_PASSING) or path.suffix == ".tmp"


def _copy_of_database(source: Path, target: Path) -> Path:
    """Copy a SQLite file as of one moment, while others write it."""
    with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("pragma journal_mode = delete")
    return target
