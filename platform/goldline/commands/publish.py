"""Published versions: listing them, and going back to an earlier one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from goldline.commands.restatements import confirm, held, restated, restated_versions
from goldline.commands.terminal import EXIT_CODES, command, good, open_home, out, table
from goldline.errors import GoldlineError
from goldline.publish import server, versions
from goldline.warehouse.engine import is_postgresql

PATIENCE_SECONDS = 5  # with a run that is writing

app = typer.Typer(no_args_is_help=True, help="Published versions.", epilog=EXIT_CODES)


@app.command("list")
@command
def list_versions() -> None:
    """List the versions that are kept; the current one is marked."""
    folder = open_home().settings.published_dir
    kept = versions.list_versions(folder) if folder.exists() else []
    if not kept:
        raise GoldlineError("nothing is published yet", where=str(folder), remedy="run 'goldline run'")
    current = versions.current(folder).version
    numbers = ("warn", "lines", "customers", "MB")
    shown = table("", "version", "published (UTC)", "deliveries to", *numbers, right=numbers)
    for manifest in sorted(kept, key=lambda m: m.version, reverse=True):
        rows = {name: f"{t.rows:,}" for name, t in manifest.tables.items()}
        size = sum(t.bytes for t in manifest.tables.values()) / 1e6
        mark = "→" if manifest.version == current else ""
        shown.add_row(
            mark,
            manifest.version,
            f"{manifest.created_at:%Y-%m-%d %H:%M}",
            str(manifest.delivery_day),
            str(manifest.checks.get("warnings", 0)),
            rows.get("unified_sales", ""),
            rows.get("golden_customer", ""),
            f"{size:.1f}",
        )
    out.print(shown)
    restated_versions(folder, [manifest.version for manifest in kept])
    for name in versions.damaged_versions(folder):
        out.print(f"[red]{name} is damaged[/red]: it cannot be restored")


@app.command()
@command
def restore(
    version: Annotated[str, typer.Argument(help="A version from 'goldline publish list', e.g. v000012.")],
) -> None:
    """Make an earlier version the current one, by one atomic switch. The next publish makes a new version again."""
    home = open_home()
    manifest = versions.restore(home.settings.published_dir, version, now=datetime.now(UTC))
    if is_postgresql(home.settings.warehouse_url):
        with home.warehouse(wait_seconds=PATIENCE_SECONDS) as warehouse, warehouse.transaction() as session:
            server.show(session, version)
    good(f"{manifest.version} is current: deliveries to {manifest.delivery_day}")


app.command()(restated)
app.command()(held)
app.command()(confirm)
