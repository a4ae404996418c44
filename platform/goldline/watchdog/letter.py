"""The watchdog's mail: what is wrong now and what is over, sent past the outbox by the same server in the same look."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from goldline.alerts import Incident, MessageRefused, mailer_from, policy_from
from goldline.alerts.delivery import NO_RECIPIENT, summary
from goldline.alerts.digest import Digest, Entry
from goldline.alerts.mail import mail_of
from goldline.settings import Settings
from goldline.watchdog.conditions import Condition
from goldline.watchdog.memory import Remembered

GROUP = "platform"


def send_letter(settings: Settings, news: Sequence[Condition], ended: Mapping[str, Remembered], now: datetime) -> None:
    """Send one mail about all of it.

    Raises:
        MailServerError: The server cannot be used now.
        MessageRefused: It refuses the message, or there is nobody to send it to.
    """
    policy, mailer = policy_from(settings), mailer_from(settings)
    recipients = policy.recipients([GROUP])
    if mailer.needs_recipients and not recipients:
        raise MessageRefused(NO_RECIPIENT, where="watchdog")
    entries = (*(_opened(each, settings) for each in news), *(_over(*each, settings) for each in ended.items()))
    clean = tuple(_clean(entry, policy.secrets) for entry in entries)
    said = "|".join(f"{entry.id} {entry.state}" for entry in clean)
    identity = hashlib.sha256(f"{now.isoformat()} {said}".encode()).hexdigest()[:32]
    mail = mail_of(Digest(id=identity, created_at=now, held=0, entries=clean), policy=policy, recipients=recipients)
    refusals = mailer.send(mail, recipients)
    if recipients and len(refusals) == len(recipients):
        raise MessageRefused(summary(refusals), where="watchdog", remedy="correct the addresses")


def _opened(condition: Condition, settings: Settings) -> Entry:
    return Entry(
        id=condition.key,
        state="opened",
        count=1,
        incident=_incident(
            condition.key,
            condition.what,
            f"{condition.cause}\nWhat to do: {condition.remedy}",
            condition.since,
            settings,
        ),
    )


def _over(key: str, remembered: Remembered, settings: Settings) -> Entry:
    return Entry(
        id=key,
        state="recovered",
        count=1,
        resolved_at=remembered.ended_at,
        incident=_incident(key, remembered.what, "It is over.", remembered.since, settings),
    )


def _incident(key: str, what: str, cause: str, since: datetime, settings: Settings) -> Incident:
    return Incident(
        key=f"watchdog:{key}",
        kind="watchdog",
        group=GROUP,
        title=what,
        cause=cause,
        since=since,
        how_to_reproduce="goldline watchdog --dry-run",
        link=settings.ui_url,
    )


def _clean(entry: Entry, secrets: tuple[str, ...]) -> Entry:
    return Entry(
        id=entry.id,
        state=entry.state,
        count=entry.count,
        resolved_at=entry.resolved_at,
        incident=entry.incident.fit_to_mail(secrets),
    )
