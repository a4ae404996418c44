"""An alert storm is grouped and counted; a limit or an outage delays news and never drops any."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from goldline.alerts import Outbox, Policy, deliver
from tests.unit.alerts.sample import NOW, RecordingMailer, an_incident, html_part, labelled_titles, text_part

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def mentioned(mail_text: str) -> int:
    """How many incidents a text accounts for: shown, listed or counted."""
    one_by_one = len(re.findall(r"^(?:- )?\[", mail_text, re.MULTILINE))
    counted = re.findall(r"^- [\w-]+: ([\d,]+) ", mail_text, re.MULTILINE)
    return one_by_one + sum(int(number.replace(",", "")) for number in counted)


def test_ten_thousand_failures_at_once_are_one_readable_mail_that_accounts_for_each(
    outbox: Outbox, mailer: RecordingMailer
) -> None:
    with outbox.batch() as batch:
        for number in range(10_000):
            batch.report(
                an_incident(f"run:{number}", group=["magento", "cashmere"][number % 2], title=f"Load {number}"),
                NOW,
            )
    assert outbox.queue(NOW).notices == 10_000
    deliver(outbox, mailer, NOW)
    (mail,) = mailer.mails
    assert mail["Subject"] == "[Goldline] failed: Load 0 (+9,999 more)"
    assert mentioned(text_part(mail)) == 10_000
    assert "4,976 failed" in html_part(mail)
    assert len(mail.as_bytes()) < 102_000  # web mail cuts longer ones
    assert outbox.pending() == ()
    assert all(record.mailed_at for record in outbox.history(limit=10_000))


def test_a_storm_over_two_hours_stays_within_the_limit_and_no_incident_is_missing(
    tmp_path: Path, mailer: RecordingMailer
) -> None:
    outbox = Outbox(tmp_path, policy=Policy(mail_to=("data@example.org",), mails_per_hour=5))
    sent_at = []
    for minute in range(0, 125, 5):
        now = NOW + minute * MINUTE
        with outbox.batch() as batch:
            for number in range(50 if minute < 120 else 0):
                batch.report(an_incident(f"{minute}:{number}"), now)
        outbox.queue(now)
        sent_at += [minute] * deliver(outbox, mailer, now).sent
    assert sent_at == [0, 5, 10, 15, 20, 60, 65, 70, 75, 80, 120]
    assert sum(mentioned(text_part(mail)) for mail in mailer.mails) == 24 * 50
    assert outbox.held_back() == 0


def test_what_the_limit_held_back_is_said_in_the_next_mail(tmp_path: Path, mailer: RecordingMailer) -> None:
    outbox = Outbox(tmp_path, policy=Policy(mail_to=("data@example.org",), mails_per_hour=1))
    outbox.report(an_incident("a"), NOW)
    outbox.queue(NOW)
    for number in range(3):
        outbox.report(an_incident(f"b{number}"), NOW + MINUTE)
    queued = outbox.queue(NOW + MINUTE)
    assert (queued.messages, queued.held_back, outbox.held_back()) == (0, 3, 3)
    outbox.queue(NOW + HOUR)
    deliver(outbox, mailer, NOW + HOUR)
    assert "waited for this mail" not in text_part(mailer.mails[0])
    assert "3 of these notices waited for this mail" in text_part(mailer.mails[1])
    assert "3 of these notices waited for this mail" in html_part(mailer.mails[1])


def test_the_gravest_news_goes_first_when_there_is_room_for_one_mail_only(
    tmp_path: Path, mailer: RecordingMailer
) -> None:
    policy = Policy(mail_groups={"a": ["a@example.org"], "b": ["b@example.org"]}, mails_per_hour=1)
    outbox = Outbox(tmp_path, policy=policy)
    outbox.report(an_incident("late", group="a", kind="late_delivery", severity="warning"), NOW)
    outbox.report(an_incident("failed", group="b"), NOW)
    outbox.queue(NOW)
    deliver(outbox, mailer, NOW)
    assert mailer.got == [("b@example.org",)]


def test_a_day_without_mail_server_ends_in_a_handful_of_mails_with_everything_in_them(
    outbox: Outbox, mailer: RecordingMailer
) -> None:
    mailer.is_down = True
    for minute in range(0, 24 * 60, 30):
        now = NOW + minute * MINUTE
        outbox.report(an_incident(f"run:{minute}", title=f"Load {minute}"), now)
        outbox.queue(now)
        assert deliver(outbox, mailer, now).sent == 0
    mailer.is_down = False
    for hour in (25, 26):
        outbox.queue(NOW + hour * HOUR)
        deliver(outbox, mailer, NOW + hour * HOUR)
    assert len(mailer.mails) == 4
    assert sum(mentioned(text_part(mail)) for mail in mailer.mails) == 48


def test_a_clock_that_jumped_a_year_ahead_and_back_silences_nothing(tmp_path: Path, mailer: RecordingMailer) -> None:
    outbox = Outbox(tmp_path, policy=Policy(mail_to=("data@example.org",), mails_per_hour=1))
    future = NOW + timedelta(days=365)
    mailer.is_down = True
    outbox.report(an_incident("a", title="A"), future)
    outbox.queue(future)
    deliver(outbox, mailer, future)
    mailer.is_down = False
    outbox.report(an_incident("b", title="B"), NOW)
    outbox.report(an_incident("a", title="A"), NOW)
    outbox.queue(NOW)
    deliver(outbox, mailer, NOW)
    told = [each for mail in mailer.mails for each in labelled_titles(mail)]
    assert told == [("Failed", "B"), ("Still failed", "A"), ("Failed", "A")]
