"""How an alert reads, and that nothing in it can break out of its place."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from goldline.alerts import Incident, Outbox, Policy, deliver
from goldline.errors import SettingsError
from tests.unit.alerts.sample import NOW, RecordingMailer, an_incident, html_part, text_part


class Tags(HTMLParser):
    """Collects start tags and link targets of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]


def mailed(outbox: Outbox, *incidents: Incident, now: datetime = NOW) -> EmailMessage:
    """The message that these incidents become, after a journey through bytes."""
    mailer = RecordingMailer()
    with outbox.batch() as batch:
        for incident in incidents:
            batch.report(incident, now)
    outbox.queue(now)
    deliver(outbox, mailer, now)
    arrived = email.message_from_bytes(mailer.mails[-1].as_bytes(), policy=email.policy.default)
    assert isinstance(arrived, EmailMessage)
    return arrived


@pytest.mark.parametrize("part", [text_part, html_part])
def test_a_failure_says_what_since_when_why_how_to_reproduce_and_where_to_look(outbox: Outbox, part: object) -> None:
    body = part(mailed(outbox, an_incident(facts={"Rows received": 8214})))  # type: ignore[operator]
    for expected in (
        "Failed",
        "Cashmere load, 28 Mar 2026",
        "29 Mar 2026, 05:03 CEST",
        "cashmere",
        "Rows received",
        "8214",
        "VENTES_20260328.csv: the column",
        "What to do: rename",
        "goldline run --date 2026-03-28",
        "http://127.0.0.1:3000/runs/0c0a7ac6-1111-4e4e-9d5f-3a8f1c2b7d10",
    ):
        assert expected in body


def test_the_subject_names_the_gravest_incident_and_counts_the_others(outbox: Outbox) -> None:
    late = an_incident("late:magento", kind="late_delivery", severity="warning", title="Magento delivery")
    check = an_incident("check:x", kind="check_failed", severity="warning", title="net + tax = gross")
    subject = mailed(outbox, late, check, an_incident())["Subject"]
    assert subject == "[Goldline] failed: Cashmere load, 28 Mar 2026 (+2 more)"


def test_html_in_any_field_is_shown_and_not_executed(outbox: Outbox) -> None:
    evil = "<script>alert(1)</script><img src=http://evil.example/x>"
    mail = mailed(
        outbox,
        an_incident(title=evil, cause=evil, how_to_reproduce=evil, facts={evil: evil}, group=evil, kind=evil),
    )
    tags = Tags(html_part(mail))
    assert "script" not in tags.tags
    assert "img" not in tags.tags
    assert "&lt;script&gt;" in html_part(mail)


def test_a_title_with_line_breaks_cannot_add_a_header(outbox: Outbox) -> None:
    mail = mailed(outbox, an_incident(title="Load\r\nBcc: victim\r\n\r\n<b>body</b>", kind="run\r\nX-Evil: 1"))
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert "\n" not in mail["Subject"]
    assert "Load Bcc: victim" in mail["Subject"]


@pytest.mark.parametrize(
    "hostile", ["a@example.org\r\nBcc: b@example.org", "", "not an address", "a@b, c@d", "é@example.org"]
)
def test_an_unusable_address_is_refused_when_the_policy_is_made_and_not_repeated(hostile: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Policy(mail_groups={"magento": [hostile]})
    assert "example.org\r" not in str(caught.value)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", 'http://ok.example/" onload="x']
)
def test_only_a_web_address_becomes_a_button(outbox: Outbox, link: str) -> None:
    page = html_part(mailed(outbox, an_incident(link=link)))
    assert all(target.startswith(("http://127.0.0.1", "http://ok.example")) for target in Tags(page).links)
    assert 'onload="x"' not in page


def test_the_mail_loads_nothing_from_anywhere(outbox: Outbox) -> None:
    page = html_part(mailed(outbox, an_incident()))
    assert {"img", "link", "script", "iframe"}.isdisjoint(Tags(page).tags)
    assert "url(" not in page
    assert "@import" not in page


