"""Sending through a mail server: plain, STARTTLS or TLS, with or without a login.

Each message is a conversation of its own, bounded in time. Certificates are always verified. What the
server answered is masked before it is kept, as servers like to repeat addresses.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from goldline.alerts.policy import address
from goldline.alerts.transport import MailServerError, MessageRefused, Refusal
from goldline.redaction import one_line, redact
from goldline.settings import Security

TIMEOUT = 15.0
WHOLE_CONVERSATION = 4  # timeouts; a server that drips its answers keeps no one longer
TOO_LARGE = 552


@dataclass(frozen=True, kw_only=True)
class SmtpMailer:
    """Sends through a mail server; certificates are always verified."""

    host: str
    port: int = 25
    security: Security = "none"
    user: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    timeout: float = TIMEOUT
    needs_recipients = True

    def send(self, message: EmailMessage, recipients: tuple[str, ...]) -> Mapping[str, Refusal]:
        """Send a message to each recipient; return those that the server refused.

        Raises:
            MailServerError: The server cannot be used now.
            MessageRefused: It refused this message.
        """
        mailboxes = {address(person).addr_spec: person for person in recipients}
        sender = address(str(message["From"])).addr_spec
        try:
            with self._session() as session:
                refused = session.send_message(message, sender, list(mailboxes))
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except smtplib.SMTPDataError as error:
            raise self._message_refused(error) from None
        except smtplib.SMTPSenderRefused as error:
            raise (
                self._message_refused(error) if error.smtp_code == TOO_LARGE else self._server_error(error)
            ) from None
        except (OSError, UnicodeError) as error:
            raise self._server_error(error) from None
        return {mailboxes[mailbox]: self._refusal(*answer) for mailbox, answer in refused.items()}

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        with closing(self._connect()) as session:
            if self.security == "starttls":
                session.starttls(context=self._trust())
            if self.user:
                session.login(self.user, self.password.get_secret_value() if self.password else "")
            yield session
            with suppress(OSError):  # what was accepted stays accepted, however the server says goodbye
                session.quit()

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            return _TlsSession(self.host, self.port, timeout=self.timeout, context=self._trust())
        return _Session(self.host, self.port, timeout=self.timeout)

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)

    def _server_error(self, error: OSError | UnicodeError) -> MailServerError:
        where = f"mail server {self.host}:{self.port}"
        if isinstance(error, smtplib.SMTPAuthenticationError):
            remedy = "check GOLDLINE_SMTP_USER and GOLDLINE_SMTP_PASSWORD"
            return MailServerError(f"the login was refused ({error.smtp_code})", where=where, remedy=remedy)
        if isinstance(error, ssl.SSLCertVerificationError):
            what = f"its certificate is not trusted ({error.verify_message})"
            remedy = "name its authority in GOLDLINE_SMTP_CA_FILE, and the host as the certificate does"
            return MailServerError(what, where=where, remedy=remedy)
        if isinstance(error, TimeoutError):
            return MailServerError(
                "no answer in time", where=where, remedy="see whether it is up and reachable from here"
            )
        remedy = "see whether it is up, and compare GOLDLINE_SMTP_HOST, _PORT and _SECURITY with its manual"
        return MailServerError(self._masked(str(error)) or type(error).__name__, where=where, remedy=remedy)

    def _message_refused(self, error: smtplib.SMTPResponseException) -> MessageRefused:
        refusal = self._refusal(error.smtp_code, error.smtp_error)
        refused = MessageRefused(
            f"the mail server refused the message ({refusal.reason})", remedy="ask who runs it why"
        )
        refused.is_permanent = refusal.is_permanent
        return refused

    def _refusal(self, code: int, answer: bytes | str) -> Refusal:
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        return Refusal(f"{code} {self._masked(text)}".strip(), is_permanent=500 <= code < 600)

    def _masked(self, text: str) -> str:
        secrets = [self.password.get_secret_value()] if self.password else []
        return one_line(redact(text, secrets=secrets), limit=300)


class _Session(smtplib.SMTP):
    """A conversation that ends: a timeout of single reads never does on a server that drips its answers."""

    _timer: threading.Timer | None = None

    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        """Connect, and start the clock for the whole conversation."""
        self._timer = threading.Timer(self.timeout * WHOLE_CONVERSATION, self._cut)
        self._timer.daemon = True
        self._timer.start()
        try:
            return super().connect(host, port, source_address)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection and stop the clock."""
        if self._timer:
            self._timer.cancel()
        super().close()

    def _cut(self) -> None:
        connection = self.sock
        if connection:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""
