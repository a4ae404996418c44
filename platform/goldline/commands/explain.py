"""Explaining: how a customer's figure or a line came about, down to files and physical lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer

from goldline.commands.explained import show_customer, show_figure, show_line, show_lines
from goldline.commands.terminal import EXIT_CODES, Exit, command, open_home, warn
from goldline.errors import GoldlineError, TransientError
from goldline.explain.customer import explain_field, find_customer
from goldline.explain.facts import GOLDEN
from goldline.explain.line import explain_line, find_lines
from goldline.explain.told import Told, told_customer, told_figure, told_line, told_lines
from goldline.flow import is_published
from goldline.home import Home
from goldline.warehouse.engine import Session

PATIENCE_SECONDS = 5  # with a run that is writing
app = typer.Typer(no_args_is_help=True, help="How a figure or a line came about.", epilog=EXIT_CODES)


class Shape(StrEnum):
    """How an explanation is written."""

    table = "table"
    json = "json"


Form = Annotated[Shape, typer.Option("--format", help="table for people, json for programs.")]


@app.command()
@command
def customer(
    key: Annotated[str, typer.Argument(help="A customer_key, or a key that was joined to another.")],
    field: Annotated[
        str | None, typer.Option(help="A column of golden_customer; without it, the main figures.", metavar="NAME")
    ] = None,
    form: Form = Shape.table,
) -> None:
    """Explain a customer: who it is, and the lines, files and records that each figure is made from.

    Every figure is computed anew from what is shown and held against what is stored; a difference ends with code 1.

    Examples:
        goldline explain customer cashmere:C000042
        goldline explain customer cashmere:C000042 --field lifetime_value
    """
    home = open_home()
    with _reading(home, is_told=form is Shape.table) as session:
        found = find_customer(session, key)
        if field is None:
            told = told_customer(found)
        else:
            golden = home.catalogue.by_name[GOLDEN]
            documentation = home.catalogue.column_doc(golden, field) or ""
            told = told_figure(found, explain_field(found.customer, field), documentation)
    if form is Shape.json:
        _print_json(told)
    else:
        show_figure(told) if field else show_customer(told)
    _end(told)


@app.command()
@command
def line(
    name: Annotated[
        str, typer.Argument(help="A sales_line_id, its first digits, or a document's number.", metavar="ID")
    ],
    form: Form = Shape.table,
) -> None:
    """Explain a line: the delivered rows behind it, each amount computed anew, and what became of it.

    Where a number fits several lines, they are listed to choose from.

    Examples:
        goldline explain line 3f9c1a7be012
        goldline explain line 000000017
    """
    home = open_home()
    with _reading(home, is_told=form is Shape.table) as session:
        lines = find_lines(session, list(home.contracts), name)
        told = told_line(explain_line(session, lines[0])) if len(lines) == 1 else told_lines(lines)
    if form is Shape.json:
        _print_json(told)
    else:
        show_line(told) if len(lines) == 1 else show_lines(told)
    _end(told)


@contextmanager
def _reading(home: Home, *, is_told: bool) -> Iterator[Session]:
    """Open the warehouse, which no run may be writing, for one look."""
    file = home.warehouse_file
    if file is not None and not file.exists():
        raise GoldlineError("nothing is built yet", where=str(file), remedy="run 'goldline run' first")
    try:
        warehouse = home.warehouse(wait_seconds=PATIENCE_SECONDS)
    except TransientError as error:
        raise TransientError(
            f"explanations are read from the warehouse, and {error.what}",
            where=error.where,
            remedy=f"{error.remedy}; the published tables can be read meanwhile: 'goldline query'",
        ) from None
    with warehouse:
        with warehouse.transaction() as session:
            yield session
        if is_told and not is_published(home, warehouse):
            warn("the warehouse is ahead of the published version: a figure may differ from what is published")


def _print_json(told: Told) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _end(told: Told) -> None:
    if not told.get("is_equal", True):
        raise typer.Exit(int(Exit.FAILED))
