"""Mails arrive at a real server, in every kind of connection, and survive every kind of trouble."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from goldline.alerts import Outbox, SmtpMailer, deliver
from tests.integration.alerts.conftest import StartServer
from tests.integration.alerts.server import PASSWORD, USER, Inbox, authenticate
from tests.unit.alerts.sample import NOW, an_incident, html_part, text_part

pytestmark = pytest.mark.integration

MINUTE = timedelta(minutes=1)
LOGIN: dict[str, Any] = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
insecure_on_purpose = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


def mailer(port: int, **options: Any) -> SmtpMailer:
    return SmtpMailer(host="localhost", port=port, **({"timeout": 5} | options))


@insecure_on_purpose
@pytest.mark.parametrize("login", [False, True], ids=["no login", "login"])
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_arrives_whole_over_each_kind_of_connection(
    security: str,
    login: bool,
    start: StartServer,
    inbox: Inbox,
    outbox: Outbox,
    ca_file: Path,
    server_tls: ssl.SSLContext,
) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "none": {},
        "starttls": {"tls_context": server_tls, "require_starttls": True},
        "tls": {"ssl_context": server_tls},
    }
    server = start(**kinds[security], **(LOGIN if login else {}))
    credentials = {"user": USER, "password": SecretStr(PASSWORD)} if login else {}
    report = deliver(outbox, mailer(server.port, security=security, ca_file=ca_file, **credentials), NOW)
    assert (report.sent, report.error) == (1, "")
    (mail,) = inbox.mails
    assert inbox.recipients == [["data@example.org", "web@example.org"]]
    assert inbox.encrypted == [security != "none"]
    assert inbox.logins == [USER if login else None]
    assert mail["Subject"] == "[Goldline] failed: Chargement Besançon « Élégance », 28 mars 2026"
    assert mail["From"] == "Goldline <goldline@example.org>"
    assert mail["To"] == "data@example.org, web@example.org"
    for part in (text_part(mail), html_part(mail)):
        assert "Ligne refusée: 12 €" in part
        assert "Besançon « Élégance »" in part
        assert "goldline run --date 2026-03-28" in part


@insecure_on_purpose
def test_a_wrong_password_keeps_the_mail_and_shows_no_password(
    start: StartServer, inbox: Inbox, outbox: Outbox
) -> None:
    server = start(**LOGIN)
    report = deliver(outbox, mailer(server.port, user=USER, password=SecretStr("wr0ng-canary")), NOW)
    assert report.failed == 1
    assert "the login was refused (535)" in report.error
    assert "GOLDLINE_SMTP_PASSWORD" in report.error
    stored = b"".join(path.read_bytes() for path in outbox.folder.iterdir())
    assert b"wr0ng-canary" not in stored
    assert deliver(outbox, mailer(server.port, user=USER, password=SecretStr(PASSWORD)), NOW + MINUTE).sent == 1
    assert len(inbox.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_mail_goes_to_a_server_whose_certificate_is_not_trusted(
    security: str,
    start: StartServer,
    inbox: Inbox,
    outbox: Outbox,
    server_tls: ssl.SSLContext,
    tmp_path: Path,
) -> None:
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    options = {"ssl_context": server_tls} if security == "tls" else {"tls_context": server_tls}
    server = start(**options)
    report = deliver(outbox, mailer(server.port, security=security, ca_file=stranger), NOW)
    assert report.failed == 1
    assert "its certificate is not trusted" in report.error
    assert inbox.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_mail_goes_to_a_server_with_the_certificate_of_another_host(
    security: str, start: StartServer, inbox: Inbox, outbox: Outbox, server_tls: ssl.SSLContext, ca_file: Path
) -> None:
    server = start(**({"ssl_context": server_tls} if security == "tls" else {"tls_context": server_tls}))
    elsewhere = SmtpMailer(host="127.0.0.1", port=server.port, security=security, ca_file=ca_file, timeout=5)  # type: ignore[arg-type]
    assert "its certificate is not trusted" in deliver(outbox, elsewhere, NOW).error
    assert inbox.mails == []


def test_a_server_without_starttls_gets_no_mail_in_the_clear(
    start: StartServer, inbox: Inbox, outbox: Outbox, ca_file: Path
) -> None:
    report = deliver(outbox, mailer(start().port, security="starttls", ca_file=ca_file), NOW)
    assert "STARTTLS" in report.error
    assert inbox.mails == []


def test_a_missing_authority_file_is_an_error_in_the_report_and_not_a_crash(
    start: StartServer, outbox: Outbox, tmp_path: Path
) -> None:
    report = deliver(outbox, mailer(start().port, security="tls", ca_file=tmp_path / "gone.pem"), NOW)
    assert report.failed == 1
    assert "No such file" in report.error


def test_what_fails_while_the_server_is_down_arrives_when_it_is_back(
    start: StartServer, inbox: Inbox, outbox: Outbox
) -> None:
    server = start()
    server.stop()
    for minute in range(5):
        now = NOW + minute * MINUTE
        outbox.report(an_incident(f"run:{minute}", title=f"Load {minute}"), now)
        outbox.queue(now)
        assert deliver(outbox, mailer(server.port), now).sent == 0
    assert "refused" in outbox.pending()[0].error.lower()
    start(port=server.port)
    for hours in (2, 3):
        outbox.queue(NOW + timedelta(hours=hours))
        deliver(outbox, mailer(server.port), NOW + timedelta(hours=hours))
    told = "".join(text_part(mail) for mail in inbox.mails)
    assert all(told.count(f"[Failed] Load {minute}") == 1 for minute in range(5))
    assert "Besançon" in told
    assert outbox.pending() == ()


def test_one_unknown_address_does_not_keep_the_other_from_its_mail(
    start: StartServer, inbox: Inbox, outbox: Outbox
) -> None:
    inbox.answers["web@example.org"] = "550 5.1.1 web@example.org is unknown here"
    report = deliver(outbox, mailer(start().port), NOW)
    assert report.sent == 1
    assert report.refused == (("web@example.org", "550 5.1.1 [e-mail] is unknown here"),)
    assert inbox.recipients == [["data@example.org"]]


def test_a_greylisted_address_gets_its_mail_at_the_next_attempt_and_the_other_only_once(
    start: StartServer, inbox: Inbox, outbox: Outbox
) -> None:
    server = start()
    inbox.answers["web@example.org"] = "451 4.7.1 greylisted, come back"
    assert deliver(outbox, mailer(server.port), NOW).failed == 1
    inbox.answers.clear()
    assert deliver(outbox, mailer(server.port), NOW + MINUTE).sent == 1
    assert inbox.recipients == [["data@example.org"], ["web@example.org"]]


@pytest.mark.parametrize(("answer", "is_permanent"), [("451 try later", False), ("554 looks like spam", True)])
def test_a_refused_message_stays_with_its_reason_and_is_tried_again(
    answer: str, is_permanent: bool, start: StartServer, inbox: Inbox, outbox: Outbox
) -> None:
    server = start()
    inbox.answers["DATA"] = answer
    assert deliver(outbox, mailer(server.port), NOW).failed == 1
    (mail,) = outbox.pending()
    assert answer in mail.error
    assert mail.is_permanent == is_permanent
    inbox.answers.clear()
    assert deliver(outbox, mailer(server.port), NOW + MINUTE).sent == 1


def test_a_server_that_takes_too_long_is_left_and_tried_again(start: StartServer, inbox: Inbox, outbox: Outbox) -> None:
    server = start()
    inbox.delay = 3
    begin = time.monotonic()
    assert deliver(outbox, mailer(server.port, timeout=0.3), NOW).failed == 1
    assert time.monotonic() - begin < 2
    inbox.delay = 0
    assert deliver(outbox, mailer(server.port), NOW + MINUTE).sent == 1


def test_a_server_that_drips_its_greeting_letter_by_letter_keeps_nobody(outbox: Outbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                for _ in range(100):
                    connection.sendall(b"2")
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        begin = time.monotonic()
        assert deliver(outbox, mailer(listener.getsockname()[1], timeout=0.3), NOW).failed == 1
    assert time.monotonic() - begin < 3


def test_a_host_that_does_not_exist_is_an_error_in_the_report(outbox: Outbox) -> None:
    report = deliver(outbox, SmtpMailer(host="mail.invalid", timeout=2), NOW)
    assert report.failed == 1
    assert "mail server mail.invalid:25" in report.error
