"""The durable outbox: incidents come in, mails about them go out, and no crash in between loses one.

A caller reports and resolves incidents and moves its own cursor in one transaction (:meth:`Outbox.batch`),
so that an event is either recorded and passed, or neither. What becomes a mail and when is decided in
``queueing``, sending is ``delivery``; wording and addresses are elsewhere.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

from goldline.alerts import letters, messages, queueing
from goldline.alerts.incidents import Incident, IncidentRecord
from goldline.alerts.policy import Policy, policy_from
from goldline.alerts.store import Store, moment, stamp
from goldline.settings import Settings

_RECORDS = """
select i.*, (
    select min(m.sent_at) from notices n join messages m on m.id = n.message where n.incident = i.id
) as mailed_at
from incidents i
"""
_OPEN = """
insert into incidents values (
    :id, :key, :kind, :group_name, :title, :cause, :since, :how_to_reproduce, :link, :severity, :facts,
    1, :now, :now, null, :now, 1
)
"""
_COUNT_UP = """
update incidents set
    kind = :kind, group_name = :group_name, title = :title, cause = :cause, link = :link,
    severity = :severity, how_to_reproduce = :how_to_reproduce, facts = :facts,
    count = count + 1, last_at = :now
where id = :id
"""


class Batch:
    """Changes that take effect together; made by :meth:`Outbox.batch`."""

    def __init__(self, db: sqlite3.Connection, policy: Policy) -> None:
        """Work on an open transaction."""
        self._db, self._policy = db, policy

    def report(self, incident: Incident, now: datetime) -> bool:
        """Open an incident, or count it up while one with the same key is open.

        Returns:
            Whether it is new.
        """
        clean = incident.fit_to_mail(self._policy.secrets)
        open_id = self._open_id(incident.key)
        if open_id:
            self._count_up(open_id, clean, now)
        else:
            self._open(clean, now)
        return open_id is None

    def tell(self, incident: Incident, now: datetime) -> bool:
        """Report something that happened and is over: it is mailed, and neither stays open nor recovers."""
        clean = incident.fit_to_mail(self._policy.secrets)
        if self._db.execute("select 1 from incidents where key = ?", (clean.key,)).fetchone():
            return False
        self._open(clean, now)
        self._db.execute("update incidents set resolved_at = ? where key = ?", (stamp(now), clean.key))
        return True

    def resolve(self, key: str, now: datetime) -> bool:
        """Close the open incident of this key, if there is one; a "recovered" mail will follow.

        Returns:
            Whether there was one.
        """
        open_id = self._open_id(key)
        if open_id:
            self._db.execute("update incidents set resolved_at = ? where id = ?", (stamp(now), open_id))
            queueing.notice(self._db, open_id, "recovered", now)
        return open_id is not None

    def letter_failed(self, letter: letters.Letter, now: datetime, *, error: str, is_over: bool) -> None:
        """Note that a letter was tried in vain; see :func:`goldline.alerts.letters.note_failed`."""
        letters.note_failed(self._db, letter, now, error=error, is_over=is_over)

    def cursor(self, name: str) -> str | None:
        """The cursor as this batch sees it."""
        row = self._db.execute("select value from cursors where name = ?", (name,)).fetchone()
        return str(row["value"]) if row else None

    def set_cursor(self, name: str, value: str) -> None:
        """Move a caller's cursor together with everything else in this batch."""
        self._db.execute("insert or replace into cursors (name, value) values (?, ?)", (name, value))

    def _open_id(self, key: str) -> str | None:
        found = self._db.execute("select id from incidents where key = ? and resolved_at is null", (key,)).fetchone()
        return str(found["id"]) if found else None

    def _open(self, incident: Incident, now: datetime) -> None:
        new = uuid4().hex
        row = {**_columns(incident), "id": new, "now": stamp(now)}
        self._db.execute(_OPEN, row)
        queueing.notice(self._db, new, "opened", now)

    def _count_up(self, open_id: str, incident: Incident, now: datetime) -> None:
        row = {**_columns(incident), "id": open_id, "now": stamp(now)}
        self._db.execute(_COUNT_UP, row)


