"""A home with Dagster's own storage in it, a made-up job to run there, and a mail server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from goldline.graph.runs import open_instance
from goldline.home import Home
from goldline.settings import load_settings
from resources.mailer import MailerResource
from tests.integration.alerts.server import Inbox, MailServer


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail_server(inbox: Inbox) -> Iterator[MailServer]:
    server = MailServer(inbox)
    server.start()
    yield server
    server.stop(no_assert=True)


@pytest.fixture
def installation(home: Path, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("GOLDLINE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("GOLDLINE_SMTP_PORT", str(mail_server.port))
    monkeypatch.setenv("GOLDLINE_MAIL_TO", "data@example.org")
    monkeypatch.setenv("GOLDLINE_SETTLE_SECONDS", "0")
    return Home(load_settings())


@pytest.fixture
def mailer(installation: Home) -> MailerResource:
    return MailerResource(home_folder=str(installation.settings.home))


@pytest.fixture
def instance(installation: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", "")
    with open_instance(installation.settings) as instance:
        yield instance