def test_accents_arrive_in_subject_text_and_html_through_a_seven_bit_relay(outbox: Outbox) -> None:
    title = "Chargement « Élégance » à Besançon: 12 € en moins, 日本 " + "très longue " * 20
    mailer = RecordingMailer()
    outbox.report(an_incident(title=title, cause="Ligne refusée: naïve œuvre"), NOW)
    outbox.queue(NOW)
    deliver(outbox, mailer, NOW)
    raw = mailer.mails[0].as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) < 998
    arrived = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(arrived, EmailMessage)
    assert arrived["Subject"].startswith(
        "[Goldline] failed: Chargement « Élégance » à Besançon: 12 € en moins, 日本 très"
    )
    assert len(arrived["Subject"]) <= 140
    assert "Ligne refusée: naïve œuvre" in text_part(arrived)
    assert "Ligne refusée: naïve œuvre" in html_part(arrived)


def test_personal_values_and_secrets_reach_neither_the_mail_nor_the_file_of_the_outbox(
    outbox: Outbox,
) -> None:
    canary = "C4n4ry-s3cret"
    secretive = Outbox(outbox.folder, policy=Policy(mail_to=("data@example.org",), secrets=(canary,)))
    leaky = f"{canary} jane@private.example 06 12 34 56 78 {'ab' * 32} https://u:pw99@h/x"
    mail = mailed(
        secretive,
        an_incident(title=leaky, cause=leaky, how_to_reproduce=leaky, link=f"http://h/{canary}", facts={leaky: leaky}),
    )
    stored = b"".join(path.read_bytes() for path in outbox.folder.iterdir())
    for text in (html_part(mail), text_part(mail), str(mail["Subject"]), stored.decode("latin-1")):
        for leak in (canary, "jane@private", "12 34 56", "abababab", "pw99"):
            assert leak not in text
    assert canary not in repr(secretive.policy)


def test_a_recovery_says_how_long_it_lasted_and_belongs_to_the_thread_of_the_failure(
    outbox: Outbox, mailer: RecordingMailer
) -> None:
    outbox.report(an_incident(), NOW)
    outbox.queue(NOW)
    deliver(outbox, mailer, NOW)
    over = NOW + timedelta(hours=1)
    outbox.resolve("run:nightly:cashmere/delivery", over)
    outbox.queue(over)
    deliver(outbox, mailer, over)
    failed, recovered = mailer.mails
    assert recovered["Subject"] == "[Goldline] recovered: Cashmere load, 28 Mar 2026"
    assert "29 Mar 2026, 08:12 CEST, after 3 h 9 min" in text_part(recovered)
    assert "the column" not in text_part(recovered)
    assert recovered["References"] == failed["Message-ID"]
    assert recovered["Message-ID"] != failed["Message-ID"]


def test_what_fails_and_recovers_before_the_mail_is_told_as_one_thing(outbox: Outbox, mailer: RecordingMailer) -> None:
    outbox.report(an_incident(), NOW)
    outbox.resolve("run:nightly:cashmere/delivery", NOW)
    outbox.queue(NOW)
    deliver(outbox, mailer, NOW)
    assert mailer.subjects == ["[Goldline] failed, recovered: Cashmere load, 28 Mar 2026"]


def test_times_are_those_of_the_business_also_across_the_change_of_clocks(outbox: Outbox) -> None:
    winter = an_incident("w", since=datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
    summer = an_incident("s", since=datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    body = text_part(mailed(outbox, winter, summer))
    assert "29 Mar 2026, 01:30 CET" in body
    assert "29 Mar 2026, 03:30 CEST" in body


def test_a_time_without_a_zone_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        an_incident(since=datetime(2026, 3, 29))


def test_no_out_of_office_reply_is_provoked(outbox: Outbox) -> None:
    assert mailed(outbox, an_incident())["Auto-Submitted"] == "auto-generated"
