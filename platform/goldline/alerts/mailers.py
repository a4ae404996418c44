"""Which way mails leave: decided by the settings, and by nothing else."""

from __future__ import annotations

from goldline.alerts.files import FileMailer
from goldline.alerts.smtp import SmtpMailer
from goldline.settings import Settings


def mailer_from(settings: Settings) -> SmtpMailer | FileMailer:
    """A mail server if one is named, else files in the outbox folder."""
    if not settings.smtp_host:
        return FileMailer(settings.outbox_dir / "mails")
    return SmtpMailer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        ca_file=settings.smtp_ca_file,
    )
