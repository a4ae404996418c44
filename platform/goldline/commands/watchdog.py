"""The watchdog, for cron or systemd: one round, what it found on the terminal or as JSON, an exit code."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from goldline.commands.terminal import Exit, command, err, good, out
from goldline.errors import SettingsError
from goldline.settings import Settings, load_settings
from goldline.watchdog import DagsterState, Report, go_round
from goldline.watchdog.dagster_state import is_readable_here, read_sqlite
from goldline.watchdog.looks import LOOKS


@command
def watchdog(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look: mail nothing, remember nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    skip: Annotated[
        list[str] | None, typer.Option(help=f"Leave a look out (repeatable): {', '.join(LOOKS)}.", metavar="LOOK")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Where it remembers what was mailed; default: in the home.", dir_okay=False)
    ] = None,
) -> None:
    """Look once at daemon, sensors, night, mails, disk and what is published; mail what is wrong, and when it is over.

    Meant for cron or systemd, every few minutes: see docs/watchdog.md. A condition that lasts is mailed once. The exit
    code is 0 if all is well, 1 if something is wrong or could not be mailed.

    Examples:
        goldline watchdog
        goldline watchdog --dry-run --json
        goldline watchdog --skip daemon --skip sensors
    """
    settings = load_settings()
    if unknown := sorted(set(skip or ()) - set(LOOKS)):
        raise SettingsError(f"no such look: {', '.join(unknown)}", where="--skip", remedy=f"known: {', '.join(LOOKS)}")
    report = go_round(
        settings,
        datetime.now(UTC),
        read_dagster=_read_dagster,
        state_file=state or _state_file(settings),
        skip=skip or (),
        is_dry=dry_run,
    )
    _print_json(report) if as_json else _print(report)
    for problem in report.problems:
        err.print(Text.assemble(("error  ", "bold red"), problem))
    if not report.is_fine:
        raise typer.Exit(int(Exit.FAILED))


def _read_dagster(settings: Settings, now: datetime) -> DagsterState:
    if is_readable_here(settings):
        return read_sqlite(settings, now)
    from goldline.graph.watched import read_instance

    return read_instance(settings, now)


def _state_file(settings: Settings) -> Path:
    """Systemd names a folder that belongs to the service; elsewhere it is the home."""
    folder = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    return Path(folder) / "watchdog.json" if folder else settings.home / "watchdog.json"


def _print(report: Report) -> None:
    for condition in report.conditions:
        out.print(
            Text.assemble(("✗ ", "bold red"), (condition.what, "bold"), f", since {condition.since:%Y-%m-%d %H:%M} UTC")
        )
        out.print(Text(f"  {condition.cause}"))
        out.print(Text.assemble("  ", ("do: ", "bold"), condition.remedy))
    for key in report.ended:
        good(f"over: {key}")
    if report.mailed:
        out.print(f"mailed: {', '.join(report.mailed)}")
    if report.is_fine and not report.ended:
        good("all is well")


def _print_json(report: Report) -> None:
    content = {
        "ok": report.is_fine,
        "conditions": [condition.to_record() for condition in report.conditions],
        "ended": report.ended,
        "mailed": report.mailed,
        "problems": report.problems,
    }
    out.file.write(json.dumps(content, indent=2) + "\n")
