"""Who is logged in: sessions that the server knows and can end at any moment.

The browser has a random token; the server has its hash, so that a copy of the database opens no session. A session ends
when it was not used for a while, at the latest after its full time. Cookies are made in ``cookies``.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from goldline.people.database import Database

_EVERY_SECONDS = 60.0  # how often a session notes that it is used
_MOST = 20  # sessions of one person; a further one ends the oldest


@dataclass(frozen=True, kw_only=True)
class Login:
    """What was proved when somebody logged in.

    Attributes:
        name: Name of the account.
        how: ``password`` or ``oidc``.
        credential: The account's mark at that moment; empty without an account.
        groups: Groups that the OpenID provider named.
    """

    name: str
    how: str
    credential: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session that is not over: its login, and a name for it that opens nothing."""

    id: str
    login: Login


class Sessions:
    """The sessions of one installation.

    Args:
        database: Where they are kept.
        idle_seconds: A session that was not used for so long is over.
        full_seconds: Every session is over after so long.
        now: The clock, in seconds.
    """

    def __init__(
        self, database: Database, *, idle_seconds: float, full_seconds: float, now: Callable[[], float]
    ) -> None:
        self._database, self._now = database, now
        self._idle, self._full = idle_seconds, full_seconds

    def begin(self, login: Login) -> str:
        """Start a session and return its token."""
        token, now = secrets.token_urlsafe(32), self._now()
        row = (_id(token), login.name, login.how, login.credential, json.dumps(login.groups), now, now)
        with self._database.writing() as connection:
            connection.execute(
                "delete from session where seen < ? or started < ?", (now - self._idle, now - self._full)
            )
            connection.execute(
                "delete from session where name = ?1 and id not in"
                " (select id from session where name = ?1 order by started desc limit ?2)",
                (login.name, _MOST - 1),
            )
            connection.execute("insert into session values (?, ?, ?, ?, ?, ?, ?)", row)
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, unless it is over, and note that it is used."""
        now, identity = self._now(), _id(token)
        with self._database.reading() as connection:
            row = connection.execute(
                "select name, how, credential, groups, started, seen from session where id = ?", (identity,)
            ).fetchone()
        if row is None:
            return None
        name, how, credential, groups, started, seen = row
        if now - started >= self._full or now - seen >= self._idle:
            self.end(identity)
            return None
        if now - seen >= _EVERY_SECONDS:
            with self._database.writing() as connection:
                connection.execute("update session set seen = max(seen, ?) where id = ?", (now, identity))
        login = Login(name=name, how=how, credential=credential, groups=tuple(json.loads(groups)))
        return Session(id=identity, login=login)

    def end(self, identity: str) -> None:
        """End a session."""
        with self._database.writing() as connection:
            connection.execute("delete from session where id = ?", (identity,))

    def end_all(self, name: str) -> int:
        """End every session of a person; return how many there were."""
        with self._database.writing() as connection:
            return connection.execute("delete from session where name = ?", (name,)).rowcount

    def count(self) -> dict[str, int]:
        """Return how many sessions each person has that are not over."""
        now = self._now()
        with self._database.reading() as connection:
            rows = connection.execute(
                "select name, count(*) from session where seen > ? and started > ? group by name",
                (now - self._idle, now - self._full),
            ).fetchall()
        return dict(rows)


def _id(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
