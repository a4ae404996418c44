"""What any way of sending must do, and how it may fail.

A transport takes a finished message; it says who was refused, and raises one of two errors: the server
cannot be used now (:class:`MailServerError`), or it does not want this very message
(:class:`MessageRefused`). The ways themselves are ``smtp`` and ``files``; when to try again is not known
here but in ``delivery``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from goldline.errors import GoldlineError, TransientError


@dataclass(frozen=True)
class Refusal:
    """Why a recipient didn't get a message, and whether that is for good."""

    reason: str
    is_permanent: bool


class MailServerError(TransientError):
    """The mail server cannot be used now, for any message: it is down, too slow, or refuses the login."""


class MessageRefused(GoldlineError):
    """The mail server works, but doesn't take this message; ``is_permanent`` if it answered with a 5xx."""

    is_permanent = False


class Mailer(Protocol):
    """Anything that can send a message."""

    needs_recipients: bool

    def send(self, message: EmailMessage, recipients: tuple[str, ...]) -> Mapping[str, Refusal]:
        """Send a message; return who was refused."""
