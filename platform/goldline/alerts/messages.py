"""Messages in the outbox: reading them for sending and listing, writing down what came of it.

Only rows and values here: how a message is worded is ``digest`` and ``mail``, how it travels is
``mailers``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldline.alerts.digest import Digest, Entry
from goldline.alerts.incidents import Incident
from goldline.alerts.policy import Policy
from goldline.alerts.store import moment, stamp

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=5)  # on a single recipient, when others have the mail


@dataclass(frozen=True, kw_only=True)
class PendingMail:
    """A message that is not sent yet.

    Attributes:
        id: Its identity; the Message-ID is made of it.
        subject: Its subject line.
        groups: The sub-dataflows it is about.
        recipients: Who is still to get it.
        created_at: When it was queued.
        attempts: How often sending it was tried.
        next_at: When it is tried next.
        error: Why the last attempt failed.
        is_permanent: Whether the server refused it for good; it is tried again all the same.
        accepted: Who has it already.
        refused: Who was refused, and why.
    """

    id: str
    subject: str
    groups: tuple[str, ...]
    recipients: tuple[str, ...]
    created_at: datetime
    attempts: int
    next_at: datetime
    error: str
    is_permanent: bool
    accepted: tuple[str, ...]
    refused: Mapping[str, str]


def pending(db: sqlite3.Connection, policy: Policy) -> tuple[PendingMail, ...]:
    """All messages that are not sent yet, those tried least often first, then the oldest."""
    rows = db.execute("select rowid, * from messages where sent_at is null order by attempts, created_at, rowid")
    return tuple(_pending(db, row, policy) for row in rows.fetchall())


def is_due(mail: PendingMail, now: datetime) -> bool:
    """Whether to try now. A time beyond the longest wait was noted before the clock was set back."""
    return mail.next_at <= now or mail.next_at > now + LONGEST_WAIT


def digest_of(db: sqlite3.Connection, message: str) -> Digest:
    """What a message says."""
    row = db.execute("select * from messages where id = ?", (message,)).fetchone()
    found = db.execute(
        "select n.state, n.created_at as noticed_at, i.* from notices n join incidents i on i.id = n.incident"
        " where n.message = ? order by n.id",
        (message,),
    )
    earlier = db.execute(
        "select distinct n.message from notices n where n.message is not null and n.message <> ?"
        " and n.incident in (select incident from notices where message = ?) order by n.id limit 5",
        (message, message),
    )
    return Digest(
        id=message,
        created_at=moment(row["created_at"]),
        held=row["held"],
        entries=tuple(_entry(entry) for entry in found),
        earlier=tuple(each["message"] for each in earlier),
    )


def incident_of(row: sqlite3.Row) -> Incident:
    """The incident in a row of the table."""
    return Incident(
        key=row["key"],
        kind=row["kind"],
        group=row["group_name"],
        title=row["title"],
        cause=row["cause"],
        since=moment(row["since"]),
        how_to_reproduce=row["how_to_reproduce"],
        link=row["link"],
        severity=row["severity"],
        facts=json.loads(row["facts"]),
    )


def note_accepted(
    db: sqlite3.Connection, mail: PendingMail, *, accepted: tuple[str, ...], refused: Mapping[str, str]
) -> None:
    """Write down who took the message and who never will."""
    db.execute(
        "update messages set accepted = ?, refused = ? where id = ?",
        (
            json.dumps([*mail.accepted, *accepted]),
            json.dumps({**mail.refused, **refused}, ensure_ascii=False),
            mail.id,
        ),
    )


def note_sent(db: sqlite3.Connection, mail: PendingMail, now: datetime) -> None:
    """Close a message: it will not be tried again."""
    db.execute(
        "update messages set sent_at = ?, attempts = attempts + 1, error = '', is_permanent = 0 where id = ?",
        (stamp(now), mail.id),
    )


def note_failed(db: sqlite3.Connection, mail: PendingMail, now: datetime, *, error: str, is_permanent: bool) -> None:
    """Put a message off: for a minute, twice as long after each further failure, an hour at most."""
    wait = min(FIRST_WAIT * 2 ** min(mail.attempts, 10), LONGEST_WAIT)
    db.execute(
        "update messages set attempts = attempts + 1, next_at = ?, error = ?, is_permanent = ? where id = ?",
        (stamp(now + wait), error, is_permanent, mail.id),
    )


def put_off(db: sqlite3.Connection, mail: PendingMail, *, like: str, error: str) -> None:
    """Let a message wait as long as another one, without counting an attempt."""
    db.execute(
        "update messages set next_at = (select next_at from messages where id = ?), error = ? where id = ?",
        (like, error, mail.id),
    )


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        incident=incident_of(row),
        state=row["state"],
        count=row["count"],
        resolved_at=moment(row["resolved_at"]) if row["state"] == "recovered" else None,
    )


def _pending(db: sqlite3.Connection, row: sqlite3.Row, policy: Policy) -> PendingMail:
    groups = tuple(json.loads(row["groups"]))
    accepted, refused = tuple(json.loads(row["accepted"])), json.loads(row["refused"])
    left = [person for person in policy.recipients(groups) if person not in accepted]
    return PendingMail(
        id=row["id"],
        subject=digest_of(db, row["id"]).subject,
        groups=groups,
        recipients=tuple(person for person in left if not accepted or person not in refused),
        created_at=moment(row["created_at"]),
        attempts=row["attempts"],
        next_at=moment(row["next_at"]),
        error=row["error"],
        is_permanent=bool(row["is_permanent"]),
        accepted=accepted,
        refused=refused,
    )
