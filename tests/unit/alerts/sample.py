"""Sample incidents, a mailer that records, and ways to read what it got. No assertions here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from goldline.alerts import Incident, MailServerError
from goldline.alerts.transport import Refusal

NOW = datetime(2026, 3, 29, 5, 12, tzinfo=UTC)


def an_incident(key: str = "run:nightly:cashmere/delivery", **changes: Any) -> Incident:
    values: dict[str, Any] = {
        "kind": "run_failed",
        "group": "cashmere",
        "title": "Cashmere load, 28 Mar 2026",
        "cause": "VENTES_20260328.csv: the column 'quantite' is missing\n  What to do: rename 'qte'",
        "since": datetime(2026, 3, 29, 3, 3, tzinfo=UTC),
        "how_to_reproduce": "goldline run --date 2026-03-28",
        "link": "http://127.0.0.1:3000/runs/0c0a7ac6-1111-4e4e-9d5f-3a8f1c2b7d10",
    }
    return Incident(key=key, **(values | changes))


class RecordingMailer:
    """Keeps what it is given; refuses or breaks down on demand."""

    needs_recipients = True

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.got: list[tuple[str, ...]] = []
        self.refusals: Mapping[str, Refusal] = {}
        self.is_down = False

    def send(self, message: EmailMessage, recipients: tuple[str, ...]) -> Mapping[str, Refusal]:
        if self.is_down:
            raise MailServerError("connection refused", where="mail server", remedy="start it")
        refused = {person: refusal for person, refusal in self.refusals.items() if person in recipients}
        takers = tuple(person for person in recipients if person not in refused)
        if takers:
            self.mails.append(message)
            self.got.append(takers)
        return refused

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


def text_part(mail: EmailMessage) -> str:
    return _part(mail, "plain")


def html_part(mail: EmailMessage) -> str:
    return _part(mail, "html")


def labelled_titles(mail: EmailMessage) -> list[tuple[str, str]]:
    """Each (label, title) that the text part shows or lists."""
    found = re.findall(r"^(?:- )?\[([^\]]+)\] (.+?)(?: \([\w-]+, since .*\))?$", text_part(mail), re.MULTILINE)
    return [(label, title) for label, title in found]


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())
