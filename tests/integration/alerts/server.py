"""A real mail server on the loopback interface that keeps what it accepts and misbehaves on demand."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "goldline", "C4n4ry-s3cret"


@dataclass
class Inbox:
    """Keeps accepted messages; ``answers`` holds other answers than yes, per address or for ``DATA``."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[Any] = field(default_factory=list)
    delay: float = 0

    async def handle_RCPT(  # noqa: N802 (aiosmtpd looks it up)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.delay)
        if "DATA" in self.answers:
            return self.answers["DATA"]
        assert isinstance(envelope.content, bytes)
        assert server.transport
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(list(envelope.rcpt_tos))
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        self.logins.append(session.auth_data)
        return "250 accepted"


class MailServer(Controller):
    """The server; it listens on the same port whenever it is started again."""

    def __init__(self, inbox: Inbox, *, port: int = 0, **options: Any) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        super().__init__(inbox, hostname="127.0.0.1", port=self._listener.getsockname()[1], **options)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener, ssl=self.ssl_context)

    def _trigger_server(self) -> None:
        """Shake hands once, without asking for the certificate: it names no address."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            if self.ssl_context:
                trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
                connection = trusting.wrap_socket(connection)  # noqa: PLW2901
            connection.recv(1024)
            connection.close()

    def stop(self, no_assert: bool = False) -> None:
        """Stop, unless that was done before."""
        if self._thread:
            super().stop(no_assert)


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Accept the one login there is."""
    is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=is_known, handled=False, auth_data=USER if is_known else None)
