"""Asking the published snapshot with SQL."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from goldline.commands.terminal import command, open_home, out
from goldline.publish import format as written
from goldline.publish.reader import open_snapshot


class Format(StrEnum):
    """How the result is written."""

    table = "table"
    csv = "csv"
    json = "json"


@command
def query(
    sql: Annotated[str, typer.Argument(help="One select over the published tables.")],
    form: Annotated[
        Format, typer.Option("--format", help="table for people, csv and json for programs.")
    ] = Format.table,
    version: Annotated[str | None, typer.Option(help="An earlier version, e.g. v000012.")] = None,
) -> None:
    """Ask the published snapshot. It is read-only, and nothing but the published tables can be read.

    Examples:
        goldline query "select channel, sum(net_amount_excl_tax) from unified_sales where is_revenue group by 1"
        goldline query "select segment, count(*) from golden_customer group by 1" --format json
    """
    settings = open_home().settings
    with open_snapshot(settings.published_dir, version, memory=settings.memory, threads=settings.threads) as reader:
        result = reader.query(sql)
    if form is Format.table:
        out.print(written.as_table(result))
    else:
        typer.echo(written.as_csv(result) if form is Format.csv else written.as_json(result), nl=form is Format.json)
