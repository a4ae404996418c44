"""The database of a warehouse on a server: what its administrator runs once."""

from __future__ import annotations

import typer

from goldline.commands.terminal import EXIT_CODES, command, open_home
from goldline.warehouse.roles import roles_sql

app = typer.Typer(no_args_is_help=True, help="A warehouse on a PostgreSQL server.", epilog=EXIT_CODES)


@app.command()
@command
def roles() -> None:
    """Print the SQL that creates the roles for other programs: ingest, transform, publish and reader.

    Goldline itself logs in as the owner of its database. Run the SQL as an administrator, in that database.

    Examples:
        goldline database roles | psql --dbname goldline
    """
    home = open_home()
    typer.echo(roles_sql(home.contracts, {table.group for table in home.catalogue.tables}))
