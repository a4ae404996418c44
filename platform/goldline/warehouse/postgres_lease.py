"""The writer's lease on PostgreSQL: an advisory lock of its own connection, and a number that grows with each lease.

The server frees the lock when that connection ends. A process that lives on without it is kept out by the number: each
transaction reads it under a lock of its own, and one that does not find its number writes nothing.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg2

from goldline.errors import TransientError
from goldline.fencing import LeaseLost
from goldline.warehouse.postgres_errors import translated

_LOCK = 0x676F6C646C696E65  # "goldline"
_PAUSE = 0.2
_CREATE = """
create schema if not exists operation;
create table if not exists operation.lease (
    is_lease boolean primary key check (is_lease), number bigint not null,
    holder varchar not null, since timestamp not null
);
insert into operation.lease values (true, 0, '', now()) on conflict do nothing
"""


class PostgresLease:
    """A held lease, which is a grant to write. Get one with :meth:`of`."""

    def __init__(self, connection: Any, number: int, where: str) -> None:
        """Keep the connection that holds the lock."""
        self._connection, self._number, self._where = connection, number, where

    @classmethod
    def of(cls, connection: Any, *, where: str, wait_seconds: float) -> PostgresLease:
        """Take the lease with a connection that is used for nothing else, and commits each statement.

        Raises:
            TransientError: Another process still holds it after ``wait_seconds``.
        """
        deadline = time.monotonic() + wait_seconds
        with connection.cursor() as cursor:
            while not _is_taken(cursor):
                if time.monotonic() >= deadline:
                    raise _busy(_holder(cursor), where)
                time.sleep(_PAUSE)
            cursor.execute("select to_regclass('operation.lease') is null")
            if cursor.fetchone()[0]:
                cursor.execute(_CREATE)
            return cls(connection, _numbered(cursor, 0), where)

    @property
    def number(self) -> int:
        """How many leases there were, this one included."""
        return self._number

    def outnumber(self, number: int) -> None:
        """Number this lease higher than that; what it protects may have seen more leases than its database has."""
        try:
            with self._connection.cursor() as cursor:
                self._number = _numbered(cursor, max(number, self._number))
        except psycopg2.Error as error:
            raise translated(error, where=self._where) from None

    def require(self) -> None:
        """Make sure that the lease still stands.

        Raises:
            LeaseLost: Its connection has ended, or another process has a later one.
        """
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("select number from operation.lease")
                newest = cursor.fetchone()[0]
        except psycopg2.Error:
            newest = None
        if newest != self._number:
            raise _lost(self._where)

    def check_in(self, cursor: Any) -> None:
        """Make sure, within a transaction that writes, that no later lease is given before the transaction ends.

        Raises:
            LeaseLost: Another process has a later lease.
        """
        cursor.execute("select number from operation.lease for share")
        found = cursor.fetchone()
        if found is None or found[0] != self._number:
            raise _lost(self._where)

    def release(self) -> None:
        """Give the lease back; safe to call twice.

        The lock is freed before the connection is closed: the server notices a closed one some moments later.
        """
        with suppress(psycopg2.Error), self._connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])
        self._connection.close()


def _is_taken(cursor: Any) -> bool:
    cursor.execute("select pg_try_advisory_lock(%s)", [_LOCK])
    return bool(cursor.fetchone()[0])


def _numbered(cursor: Any, at_least: int) -> int:
    """Number the lease higher than every one before; waits for a transaction of an earlier holder to end."""
    cursor.execute(
        "update operation.lease set number = greatest(number, %s) + 1, holder = %s, since = %s returning number",
        [at_least, f"process {os.getpid()} on {socket.gethostname()}", datetime.now(UTC).replace(tzinfo=None)],
    )
    return int(cursor.fetchone()[0])


def _holder(cursor: Any) -> str:
    cursor.execute("select to_regclass('operation.lease') is not null")
    if not cursor.fetchone()[0]:
        return "unknown process"
    cursor.execute("select holder, since from operation.lease")
    holder, since = cursor.fetchone()
    return f"{holder} since {since:%Y-%m-%dT%H:%M:%S}"


def _busy(holder: str, where: str) -> TransientError:
    return TransientError(
        f"another run is writing the warehouse ({holder})",
        where=where,
        remedy="wait for it to end ('goldline status' shows it), or stop that process",
    )


def _lost(where: str) -> LeaseLost:
    return LeaseLost(
        "the lease on the warehouse is lost: its connection ended, and another run may write now",
        where=where,
        remedy="nothing: this process stops without further effect; start the run again",
    )
