"""A message leaves the outbox only when it was taken; until then it is tried again, later and later."""

from __future__ import annotations

import email
import email.policy
import fcntl
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from goldline.alerts import (
    FileMailer,
    MailServerError,
    MessageRefused,
    Outbox,
    Policy,
    SmtpMailer,
    deliver,
    mailer_from,
    outbox_from,
    send_test,
)
from goldline.alerts.transport import Refusal
from goldline.settings import Settings
from tests.unit.alerts.sample import NOW, RecordingMailer, an_incident

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNKNOWN, GREYLISTED = Refusal("550 no such user", is_permanent=True), Refusal("451 later", is_permanent=False)


def with_recipients(folder: Path, *people: str) -> Outbox:
    outbox = Outbox(folder, policy=Policy(mail_to=people))
    outbox.report(an_incident(), NOW)
    outbox.queue(NOW)
    return outbox


def test_a_failing_server_is_asked_after_one_two_four_minutes_and_then_hourly(
    outbox: Outbox, mailer: RecordingMailer
) -> None:
    mailer.is_down = True
    outbox.report(an_incident(), NOW)
    outbox.queue(NOW)
    tried = [minute for minute in range(300) if deliver(outbox, mailer, NOW + minute * MINUTE).failed]
    assert tried == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]
    (mail,) = outbox.pending()
    assert mail.attempts == 10
    assert mail.error == "mail server: connection refused; start it"


def test_while_the_server_is_down_only_one_message_per_round_waits_for_it(
    tmp_path: Path, mailer: RecordingMailer
) -> None:
    groups = {name: [f"{name}@example.org"] for name in "abcde"}
    outbox = Outbox(tmp_path, policy=Policy(mail_groups=groups))
    for group in groups:
        outbox.report(an_incident(group, group=group), NOW)
    outbox.queue(NOW)
    mailer.is_down = True
    report = deliver(outbox, mailer, NOW)
    assert (report.sent, report.failed, report.waiting) == (0, 1, 4)
    assert deliver(outbox, mailer, NOW).failed == 0
    mailer.is_down = False
    assert deliver(outbox, mailer, NOW + MINUTE).sent == 5


def test_a_recipient_refused_for_good_does_not_keep_the_others_from_their_mail(
    tmp_path: Path, mailer: RecordingMailer
) -> None:
    outbox = with_recipients(tmp_path, "left@example.org", "here@example.org")
    mailer.refusals = {"left@example.org": UNKNOWN}
    report = deliver(outbox, mailer, NOW)
    assert (report.sent, report.failed) == (1, 0)
    assert report.refused == (("left@example.org", "550 no such user"),)
    assert mailer.got == [("here@example.org",)]
    assert outbox.pending() == ()


def test_a_recipient_refused_for_now_gets_it_later_and_the_others_not_twice(
    tmp_path: Path, mailer: RecordingMailer
) -> None:
    outbox = with_recipients(tmp_path, "grey@example.org", "here@example.org")
    mailer.refusals = {"grey@example.org": GREYLISTED}
    assert deliver(outbox, mailer, NOW).failed == 1
    (mail,) = outbox.pending()
    assert (mail.accepted, mail.recipients) == (("here@example.org",), ("grey@example.org",))
    assert mail.error == "1 recipient refused: 451 later"
    mailer.refusals = {}
    assert deliver(outbox, mailer, NOW + MINUTE).sent == 1
    assert mailer.got == [("here@example.org",), ("grey@example.org",)]
    assert mailer.mails[0]["Message-ID"] == mailer.mails[1]["Message-ID"]


def test_a_recipient_greylisted_for_days_is_given_up_if_somebody_else_has_the_mail(
    tmp_path: Path, mailer: RecordingMailer
) -> None:
    outbox = with_recipients(tmp_path, "grey@example.org", "here@example.org")
    mailer.refusals = {"grey@example.org": GREYLISTED}
    deliver(outbox, mailer, NOW)
    assert deliver(outbox, mailer, NOW + 4 * DAY).failed == 1
    assert deliver(outbox, mailer, NOW + 6 * DAY).sent == 1


def test_a_mail_that_nobody_took_stays_and_goes_out_when_the_address_is_corrected(
    tmp_path: Path, mailer: RecordingMailer
) -> None:
    outbox = with_recipients(tmp_path, "typo@example.org")
    mailer.refusals = {"typo@example.org": UNKNOWN}
    assert deliver(outbox, mailer, NOW).failed == 1
    assert outbox.pending()[0].is_permanent
    corrected = Outbox(tmp_path, policy=Policy(mail_to=("data@example.org",)))
    assert deliver(corrected, mailer, NOW + MINUTE).sent == 1
    assert mailer.got == [("data@example.org",)]


