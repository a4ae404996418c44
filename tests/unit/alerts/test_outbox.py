"""Incidents are counted, mailed once, reminded of daily, and none is lost between two transactions."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from goldline.alerts import Outbox, Policy, deliver, store
from goldline.errors import GoldlineError, TransientError
from tests.unit.alerts.sample import NOW, RecordingMailer, an_incident, labelled_titles, text_part

KEY = "run:nightly:cashmere/delivery"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Interruption(Exception):
    """Something breaks in the middle of a batch."""


def test_the_same_failure_again_is_counted_and_not_mailed_again(outbox: Outbox, mailer: RecordingMailer) -> None:
    for minute in range(30):
        now = NOW + minute * MINUTE
        outbox.report(an_incident(cause=f"attempt {minute}"), now)
        outbox.queue(now)
        deliver(outbox, mailer, now)
    (record,) = outbox.open_incidents()
    assert record.count == 30
    assert record.incident.cause == "attempt 29"
    assert record.opened_at == NOW
    assert len(mailer.mails) == 1


def test_report_and_resolve_say_whether_anything_changed(outbox: Outbox) -> None:
    assert outbox.report(an_incident(), NOW)
    assert not outbox.report(an_incident(), NOW)
    assert outbox.resolve(KEY, NOW)
    assert not outbox.resolve(KEY, NOW)
    assert outbox.open_incidents() == ()


def test_a_failure_that_lasts_is_reminded_of_after_a_day_even_if_it_came_back_a_little_early(
    outbox: Outbox, mailer: RecordingMailer
) -> None:
    outbox.report(an_incident(), NOW)
    outbox.queue(NOW)
    deliver(outbox, mailer, NOW)
    outbox.report(an_incident(), NOW + DAY - MINUTE)
    assert outbox.queue(NOW + DAY - MINUTE).messages == 0
    assert outbox.queue(NOW + DAY).messages == 1
    assert outbox.queue(NOW + DAY + HOUR).messages == 0
    deliver(outbox, mailer, NOW + DAY)
    assert mailer.subjects[1] == "[Goldline] still failed: Cashmere load, 28 Mar 2026"
    assert "Seen: 2 times" in text_part(mailer.mails[1])


def test_a_failure_that_is_not_reported_again_is_not_nagged_about(outbox: Outbox) -> None:
    outbox.report(an_incident(), NOW)
    outbox.queue(NOW)
    assert outbox.queue(NOW + 10 * DAY).messages == 0


def test_the_same_key_after_a_recovery_is_a_new_incident_with_a_new_mail(
    outbox: Outbox, mailer: RecordingMailer
) -> None:
    for hour in range(4):
        now = NOW + hour * HOUR
        outbox.resolve(KEY, now) if hour % 2 else outbox.report(an_incident(), now)
        outbox.queue(now)
        deliver(outbox, mailer, now)
    assert [subject.split()[1] for subject in mailer.subjects] == [
        "failed:",
        "recovered:",
        "failed:",
        "recovered:",
    ]
    assert len({mail["Message-ID"] for mail in mailer.mails}) == 4
    assert [record.count for record in outbox.history()] == [1, 1]


def _break_in_the_middle(outbox: Outbox) -> None:
    with outbox.batch() as batch:
        batch.report(an_incident("new"), NOW)
        batch.resolve("old", NOW)
        batch.set_cursor("runs", "18")
        assert batch.cursor("runs") == "18"
        raise Interruption


def test_a_batch_that_breaks_leaves_neither_its_reports_nor_its_cursor(outbox: Outbox) -> None:
    with outbox.batch() as batch:
        batch.report(an_incident("old"), NOW)
        batch.set_cursor("runs", "17")
    with pytest.raises(Interruption):
        _break_in_the_middle(outbox)
    assert [record.incident.key for record in outbox.open_incidents()] == ["old"]
    assert outbox.cursor("runs") == "17"
    assert outbox.cursor("checks") is None


def test_reports_from_many_threads_are_all_counted(outbox: Outbox) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: Outbox(outbox.folder).report(an_incident(), NOW), range(40)))
    (record,) = outbox.open_incidents()
    assert record.count == 40
    assert outbox.held_back() == 1


def test_what_was_committed_is_there_for_the_next_process(outbox: Outbox, mailer: RecordingMailer) -> None:
    outbox.report(an_incident(), NOW)
    outbox.queue(NOW)
    again = Outbox(outbox.folder, policy=outbox.policy)
    (mail,) = again.pending()
    assert mail.subject == "[Goldline] failed: Cashmere load, 28 Mar 2026"
    assert mail.recipients == ("data@example.org",)
    deliver(again, mailer, NOW)
    assert outbox.history()[0].mailed_at == NOW


def test_the_database_is_synced_at_each_commit_and_closed_to_other_users(outbox: Outbox) -> None:
    with outbox.store.transaction() as db:
        assert db.execute("pragma journal_mode").fetchone()[0] == "wal"
        assert db.execute("pragma synchronous").fetchone()[0] == 2
    assert outbox.folder.stat().st_mode & 0o077 == 0


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "outbox.sqlite").write_bytes(b"this is not a database" * 100)
    with pytest.raises(GoldlineError, match=r"outbox\.sqlite: the outbox is damaged.*\n.*move the file aside"):
        Outbox(tmp_path)


def test_a_file_that_another_process_holds_is_told_from_one_that_cannot_be_written(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.1)
    with (
        outbox.store.transaction(),
        pytest.raises(TransientError, match="another process has held the outbox for too long"),
    ):
        outbox.report(an_incident(), NOW)
    with (
        pytest.raises(TransientError, match=r"the outbox cannot be used now.*\n.*the disk"),
        outbox.store.transaction() as db,
    ):
        db.execute("pragma query_only = on")
        db.execute("delete from cursors")


def test_a_file_of_a_later_version_is_left_alone(outbox: Outbox) -> None:
    db = sqlite3.connect(outbox.store.path)
    db.execute("pragma user_version = 99")
    db.close()
    with pytest.raises(GoldlineError, match="version 99"):
        Outbox(outbox.folder)


def test_each_set_of_recipients_gets_one_mail_about_its_own_groups(tmp_path: Path, mailer: RecordingMailer) -> None:
    groups = {
        "magento": ["web@example.org"],
        "cashmere": ["shops@example.org"],
        "publish": ["data@example.org"],
    }
    outbox = Outbox(tmp_path, policy=Policy(mail_to=("data@example.org",), mail_groups=groups))
    with outbox.batch() as batch:
        for group in ("magento", "cashmere", "merge", "publish", "cashmere"):
            batch.report(an_incident(f"{group} {batch}", group=group, title=group), NOW)
    assert outbox.queue(NOW).messages == 3
    deliver(outbox, mailer, NOW)
    told = {
        people: [title for _, title in labelled_titles(mail)]
        for people, mail in zip(mailer.got, mailer.mails, strict=True)
    }
    assert told == {
        ("data@example.org", "web@example.org"): ["magento"],
        ("data@example.org", "shops@example.org"): ["cashmere"],
        ("data@example.org",): ["merge", "publish"],
    }
