"""Sending what the outbox holds, and what becomes of a message that could not be sent.

At least once: a message counts as sent only after the mailer took it, and that is written down in the same
call. A crash between the two sends it again, under the same Message-ID. One process sends at a time.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from goldline.alerts import messages
from goldline.alerts.mail import mail_of
from goldline.alerts.messages import PendingMail
from goldline.alerts.outbox import Outbox
from goldline.alerts.posting import send_letters
from goldline.alerts.transport import Mailer, MailServerError, MessageRefused, Refusal

Reasons = dict[str, str]

_log = logging.getLogger(__name__)
NO_RECIPIENT = "nobody is named to get it; set GOLDLINE_MAIL_TO, or GOLDLINE_MAIL_GROUPS for this group"


@dataclass(frozen=True)
class DeliveryReport:
    """What a call of ``deliver`` did.

    Attributes:
        sent: Messages that at least one person got and nobody waits for any more.
        failed: Messages tried in vain, or taken by some recipients only; they are tried again.
        waiting: Messages not tried: not due yet, or the server was down.
        refused: Recipients refused for good, with the server's reason.
        error: Why the last failed message failed.
        is_busy: Another process is sending; nothing was done.
    """

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    refused: tuple[tuple[str, str], ...] = ()
    error: str = ""
    is_busy: bool = False


def deliver(outbox: Outbox, mailer: Mailer, now: datetime) -> DeliveryReport:
    """Send each message and letter that is due; those that fail stay, and are tried again later and later.

    Never raises because of a mail server: its state is in the report and in ``outbox.pending()``.
    """
    with _alone(outbox) as is_alone:
        if not is_alone:
            return DeliveryReport(is_busy=True)
        report, posted = _deliver(outbox, mailer, now), send_letters(outbox, mailer, now)
    return replace(
        report,
        sent=report.sent + posted.sent,
        failed=report.failed + posted.failed,
        waiting=report.waiting + posted.waiting,
        error=report.error or posted.error,
    )


def _deliver(outbox: Outbox, mailer: Mailer, now: datetime) -> DeliveryReport:
    everything = outbox.pending()
    due = [mail for mail in everything if messages.is_due(mail, now)]
    sent, failed, error = 0, 0, ""
    refused: Reasons = {}
    for place, mail in enumerate(due):
        try:
            error_here, refused_here = _send(outbox, mailer, mail, now)
        except MailServerError as down:
            error, failed = _cause(down), failed + 1
            _put_off(outbox, mail, due[place + 1 :], now, error)
            break
        refused |= refused_here
        sent, failed, error = sent + (not error_here), failed + bool(error_here), error_here or error
    waiting = len(everything) - sent - failed
    return DeliveryReport(sent=sent, failed=failed, waiting=waiting, refused=tuple(refused.items()), error=error)


def _cause(error: MailServerError) -> str:
    return f"{error.where}: {error.what}" + (f"; {error.remedy}" if error.remedy else "")


def _send(outbox: Outbox, mailer: Mailer, mail: PendingMail, now: datetime) -> tuple[str, Reasons]:
    """Send one message; return its error, empty if it is sent, and who was refused for good."""
    if mailer.needs_recipients and not mail.recipients:
        return (
            _failed(outbox, mail, now, NO_RECIPIENT, is_permanent=True)
            if not mail.accepted
            else _sent(outbox, mail, now)
        )
    with outbox.store.transaction(writes=False) as db:
        digest = messages.digest_of(db, mail.id)
    message = mail_of(digest, policy=outbox.policy, recipients=outbox.policy.recipients(mail.groups))
    try:
        refusals = mailer.send(message, mail.recipients)
    except MessageRefused as refusal:
        return _failed(outbox, mail, now, refusal.what, is_permanent=refusal.is_permanent)
    return _settle(outbox, mail, now, refusals)


def _settle(outbox: Outbox, mail: PendingMail, now: datetime, refusals: Mapping[str, Refusal]) -> tuple[str, Reasons]:
    """Write down who took a message. Refused recipients are given up only if somebody else has it."""
    accepted = tuple(person for person in mail.recipients if person not in refusals)
    for_good = {person: refusal.reason for person, refusal in refusals.items() if refusal.is_permanent}
    for_now = {person: refusal.reason for person, refusal in refusals.items() if not refusal.is_permanent}
    if refusals and not (accepted or mail.accepted):
        return _failed(outbox, mail, now, summary(refusals), is_permanent=not for_now)
    if now - mail.created_at > messages.GIVE_UP_AFTER:
        for_good, for_now = for_good | for_now, {}
    if not for_now:
        return _sent(outbox, mail, now, accepted=accepted, refused=for_good)
    return _failed(outbox, mail, now, summary(refusals), is_permanent=False, accepted=accepted, refused=for_good)


def summary(refusals: Mapping[str, Refusal]) -> str:
    """How many were refused, and why, without their addresses."""
    reasons = sorted({refusal.reason for refusal in refusals.values()})
    return f"{len(refusals)} recipient{'s' if len(refusals) > 1 else ''} refused: {'; '.join(reasons[:3])}"


def _sent(
    outbox: Outbox,
    mail: PendingMail,
    now: datetime,
    *,
    accepted: tuple[str, ...] = (),
    refused: Reasons | None = None,
) -> tuple[str, Reasons]:
    with outbox.store.transaction() as db:
        messages.note_accepted(db, mail, accepted=accepted, refused=refused or {})
        messages.note_sent(db, mail, now)
    _log.info("mail.sent", extra={"mail": mail.id, "groups": mail.groups, "recipients": len(accepted)})
    return "", refused or {}


def _failed(
    outbox: Outbox,
    mail: PendingMail,
    now: datetime,
    error: str,
    *,
    is_permanent: bool,
    accepted: tuple[str, ...] = (),
    refused: Reasons | None = None,
) -> tuple[str, Reasons]:
    with outbox.store.transaction() as db:
        messages.note_accepted(db, mail, accepted=accepted, refused=refused or {})
        messages.note_failed(db, mail, now, error=error, is_permanent=is_permanent)
    _log.warning("mail.failed", extra={"mail": mail.id, "attempt": mail.attempts + 1, "reason": error})
    return error, refused or {}


def _put_off(outbox: Outbox, mail: PendingMail, others: list[PendingMail], now: datetime, error: str) -> None:
    """The server is down: this message failed, and there is no use in trying the others before it."""
    with outbox.store.transaction() as db:
        _log.warning("mail.postponed", extra={"mail": mail.id, "waiting": len(others) + 1, "reason": error})
        messages.note_failed(db, mail, now, error=error, is_permanent=False)
        for other in others:
            messages.put_off(db, other, like=mail.id, error=error)


@contextmanager
def _alone(outbox: Outbox) -> Iterator[bool]:
    """Whether no other process is sending; the lock ends with its process, however that ends."""
    with (outbox.folder / "delivery.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
