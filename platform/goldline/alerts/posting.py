"""Sending the letters that the outbox holds, and saying so when one had to be given up.

Like alerts, a letter counts as sent only after the mailer took it. One that a server refuses for good, or that is a
day old, is given up, and the people in charge are told: whom it was for is not said, as addresses stay out of alerts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from goldline.alerts import letters
from goldline.alerts.incidents import Incident
from goldline.alerts.letters import Letter
from goldline.alerts.messages import LONGEST_WAIT
from goldline.alerts.outbox import Outbox
from goldline.alerts.transport import Mailer, MailServerError, MessageRefused

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Posted:
    """What became of the letters: how many were sent, failed and wait, and why the last one failed."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    error: str = ""


def send_letters(outbox: Outbox, mailer: Mailer, now: datetime) -> Posted:
    """Send each letter that is due; a server that is down keeps all of them, and raises nothing."""
    everything = outbox.letters()
    due = [letter for letter in everything if letter.next_at <= now or letter.next_at > now + LONGEST_WAIT]
    sent, errors = 0, []
    for letter in due:
        try:
            error, is_permanent = _send(outbox, mailer, letter)
        except MailServerError as down:
            errors.append(f"{down.where}: {down.what}")
            _put_off(outbox, due[sent + len(errors) - 1 :], now, errors[-1])
            break
        if error:
            errors.append(error)
            _failed(outbox, letter, now, error, is_permanent=is_permanent)
        else:
            sent += 1
            with outbox.store.transaction() as db:
                letters.note_sent(db, letter, now)
            _log.info("letter.sent", extra={"letter": letter.id})
    failed = len(errors)
    return Posted(sent, failed, len(everything) - sent - failed, errors[-1] if errors else "")


def _send(outbox: Outbox, mailer: Mailer, letter: Letter) -> tuple[str, bool]:
    """Send one letter; return its error, empty if it is sent, and whether that is for good."""
    with outbox.store.transaction(writes=False) as db:
        message = letters.content_of(db, letter.id)
    try:
        refusals = mailer.send(message, (letter.recipient,))
    except MessageRefused as refusal:
        return refusal.what, refusal.is_permanent
    refusal_of_one = next(iter(refusals.values()), None)
    return (refusal_of_one.reason, refusal_of_one.is_permanent) if refusal_of_one else ("", False)


def _put_off(outbox: Outbox, due: Iterable[Letter], now: datetime, error: str) -> None:
    for letter in due:
        _failed(outbox, letter, now, error, is_permanent=False)


def _failed(outbox: Outbox, letter: Letter, now: datetime, error: str, *, is_permanent: bool) -> None:
    is_over = is_permanent or now - letter.created_at > letters.GIVE_UP_AFTER
    with outbox.batch() as batch:
        batch.letter_failed(letter, now, error=error, is_over=is_over)
        if is_over:
            batch.tell(_given_up(letter, error, now), now)
    _log.warning("letter.failed", extra={"letter": letter.id, "attempt": letter.attempts + 1, "reason": error})


def _given_up(letter: Letter, error: str, now: datetime) -> Incident:
    return Incident(
        key=f"letter:{letter.id}",
        kind="report_undelivered",
        group="reports",
        title=f"A mail could not be delivered: {letter.subject}",
        cause=f"{error}\nIt is not tried again. See whether the address in subscriptions.yaml is right.",
        since=letter.created_at,
        how_to_reproduce="goldline report --dry-run -o mails",
        severity="warning",
        facts={"attempts": letter.attempts + 1, "now": now.isoformat(timespec="minutes")},
    )
