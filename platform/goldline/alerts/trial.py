"""A test mail: the way to see that alerts would arrive, without waiting for something to go wrong."""

from __future__ import annotations

from datetime import datetime

from goldline.alerts.delivery import NO_RECIPIENT, summary
from goldline.alerts.digest import Digest, Entry
from goldline.alerts.incidents import Incident
from goldline.alerts.mail import mail_of
from goldline.alerts.policy import Policy
from goldline.alerts.transport import Mailer, MessageRefused


def send_test(policy: Policy, mailer: Mailer, now: datetime) -> None:
    """Send a test mail to everybody at once, past the outbox.

    Raises:
        MailServerError: The server cannot be used.
        MessageRefused: It takes no mail for one of the recipients, or there is none.
    """
    everybody = policy.recipients(policy.mail_groups)
    if mailer.needs_recipients and not everybody:
        raise MessageRefused(NO_RECIPIENT, where="test mail")
    mail = mail_of(_test_digest(policy, now), policy=policy, recipients=everybody)
    refusals = mailer.send(mail, everybody)
    if refusals:
        raise MessageRefused(summary(refusals), where="test mail", remedy="correct the addresses")


def _test_digest(policy: Policy, now: datetime) -> Digest:
    incident = Incident(
        key="test",
        kind="test",
        group="all",
        title="Alerts arrive",
        cause="This is what an alert looks like. Nothing is wrong.",
        since=now,
        how_to_reproduce="goldline alerts test",
        link=policy.ui_url,
        severity="warning",
    )
    entry = Entry(id="test", incident=incident, state="opened", count=1)
    return Digest(id=f"test-{now:%Y%m%d%H%M%S%f}", created_at=now, held=0, entries=(entry,))
