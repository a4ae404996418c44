"""Retention on demand; the sensor ``housekeeping`` does the same every day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from goldline.commands.terminal import command, good, open_home, out, table
from goldline.home import Home
from goldline.retention import Pruned, prune_home


@command
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
) -> None:
    """Remove what is older than the settings GOLDLINE_KEEP_* want. Archive and ledger are never touched.

    The daemon does this every day; without it, call this from cron.
    """
    home, now = open_home(), datetime.now(UTC)
    pruned = [*prune_home(home, now, is_rehearsal=dry_run), *_dagster(home, now, is_rehearsal=dry_run)]
    shown = table("what", "would go" if dry_run else "removed", "MB", "", right=("would go", "removed", "MB"), free="")
    for each in pruned:
        shown.add_row(each.what, f"{each.count:,}", f"{each.bytes / 1e6:.1f}" if each.bytes else "", each.note)
    if pruned:
        out.print(shown)
    if not any(each.count for each in pruned):
        good("nothing is old enough to go")


def _dagster(home: Home, now: datetime, *, is_rehearsal: bool) -> list[Pruned]:
    if not home.settings.dagster_dir.exists():
        return []
    from goldline.graph.pruning import prune_dagster
    from goldline.graph.runs import open_instance

    with open_instance(home.settings) as instance:
        return prune_dagster(instance, home.settings, now, is_rehearsal=is_rehearsal, limit=10_000)
