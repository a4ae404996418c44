"""Letters in the outbox: posted once, sent until somebody took them, never without a word given up."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from goldline.alerts import Outbox, deliver, letter_id
from goldline.alerts.letters import GIVE_UP_AFTER
from goldline.alerts.transport import Refusal
from tests.unit.alerts.sample import NOW, RecordingMailer

WHO = "marie@example.org"


def letter(subject: str = "Ventes du samedi – 22 453 €") -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = subject
    message["From"] = "goldline@example.org"
    message["To"] = WHO
    message["Date"] = "Sat, 28 Mar 2026 07:00:00 +0000"
    message["Message-ID"] = "<goldline.abc@example.org>"
    message.set_content("Été 22 453 €", cte="quoted-printable")
    return message


def test_a_letter_is_sent_as_it_was_posted_and_then_forgotten_but_for_its_id(
    outbox: Outbox, mailer: RecordingMailer
) -> None:
    identity = letter_id("report", "2026-03-28", WHO)
    assert outbox.post(identity, letter(), WHO, NOW)
    assert deliver(outbox, mailer, NOW).sent == 1

    sent, recipients = mailer.mails[0], mailer.got[0]
    assert recipients == (WHO,)
    assert sent["Subject"] == "Ventes du samedi – 22 453 €"
    assert sent.get_content().strip() == "Été 22 453 €"
    assert outbox.is_posted(identity)
    with outbox.store.transaction(writes=False) as db:
        assert db.execute("select length(content) from letters").fetchone()[0] == 0


def test_the_same_letter_is_posted_once(outbox: Outbox, mailer: RecordingMailer) -> None:
    assert outbox.post("x", letter(), WHO, NOW)
    assert not outbox.post("x", letter("another"), WHO, NOW)
    deliver(outbox, mailer, NOW)
    assert not outbox.post("x", letter("another"), WHO, NOW)
    assert deliver(outbox, mailer, NOW).sent == 0


def test_an_id_does_not_tell_the_address() -> None:
    assert WHO not in letter_id("report", WHO)
    assert letter_id("report", "a", "b") != letter_id("report", "ab", "")


def test_a_server_that_is_down_puts_all_letters_off(outbox: Outbox, mailer: RecordingMailer) -> None:
    for name in ("a", "b", "c"):
        outbox.post(name, letter(name), WHO, NOW)
    mailer.is_down = True
    report = deliver(outbox, mailer, NOW)

    assert (report.sent, report.waiting, report.error) == (0, 2, "mail server: connection refused")
    mailer.is_down = False
    assert deliver(outbox, mailer, NOW).sent == 0  # not due yet
    assert deliver(outbox, mailer, NOW + timedelta(minutes=1)).sent == 3


def test_a_refusal_for_good_ends_a_letter_and_is_told_without_the_address(
    outbox: Outbox, mailer: RecordingMailer
) -> None:
    outbox.post("a", letter(), WHO, NOW)
    mailer.refusals = {WHO: Refusal("550 no such user", is_permanent=True)}
    deliver(outbox, mailer, NOW)

    assert outbox.letters() == ()
    (record,) = outbox.history()
    assert record.incident.kind == "report_undelivered"
    assert WHO not in str(record.incident)


def test_a_letter_is_given_up_after_a_day(outbox: Outbox, mailer: RecordingMailer) -> None:
    outbox.post("a", letter(), WHO, NOW)
    mailer.refusals = {WHO: Refusal("451 later", is_permanent=False)}
    deliver(outbox, mailer, NOW)
    assert len(outbox.letters()) == 1
    deliver(outbox, mailer, NOW + GIVE_UP_AFTER + timedelta(minutes=1))
    assert outbox.letters() == ()


def test_an_outbox_of_the_earlier_layout_gets_the_new_table(tmp_path: Path) -> None:
    Outbox(tmp_path / "outbox")
    with sqlite3.connect(tmp_path / "outbox" / "outbox.sqlite") as db:
        db.execute("drop table letters")
        db.execute("pragma user_version = 1")
    db.close()

    assert Outbox(tmp_path / "outbox").letters() == ()
