"""Mail servers of each kind, certificates for them, and an outbox with one failure queued."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from goldline.alerts import Outbox, Policy
from tests.integration.alerts.server import Inbox, MailServer
from tests.unit.alerts.sample import NOW, an_incident

StartServer = Callable[..., MailServer]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def start(inbox: Inbox) -> Iterator[StartServer]:
    """Start a server with these options; it is stopped after the test."""
    with ExitStack() as running:

        def _start(**options: Any) -> MailServer:
            server = MailServer(inbox, **options)
            server.start()
            running.callback(server.stop, no_assert=True)
            return server

        yield _start


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    policy = Policy(mail_from="Goldline <goldline@example.org>", mail_to=("data@example.org", "web@example.org"))
    outbox = Outbox(tmp_path / "outbox", policy=policy)
    outbox.report(an_incident(title="Chargement Besançon « Élégance », 28 mars 2026", cause="Ligne refusée: 12 €"), NOW)
    outbox.queue(NOW)
    return outbox
