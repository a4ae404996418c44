"""The command line ``goldline``: commands are put together here and carried out in ``commands``."""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import Annotated

import typer

from goldline.commands import alerts, database, explain, people, publish, quarantine
from goldline.commands.backup import backup, restore
from goldline.commands.boards import boards
from goldline.commands.demo import demo
from goldline.commands.doctor import doctor
from goldline.commands.export import export
from goldline.commands.prove import prove
from goldline.commands.prune import prune
from goldline.commands.query import query
from goldline.commands.reconcile import reconcile
from goldline.commands.report import report
from goldline.commands.run import backfill, rebuild, run
from goldline.commands.settings import settings
from goldline.commands.status import status
from goldline.commands.terminal import EXIT_CODES
from goldline.commands.ui import docs, ui
from goldline.commands.watchdog import watchdog

app = typer.Typer(
    name="goldline",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="The retailer's data platform: deliveries in, checked and unified, golden customers and published tables out.",
    epilog=EXIT_CODES,
)

START, LOOK, KEEP = "Start", "Run and look", "Keep in order"
app.command(rich_help_panel=START)(demo)
app.command(rich_help_panel=START)(boards)
app.command(rich_help_panel=START)(ui)
app.command(rich_help_panel=START)(settings)
app.command(rich_help_panel=START)(doctor)
app.command(rich_help_panel=LOOK)(run)
app.command(rich_help_panel=LOOK)(backfill)
app.command(rich_help_panel=LOOK)(status)
app.command(rich_help_panel=LOOK)(query)
app.command(rich_help_panel=LOOK)(reconcile)
app.command(rich_help_panel=LOOK)(export)
app.command(rich_help_panel=LOOK)(report)
app.command(rich_help_panel=KEEP)(rebuild)
app.command(rich_help_panel=KEEP)(prove)
app.command(rich_help_panel=KEEP)(backup)
app.command(rich_help_panel=KEEP)(prune)
app.command(rich_help_panel=KEEP)(restore)
app.add_typer(explain.app, name="explain", rich_help_panel=LOOK)
app.command(rich_help_panel=KEEP)(watchdog)
app.add_typer(quarantine.app, name="quarantine", rich_help_panel=KEEP)
app.add_typer(people.app, name="people", rich_help_panel=KEEP)
app.add_typer(publish.app, name="publish", rich_help_panel=KEEP)
app.add_typer(alerts.app, name="alerts", rich_help_panel=KEEP)
app.add_typer(database.app, name="database", rich_help_panel=KEEP)
app.command(hidden=True)(docs)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"goldline {installed('goldline')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass
