"""The SQLite file under the outbox: its tables, its transactions and how they fail.

Every change is one ``begin immediate`` transaction in WAL mode with ``synchronous=full``: what was
committed survives a power cut, and two processes wait for each other. Connections live as long as one
transaction, so any thread may use the store. What the rows mean is not known here but in ``outbox``,
``queueing``, ``messages`` and ``letters``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from goldline.alerts.incidents import utc
from goldline.errors import GoldlineError, TransientError

FILE_NAME = "outbox.sqlite"
VERSION = 2
BUSY_SECONDS = 30.0
HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)

SCHEMA = """
create table incidents (
    id text primary key, key text not null, kind text not null, group_name text not null, title text not null,
    cause text not null, since text not null, how_to_reproduce text not null, link text not null,
    severity text not null, facts text not null,
    count integer not null, opened_at text not null, last_at text not null, resolved_at text,
    noticed_at text not null, noticed_count integer not null
);
create unique index one_open_incident_per_key on incidents (key) where resolved_at is null;
create index incidents_by_time on incidents (opened_at);
create table messages (
    id text primary key, groups text not null, created_at text not null, held integer not null,
    attempts integer not null default 0, next_at text not null, error text not null default '',
    is_permanent integer not null default 0, accepted text not null default '[]',
    refused text not null default '{}', sent_at text
);
create index messages_by_time on messages (created_at);
create table notices (
    id integer primary key, incident text not null references incidents (id),
    state text not null check (state in ('opened', 'reminder', 'recovered')),
    created_at text not null, is_held integer not null default 0, message text references messages (id)
);
create index notices_by_message on notices (message);
create index notices_by_incident on notices (incident);
create table cursors (name text primary key, value text not null);
"""
LETTERS = """
create table letters (
    id text primary key, recipient text not null, subject text not null, created_at text not null,
    content blob not null, attempts integer not null default 0, next_at text not null,
    error text not null default '', sent_at text, gave_up_at text
)
"""
STEPS = (SCHEMA, LETTERS)  # version n is made by the first n


class Store:
    """The file, and transactions on it."""

    def __init__(self, folder: Path) -> None:
        """Create the folder (for its owner only) and the tables, if they are missing."""
        self.folder = folder
        self.path = folder / FILE_NAME
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.transaction() as db:
            self._create(db)

    @contextmanager
    def transaction(self, *, writes: bool = True) -> Iterator[sqlite3.Connection]:
        """A transaction: committed at the end, rolled back by any exception.

        Args:
            writes: Keep other writers out from the start; a reader leaves them alone and sees one moment.

        Raises:
            TransientError: The file is locked, or cannot be written now.
            GoldlineError: The file is not a usable outbox.
        """
        try:
            with closing(self._connect()) as db, db:
                db.execute("begin immediate" if writes else "begin")
                yield db
        except sqlite3.OperationalError as error:
            raise self._not_now(error) from error
        except sqlite3.DatabaseError as error:
            remedy = "move the file aside; a new one is started, and failures are reported to it from now on"
            raise GoldlineError(f"the outbox is damaged ({error})", where=str(self.path), remedy=remedy) from error

    def _not_now(self, error: sqlite3.OperationalError) -> TransientError:
        """Tell a file that another process holds from one that cannot be written."""
        if error.sqlite_errorcode & 0xFF in HELD:  # the low byte says which, the rest is detail
            what, remedy = "another process has held the outbox for too long", "try again when it has ended"
        else:
            what, remedy = "the outbox cannot be used now", "see that the disk is not full, and may be written"
        return TransientError(f"{what} ({error})", where=str(self.path), remedy=remedy)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")
        db.execute("pragma foreign_keys = on")
        return db

    def _create(self, db: sqlite3.Connection) -> None:
        found = db.execute("pragma user_version").fetchone()[0]
        if found > VERSION:
            raise GoldlineError(
                f"the outbox has version {found}, this Goldline knows version {VERSION}",
                where=str(self.path),
                remedy="use the newer Goldline that wrote it, or move the file aside",
            )
        for step in STEPS[found:]:
            for statement in step.split(";\n"):
                db.execute(statement)
        if found < VERSION:
            db.execute(f"pragma user_version = {VERSION}")


def stamp(moment: datetime) -> str:
    """A moment as text; later moments sort later."""
    return utc(moment).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """The moment that a stamp stands for."""
    return datetime.fromisoformat(text)
