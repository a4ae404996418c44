"""From notices to messages: grouping, the hourly limit, reminders.

A notice is one thing to say about one incident (it opened, it goes on, it is over). This module decides
which message carries it; a notice without a message waits, and nothing ever deletes one. How a message
reads is ``digest`` and ``mail``, how it is sent is ``delivery``.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldline.alerts.incidents import State
from goldline.alerts.policy import Policy
from goldline.alerts.store import moment, stamp

REMIND_AFTER = timedelta(hours=24)
HOUR = timedelta(hours=1)
MOST_UNDELIVERED = 3  # per set of recipients: after an outage there come three mails and a digest, not hundreds
STUCK_AFTER = 24  # attempts, about a day: such a message no longer keeps later ones waiting

Route = tuple[str, ...]


@dataclass(frozen=True)
class Queued:
    """What a call of ``queue`` did.

    Attributes:
        messages: Messages made.
        notices: Notices they carry.
        held_back: Notices left for a later message.
    """

    messages: int
    notices: int
    held_back: int


def notice(db: sqlite3.Connection, incident: str, state: State, now: datetime) -> None:
    """Note that people must be told something about an incident."""
    db.execute("insert into notices (incident, state, created_at) values (?, ?, ?)", (incident, state, stamp(now)))


def queue(db: sqlite3.Connection, policy: Policy, now: datetime) -> Queued:
    """Put waiting notices into new messages, as far as the hourly limit and undelivered mail allow."""
    _remind(db, now)
    waiting = _waiting(db, policy)
    free = policy.mails_per_hour - _made_within_the_hour(db, now)
    full = _routes_with_undelivered_mail(db, policy)
    queued = 0
    ready = [route for route in waiting if route not in full]
    for route in ready[: max(free, 0)]:
        queued += _make_message(db, waiting.pop(route), now)
    db.execute("update notices set is_held = 1 where message is null and not is_held")
    return Queued(
        messages=min(len(ready), max(free, 0)),
        notices=queued,
        held_back=sum(len(rows) for rows in waiting.values()),
    )


def _remind(db: sqlite3.Connection, now: datetime) -> None:
    """Say again, once a day, what was reported again since. The clock may have jumped either way."""
    found = db.execute(
        "select id, noticed_at from incidents i where resolved_at is null and count > noticed_count"
        " and not exists (select 1 from notices n where n.incident = i.id and n.message is null)"
    ).fetchall()
    for row in found:
        if abs(now - moment(row["noticed_at"])) >= REMIND_AFTER:
            notice(db, row["id"], "reminder", now)


def _waiting(db: sqlite3.Connection, policy: Policy) -> dict[Route, list[sqlite3.Row]]:
    """Waiting notices by who gets them; those with the gravest and oldest news first."""
    rows = db.execute(
        "select n.id, n.incident, n.state, n.created_at, n.is_held, i.group_name from notices n"
        " join incidents i on i.id = n.incident where n.message is null"
        " order by n.state = 'recovered', i.severity = 'warning', n.id"
    )
    routes: dict[Route, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        routes[policy.recipients([row["group_name"]])].append(row)
    return dict(routes)


def _made_within_the_hour(db: sqlite3.Connection, now: datetime) -> int:
    """Messages of the last hour; those of the far future were made before the clock was set back."""
    window = (stamp(now - HOUR), stamp(now + HOUR))
    return int(
        db.execute("select count(*) from messages where created_at > ? and created_at < ?", window).fetchone()[0]
    )


def _routes_with_undelivered_mail(db: sqlite3.Connection, policy: Policy) -> set[Route]:
    rows = db.execute(
        "select groups from messages where sent_at is null and accepted = '[]' and not is_permanent and attempts < ?",
        (STUCK_AFTER,),
    )
    undelivered: dict[Route, int] = defaultdict(int)
    for row in rows:
        undelivered[policy.recipients(json.loads(row["groups"]))] += 1
    return {route for route, number in undelivered.items() if number >= MOST_UNDELIVERED}


def _make_message(db: sqlite3.Connection, rows: list[sqlite3.Row], now: datetime) -> int:
    """One message with these notices. Its id is a hash of them: sent twice, it can be recognised."""
    said = "\n".join(sorted(f"{row['incident']} {row['state']} {row['created_at']}" for row in rows))
    message = hashlib.sha256(said.encode()).hexdigest()[:32]
    groups = json.dumps(sorted({row["group_name"] for row in rows}))
    held = sum(row["is_held"] for row in rows)
    db.execute(
        "insert into messages (id, groups, created_at, held, next_at) values (?, ?, ?, ?, ?)",
        (message, groups, stamp(now), held, stamp(now)),
    )
    db.executemany("update notices set message = ? where id = ?", [(message, row["id"]) for row in rows])
    db.executemany(
        "update incidents set noticed_at = ?, noticed_count = count where id = ?",
        [(stamp(now), row["incident"]) for row in rows],
    )
    return len(rows)
