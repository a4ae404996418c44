"""Letters: finished mails to one person each, kept in the outbox until a server took them.

An alert is worded when it is sent; a letter (the daily report) is what it was when it was posted. Its id says
what it is about, so that it is posted once, however often somebody asks. After a letter was sent, its content
is dropped and its id stays. Alerts themselves are ``messages``.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from goldline.alerts.messages import FIRST_WAIT, LONGEST_WAIT
from goldline.alerts.store import moment, stamp

GIVE_UP_AFTER = timedelta(days=1)  # yesterday's report is no news the day after
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter that is not sent yet.

    Attributes:
        id: What it is about and for whom, hashed; its Message-ID is made of it.
        recipient: Who gets it.
        subject: Its subject line.
        created_at: When it was posted.
        attempts: How often sending it was tried.
        next_at: When it is tried next.
        error: Why the last attempt failed.
    """

    id: str
    recipient: str
    subject: str
    created_at: datetime
    attempts: int
    next_at: datetime
    error: str


def letter_id(*about: str) -> str:
    """The id of the letter about something; the address in it cannot be read from it."""
    return hashlib.sha256("\n".join(about).encode()).hexdigest()[:32]


def is_posted(db: sqlite3.Connection, identity: str) -> bool:
    """Whether this letter was posted already, sent or not."""
    return db.execute("select 1 from letters where id = ?", (identity,)).fetchone() is not None


def post(db: sqlite3.Connection, identity: str, message: EmailMessage, recipient: str, now: datetime) -> bool:
    """Keep a letter for sending; the same one a second time is left alone.

    Returns:
        Whether it is new.
    """
    added = db.execute(
        "insert or ignore into letters (id, recipient, subject, created_at, content, next_at)"
        " values (?, ?, ?, ?, ?, ?)",
        (identity, recipient, str(message["Subject"]), stamp(now), message.as_bytes(policy=_POLICY), stamp(now)),
    )
    return added.rowcount > 0


def waiting(db: sqlite3.Connection) -> tuple[Letter, ...]:
    """All letters that are neither sent nor given up, those tried least often first, then the oldest."""
    rows = db.execute(
        "select id, recipient, subject, created_at, attempts, next_at, error from letters"
        " where sent_at is null and gave_up_at is null order by attempts, created_at, rowid"
    )
    return tuple(_letter(row) for row in rows)


def content_of(db: sqlite3.Connection, identity: str) -> EmailMessage:
    """The mail itself, as it was posted."""
    row = db.execute("select content from letters where id = ?", (identity,)).fetchone()
    found = message_from_bytes(row["content"], policy=_POLICY)
    if not isinstance(found, EmailMessage):
        raise TypeError("the policy makes an EmailMessage")
    return found


def note_sent(db: sqlite3.Connection, letter: Letter, now: datetime) -> None:
    """Close a letter: its content is dropped, what remains says that it was sent."""
    db.execute(
        "update letters set sent_at = ?, attempts = attempts + 1, error = '', content = x'' where id = ?",
        (stamp(now), letter.id),
    )


def note_failed(db: sqlite3.Connection, letter: Letter, now: datetime, *, error: str, is_over: bool) -> None:
    """Put a letter off, twice as long after each failure and an hour at most; or give it up."""
    wait = min(FIRST_WAIT * 2 ** min(letter.attempts, 10), LONGEST_WAIT)
    db.execute(
        "update letters set attempts = attempts + 1, next_at = ?, error = ?, gave_up_at = ? where id = ?",
        (stamp(now + wait), error, stamp(now) if is_over else None, letter.id),
    )


def prune(db: sqlite3.Connection, before: datetime) -> None:
    """Forget letters that were sent, or given up, before a moment."""
    db.execute("delete from letters where coalesce(sent_at, gave_up_at) < ?", (stamp(before),))


def _letter(row: sqlite3.Row) -> Letter:
    return Letter(
        id=row["id"],
        recipient=row["recipient"],
        subject=row["subject"],
        created_at=moment(row["created_at"]),
        attempts=row["attempts"],
        next_at=moment(row["next_at"]),
        error=row["error"],
    )
