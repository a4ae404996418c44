"""The daily report: sending it to its subscribers, or looking at it first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldline.alerts import deliver, mailer_from, outbox_from
from goldline.commands.terminal import command, good, open_home, warn
from goldline.errors import GoldlineError
from goldline.settings import Settings

if TYPE_CHECKING:
    from goldline.reports.daily import Morning

# Statistics, typst and Altair take two seconds to import: inside the functions, so that no other command waits.


@command
def report(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write the mails to a folder; send nothing.")] = False,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for --dry-run.")] = Path("mails"),
) -> None:
    """Mail yesterday's figures to everybody in subscriptions.yaml who has not had them; say so when they are held back.

    The schedule does this each morning, and each publish before; a second time sends nothing twice.

    Examples:
        goldline report --dry-run -o mails
        goldline report
    """
    from goldline.metrics.store import open_store
    from goldline.people import People
    from goldline.reports.daily import drafts, send_reports
    from goldline.reports.subscriptions import Subscriptions

    settings, now = open_home().settings, datetime.now(UTC)
    subscriptions = Subscriptions(settings.home).all()
    if not any(each.active for each in subscriptions):
        raise GoldlineError(
            "nobody wants the report",
            where=str(Subscriptions(settings.home).path),
            remedy="add somebody on the boards' page /subscriptions, or in the file (docs/daily-report.md)",
        )
    outbox, people = outbox_from(settings), People.from_settings(settings)
    if dry_run:
        made = drafts(settings, subscriptions, people, outbox, now, open_store(settings))
        _write(settings, output, [message.as_bytes() for _, message in made])
        return
    morning = send_reports(settings, subscriptions, people, outbox, now, store=lambda: open_store(settings))
    outbox.queue(now)
    sent = deliver(outbox, mailer_from(settings), now)
    _tell(morning)
    if sent.error:
        warn(f"{sent.failed} mails could not be sent and are tried again: {sent.error}")


def _write(settings: Settings, folder: Path, mails: list[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(mails, 1):
        path = folder / f"report-{number:03d}.eml"
        path.write_bytes(content)
        good(f"written: {path}")
    if not settings.smtp_host:
        warn("no mail server is set (GOLDLINE_SMTP_HOST): mails would stay in the outbox")


def _tell(morning: Morning) -> None:
    if morning.held:
        warn(f"the report of {morning.day} is held back: {morning.held.reason} ({morning.notices} people told)")
        return
    good(f"{morning.day}: {morning.posted} reports sent or waiting, {morning.already} had theirs already")
    if morning.failed:
        warn(f"{morning.failed} could not be made; 'goldline alerts pending' says why")
