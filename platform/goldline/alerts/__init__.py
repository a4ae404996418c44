"""Alerts: from something that went wrong to a mail that arrived.

Callers report :class:`Incident` values to an :class:`Outbox`, let it ``queue`` them into messages, and
``deliver`` those with a mailer. Nothing here knows Dagster, nor what counts as going wrong: that is decided
in ``sensors/``.
"""

from __future__ import annotations

from goldline.alerts.delivery import DeliveryReport, deliver
from goldline.alerts.files import FileMailer
from goldline.alerts.incidents import Incident, IncidentRecord
from goldline.alerts.letters import Letter, letter_id
from goldline.alerts.mailers import mailer_from
from goldline.alerts.messages import PendingMail
from goldline.alerts.outbox import Batch, Outbox, outbox_from
from goldline.alerts.policy import Policy, policy_from
from goldline.alerts.queueing import Queued
from goldline.alerts.smtp import SmtpMailer
from goldline.alerts.transport import Mailer, MailServerError, MessageRefused
from goldline.alerts.trial import send_test
from goldline.redaction import redact

__all__ = [
    "Batch",
    "DeliveryReport",
    "FileMailer",
    "Incident",
    "IncidentRecord",
    "Letter",
    "MailServerError",
    "Mailer",
    "MessageRefused",
    "Outbox",
    "PendingMail",
    "Policy",
    "Queued",
    "SmtpMailer",
    "deliver",
    "letter_id",
    "mailer_from",
    "outbox_from",
    "policy_from",
    "redact",
    "send_test",
]
