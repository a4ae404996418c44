"""Restatements on the command line: what a version moved, what is held, and confirming it."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from goldline.commands.run import PATIENCE_SECONDS, carry_out
from goldline.commands.summary import show_published, show_restated
from goldline.commands.terminal import Exit, command, good, open_home, out, table
from goldline.errors import GoldlineError
from goldline.restate.figures import WORDS
from goldline.restate.records import Restatement
from goldline.restate.review import confirm as record_confirmation
from goldline.restate.review import held_restatement, restatement_of
from goldline.restate.words import amount, cause_text, month_text, signed, title


@command
def held() -> None:
    """Show the version that waits for a confirmation, and every figure of a closed month that it would move."""
    folder = open_home().settings.published_dir
    found = held_restatement(folder)
    if found is None:
        good("nothing is held")
    else:
        _show(found)
        out.print("publish it with 'goldline publish confirm'")


@command
def restated(
    version: Annotated[str, typer.Argument(help="A version from 'goldline publish list', e.g. v000012.")],
) -> None:
    """Show which figures of closed months a version moved, by how much, and because of which deliveries."""
    found = restatement_of(open_home().settings.published_dir, version)
    if found is None or found.compared_with is None:
        good(f"{version} was compared with no version before it")
    elif not found.moves:
        good(
            f"{version} moved no figure of a month before {month_text(found.closed_before or datetime.now(UTC).date())}"
        )
    else:
        _show(found)


@command
def confirm(
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    by: Annotated[str | None, typer.Option(help="Who confirms; default: the name you are logged in with.")] = None,
) -> None:
    """Publish the version that is held; who confirmed it, and when, is kept with the version.

    Exactly what 'goldline publish held' shows is confirmed: if deliveries have moved more since, the version is held
    again.
    """
    home = open_home()
    folder = home.settings.published_dir
    found = held_restatement(folder)
    if found is None:
        raise GoldlineError(
            "nothing is held", where=str(folder), remedy="'goldline publish list' shows what is published"
        )
    _show(found)
    if not yes and not typer.confirm("Publish that?"):
        raise typer.Exit(int(Exit.FAILED))
    record_confirmation(folder, found, by=by or getpass.getuser(), at=datetime.now(UTC))
    with home.warehouse(wait_seconds=PATIENCE_SECONDS) as warehouse:
        carry_out(home, warehouse, set())
    show_published(home)


def restated_versions(folder: Path, versions: list[str]) -> None:
    """Name the versions that restated a closed month."""
    for version in versions:
        show_restated(version, restatement_of(folder, version))


def _show(found: Restatement) -> None:
    out.print(Text(title(found)))
    numbers = (f"in {found.compared_with}", "then", "moved by")
    shown = table("month", "channel", "figure", *numbers, right=numbers)
    for move in found.moves:
        shown.add_row(
            month_text(move.month),
            move.channel,
            WORDS[move.metric],
            amount(move.before, move.metric),
            amount(move.after, move.metric),
            signed(move.difference, move.metric),
        )
    out.print(shown)
    for cause in found.causes:
        out.print(Text(f"because of {cause_text(cause)}"), soft_wrap=True)
    if found.confirmation:
        good(f"confirmed by {found.confirmation.by} on {found.confirmation.at:%Y-%m-%d %H:%M} UTC")
