"""Alert mails: trying the mail server, and what waits to be sent."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from goldline.alerts import FileMailer, Letter, PendingMail, mailer_from, outbox_from, policy_from, send_test
from goldline.commands.terminal import EXIT_CODES, command, good, open_home, out, table

app = typer.Typer(no_args_is_help=True, help="Alert mails.", epilog=EXIT_CODES)


@app.command()
@command
def test() -> None:
    """Send a test mail to everybody in charge, the way alerts are sent."""
    settings = open_home().settings
    mailer = mailer_from(settings)
    send_test(policy_from(settings), mailer, datetime.now(UTC))
    if isinstance(mailer, FileMailer):
        good(f"no mail server is set (GOLDLINE_SMTP_HOST); written to {max(mailer.written())}")
    else:
        good(f"sent through {settings.smtp_host}:{settings.smtp_port} to {', '.join(settings.mail_to)}")


@app.command()
@command
def pending() -> None:
    """List open incidents, alerts and reports that wait for the mail server, and mails written as files."""
    settings = open_home().settings
    outbox, mailer = outbox_from(settings), mailer_from(settings)
    incidents = outbox.open_incidents()
    waiting: tuple[PendingMail | Letter, ...] = (*outbox.pending(), *outbox.letters())
    files = mailer.written() if isinstance(mailer, FileMailer) else []
    if not (incidents or waiting or files):
        good("nothing is pending")
        return
    if incidents:
        shown = table("open incident", "group", "since (UTC)", "times", right=("times",), free="open incident")
        for record in incidents:
            shown.add_row(
                record.incident.title,
                record.incident.group,
                f"{record.incident.since:%Y-%m-%d %H:%M}",
                str(record.count),
            )
        out.print(shown)
    if waiting:
        shown = table("waiting mail", "tries", "next try (UTC)", "last error", right=("tries",), free="last error")
        for mail in waiting:
            shown.add_row(mail.subject, str(mail.attempts), f"{mail.next_at:%Y-%m-%d %H:%M}", mail.error or "")
        out.print(shown)
    for path in files[-20:]:
        out.print(f"written: {path}", markup=False, soft_wrap=True)