class Outbox:
    """Incidents, the mails about them, and the cursors of those who report them.

    Safe to use from any thread or process.
    """

    def __init__(self, folder: Path, *, policy: Policy | None = None) -> None:
        """Open the outbox in a folder; create it if it is not there."""
        self.folder = folder
        self.policy = policy or Policy()
        self.store = Store(folder)

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Reports, resolutions and cursor moves in one transaction; an exception undoes all of them."""
        with self.store.transaction() as db:
            yield Batch(db, self.policy)

    def report(self, incident: Incident, now: datetime) -> bool:
        """Report one incident by itself; see :meth:`Batch.report`."""
        with self.batch() as batch:
            return batch.report(incident, now)

    def resolve(self, key: str, now: datetime) -> bool:
        """Resolve one incident by itself; see :meth:`Batch.resolve`."""
        with self.batch() as batch:
            return batch.resolve(key, now)

    def cursor(self, name: str) -> str | None:
        """How far a caller has got, or None at its start."""
        with self.store.transaction(writes=False) as db:
            return Batch(db, self.policy).cursor(name)

    def queue(self, now: datetime) -> queueing.Queued:
        """Turn what is still to be said into messages, one per set of recipients, within the hourly limit."""
        with self.store.transaction() as db:
            return queueing.queue(db, self.policy, now)

    def post(self, identity: str, message: EmailMessage, recipient: str, now: datetime) -> bool:
        """Keep a finished mail for sending; return whether it is the first of this identity."""
        with self.store.transaction() as db:
            return letters.post(db, identity, message, recipient, now)

    def is_posted(self, identity: str) -> bool:
        """Whether a letter was posted already, sent or not."""
        with self.store.transaction(writes=False) as db:
            return letters.is_posted(db, identity)

    def letters(self) -> tuple[letters.Letter, ...]:
        """Letters that are not sent yet, oldest first."""
        with self.store.transaction(writes=False) as db:
            return letters.waiting(db)

    def pending(self) -> tuple[messages.PendingMail, ...]:
        """Messages that are not sent yet, oldest first, with the last error of each."""
        with self.store.transaction(writes=False) as db:
            return messages.pending(db, self.policy)

    def held_back(self) -> int:
        """How many notices wait for the next message."""
        with self.store.transaction(writes=False) as db:
            return int(db.execute("select count(*) from notices where message is null").fetchone()[0])

    def open_incidents(self) -> tuple[IncidentRecord, ...]:
        """Incidents that are not over, oldest first."""
        with self.store.transaction(writes=False) as db:
            rows = db.execute(f"{_RECORDS} where i.resolved_at is null order by i.opened_at, i.rowid")
            return tuple(_record(row) for row in rows)

    def history(self, *, limit: int = 100) -> tuple[IncidentRecord, ...]:
        """The latest incidents, open or over, newest first."""
        with self.store.transaction(writes=False) as db:
            rows = db.execute(f"{_RECORDS} order by i.opened_at desc, i.rowid desc limit ?", (limit,))
            return tuple(_record(row) for row in rows)


def outbox_from(settings: Settings) -> Outbox:
    """The outbox that the settings describe."""
    return Outbox(settings.outbox_dir, policy=policy_from(settings))


def _columns(incident: Incident) -> dict[str, str]:
    facts = json.dumps(dict(incident.facts), ensure_ascii=False)
    names = ("key", "kind", "title", "cause", "how_to_reproduce", "link", "severity")
    return {name: str(getattr(incident, name)) for name in names} | {
        "group_name": incident.group,
        "since": stamp(incident.since),
        "facts": facts,
    }


def _record(row: sqlite3.Row) -> IncidentRecord:
    return IncidentRecord(
        id=row["id"],
        incident=messages.incident_of(row),
        count=row["count"],
        opened_at=moment(row["opened_at"]),
        last_at=moment(row["last_at"]),
        resolved_at=moment(row["resolved_at"]) if row["resolved_at"] else None,
        mailed_at=moment(row["mailed_at"]) if row["mailed_at"] else None,
    )