def test_a_mail_refused_for_good_does_not_hold_back_later_ones(tmp_path: Path, mailer: RecordingMailer) -> None:
    outbox = with_recipients(tmp_path, "data@example.org")
    mailer.refusals = {"data@example.org": UNKNOWN}
    for number in range(6):
        now = NOW + number * HOUR
        outbox.report(an_incident(f"other {number}"), now)
        assert outbox.queue(now).messages == 1
        deliver(outbox, mailer, now)
    mailer.refusals = {}
    assert deliver(outbox, mailer, NOW + 9 * HOUR).sent == 7


def test_without_any_recipient_a_server_gets_nothing_and_the_mail_waits_for_one(
    tmp_path: Path, mailer: RecordingMailer
) -> None:
    outbox = with_recipients(tmp_path)
    assert "GOLDLINE_MAIL_TO" in deliver(outbox, mailer, NOW).error
    assert mailer.mails == []
    named = Outbox(tmp_path, policy=Policy(mail_to=("data@example.org",)))
    assert deliver(named, mailer, NOW + MINUTE).sent == 1


def test_two_processes_never_send_at_the_same_time(outbox: Outbox, mailer: RecordingMailer) -> None:
    outbox.report(an_incident(), NOW)
    outbox.queue(NOW)
    with (outbox.folder / "delivery.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert deliver(outbox, mailer, NOW).is_busy
    assert deliver(outbox, mailer, NOW).sent == 1


def test_without_a_mail_server_each_mail_is_a_file_that_opens_in_a_mail_program(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    outbox, mailer = outbox_from(settings), mailer_from(settings)
    assert isinstance(mailer, FileMailer)
    for number in range(3):
        now = NOW + number * HOUR
        outbox.report(an_incident(f"run:{number}", title=f"Load {number}, Besançon"), now)
        outbox.queue(now)
        assert deliver(outbox, mailer, now).sent == 1
    mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in mailer.written()]
    assert [mail["Subject"] for mail in mails] == [f"[Goldline] failed: Load {n}, Besançon" for n in range(3)]
    assert mails[0]["To"] == "undisclosed <goldline@localhost>"
    assert [path.name[:13] for path in mailer.written()] == [f"20260329T0{hour}12" for hour in (5, 6, 7)]
    assert {path.suffix for path in mailer.folder.iterdir()} == {".eml"}


def test_a_folder_that_cannot_be_written_keeps_the_mail_in_the_outbox(outbox: Outbox, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    outbox.report(an_incident(), NOW)
    outbox.queue(NOW)
    report = deliver(outbox, FileMailer(tmp_path / "taken"), NOW)
    assert report.failed == 1
    assert "cannot be written" in report.error
    assert len(outbox.pending()) == 1


def test_the_settings_choose_the_mailer_and_no_password_is_shown(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        smtp_host="mail.example.org",
        smtp_port=587,
        smtp_security="starttls",
        smtp_user="goldline",
        smtp_password=SecretStr("C4n4ry-s3cret"),
        landing="sftp://shop:in%26box@host/in",
    )
    mailer = mailer_from(settings)
    assert isinstance(mailer, SmtpMailer)
    assert (mailer.host, mailer.port, mailer.security) == ("mail.example.org", 587, "starttls")
    assert "C4n4ry" not in repr(mailer)
    assert outbox_from(settings).policy.secrets == ("C4n4ry-s3cret", "in&box")


def test_a_test_mail_goes_to_everybody_and_raises_what_went_wrong(mailer: RecordingMailer) -> None:
    policy = Policy(mail_to=("data@example.org",), mail_groups={"magento": ["web@example.org"]})
    send_test(policy, mailer, NOW)
    assert mailer.got == [("data@example.org", "web@example.org")]
    assert mailer.subjects == ["[Goldline] test: Alerts arrive"]
    mailer.refusals = {"web@example.org": UNKNOWN}
    with pytest.raises(MessageRefused, match="1 recipient refused: 550 no such user"):
        send_test(policy, mailer, NOW)
    mailer.is_down = True
    with pytest.raises(MailServerError):
        send_test(policy, mailer, NOW)
    with pytest.raises(MessageRefused, match="GOLDLINE_MAIL_TO"):
        send_test(Policy(), mailer, NOW)
