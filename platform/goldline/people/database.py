"""The small database of sessions and of attempts to log in: one SQLite file that several processes share.

What the rows mean is known to ``sessions`` and ``throttle``. Accounts are not in it: they are a file for people.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from goldline.errors import GoldlineError, TransientError
from goldline.people.private import OWNER_ONLY, private_folder

_WAIT_SECONDS = 5.0
_TABLES = """
create table if not exists session (
    id text primary key, name text not null, how text not null, credential text not null, groups text not null,
    started real not null, seen real not null
) without rowid;
create table if not exists failure (key text not null, at real not null);
create index if not exists failure_by_key on failure (key, at);
"""


class Database:
    """Opens the file for one piece of work at a time.

    Args:
        path: The file; it is made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        private_folder(path.parent)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY))
        with self._open() as connection:
            connection.executescript("pragma journal_mode = wal;" + _TABLES)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees what is committed."""
        with self._open() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a transaction that no other process can come between.

        Raises:
            TransientError: Another process kept the file for too long.
        """
        with self._open() as connection:
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
                connection.execute("pragma synchronous = normal")
                yield connection
        except sqlite3.OperationalError as error:
            raise TransientError(str(error), where=str(self._path), remedy="try again in a moment") from error
        except sqlite3.DatabaseError as error:
            remedy = "remove it and its companions (-wal, -shm); everybody has to log in again"
            raise GoldlineError(str(error), where=str(self._path), remedy=remedy) from error
