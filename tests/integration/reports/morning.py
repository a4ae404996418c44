"""A home at the morning after, its subscribers and its mail: what tests of the daily report set up and read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from goldline.alerts import Outbox, Policy, SmtpMailer, deliver
from goldline.metrics.store import open_store
from goldline.people import People
from goldline.people.accounts import Account
from goldline.reports.daily import Morning, send_reports
from goldline.reports.subscriptions import Subscription, Subscriptions
from goldline.settings import Settings
from tests.integration.alerts.server import Inbox, MailServer
from tests.support import open_home

MORNING = datetime(2026, 3, 29, 4, 30, tzinfo=UTC)  # 06:30 where the shops are; their last day was the 28th
LATER = datetime(2026, 3, 29, 7, 0, tzinfo=UTC)  # 09:00: by now people expect it


@dataclass
class Office:
    """One home, its outbox and its mail server."""

    settings: Settings
    inbox: Inbox
    port: int
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        policy = Policy(mail_from="Goldline <goldline@example.org>", mail_to=("data@example.org",))
        self.outbox = Outbox(self.settings.outbox_dir, policy=policy)

    def subscribe(self, *subscriptions: Subscription) -> None:
        """Write the file of subscriptions."""
        for each in subscriptions:
            Subscriptions(self.settings.home).put(each)

    def employ(self, name: str, account: Account) -> None:
        """Give somebody an account."""
        with People.from_settings(self.settings).accounts.changing() as accounts:
            accounts[name] = account

    def report(self, now: datetime = MORNING) -> Morning:
        """Do what the asset does: post what is due."""
        wanted = Subscriptions(self.settings.home).all()
        people = People.from_settings(self.settings)
        return send_reports(self.settings, wanted, people, self.outbox, now, store=lambda: open_store(self.settings))

    def send(self, now: datetime = MORNING) -> list[EmailMessage]:
        """Send what is in the outbox; return what has arrived by now."""
        self.outbox.queue(now)
        deliver(self.outbox, SmtpMailer(host="127.0.0.1", port=self.port), now)
        return self.inbox.mails

    def arrived(self, address: str) -> list[EmailMessage]:
        """What somebody got."""
        pairs = zip(self.inbox.mails, self.inbox.recipients, strict=True)
        return [mail for mail, recipients in pairs if recipients == [address]]

    def open_kinds(self) -> list[str]:
        """Kinds of the incidents that are open."""
        return [record.incident.kind for record in self.outbox.open_incidents()]


@contextmanager
def office(folder: Path, published: Path | None) -> Iterator[Office]:
    """Open a home in a folder with what another home has published, and a mail server."""
    folder.mkdir(exist_ok=True)
    for part in ("published", "boards") if published else ():
        if published and (published / part).is_dir():
            shutil.copytree(published / part, folder / part)
    inbox = Inbox()
    server = MailServer(inbox)
    server.start()
    try:
        yield Office(open_home(folder).settings, inbox, server.port)
    finally:
        server.stop(no_assert=True)


def part(mail: EmailMessage, kind: str) -> str:
    """The text or the page of a mail."""
    found = mail.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def whole_text(mail: EmailMessage) -> str:
    """Everything that can be read in a mail: subject, both parts, and the attached workbooks' and CSVs' bytes apart."""
    return "\n".join([str(mail["Subject"]), part(mail, "plain"), part(mail, "html")])
