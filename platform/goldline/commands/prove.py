"""Holding the tables that are built by increments to a full build."""

from __future__ import annotations

import typer

from goldline.build.verify import verify
from goldline.commands.terminal import Exit, command, good, open_home, progress, warn

PATIENCE_SECONDS = 5


@command
def prove() -> None:
    """Compare every table of the warehouse, as nights of increments have left it, with a full build of it.

    The weekly proof does the same in the Dagster UI. Nothing is changed; a table that differs is named with the orders
    or customers whose rows differ. 'goldline rebuild' mends it.

    Examples:
        goldline prove
    """
    home = open_home()
    tables, wrong = home.catalogue.tables, []
    with home.warehouse(wait_seconds=PATIENCE_SECONDS) as warehouse, progress() as report:
        for number, table in enumerate(tables, 1):
            with warehouse.transaction() as session:
                if session.has_table(table.table) and not (found := verify(session, table, home.settings)).is_equal:
                    wrong.append(found)
            report("compare with a full build", number, len(tables))
    for found in wrong:
        warn(str(found))
    if wrong:
        warn("'goldline rebuild' makes everything anew from the archive")
        raise typer.Exit(int(Exit.FAILED))
    good(f"{len(tables)} tables are what a full build would make them")
