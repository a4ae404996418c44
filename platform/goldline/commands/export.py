"""Boards and tables as files: what the web page's exports give, from the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldline.commands.terminal import command, err, open_home
from goldline.errors import GoldlineError

if TYPE_CHECKING:
    from goldline.boards.model import Language
    from goldline.boards.render.document import Form
    from goldline.metrics.filters import Filters
    from goldline.settings import Settings

# Statistics, typst and Altair take two seconds to import: inside the functions, so that no other command waits.


class Format(StrEnum):
    """What is written."""

    pdf = "pdf"
    xlsx = "xlsx"
    csv = "csv"
    png = "png"
    svg = "svg"
    parquet = "parquet"


class Speech(StrEnum):
    """Language of words, numbers and dates."""

    en = "en"
    fr = "fr"


@command
def export(
    what: Annotated[str, typer.Argument(help="A board such as sales; or enriched_model or golden_customer in full.")],
    form: Annotated[
        Format, typer.Option("--format", help="pdf, xlsx, csv, png or svg; in full: csv or parquet.")
    ] = Format.pdf,
    tile: Annotated[str | None, typer.Option(help="One tile of the board.")] = None,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help="As in the address of the board: year=2026; repeatable.")
    ] = None,
    language: Annotated[Speech, typer.Option(help="Language of words, numbers and dates.")] = Speech.en,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; - for standard output. Default: named by us.")
    ] = None,
) -> None:
    """Write a board, one of its tiles, or a published table in full, to a file.

    Examples:
        goldline export sales --format pdf --filter year=2026 --filter shop=cashmere:001 --language fr
        goldline export enriched_model --format parquet -o lines.parquet
    """
    from goldline.boards.render.document import FORMATS
    from goldline.boards.render.full import FULL_FORMS, FULL_TABLES, stream_table
    from goldline.metrics.scope import EVERYTHING

    settings = open_home().settings
    if what in FULL_TABLES:
        _refuse(tile=tile, filters=filters)
        full = next((each for each in FULL_FORMS if each == form.value), None)
        if full is None:
            raise GoldlineError(f"{what} can't be written as {form}", remedy="use --format csv or parquet")
        _save(stream_table(settings, what, full, EVERYTHING), output or Path(f"{what}.{full}"))
        return
    chosen = next((each for each in FORMATS if each == form.value), None)
    if chosen is None:
        raise GoldlineError(f"a board can't be written as {form}", remedy=f"use --format {', '.join(FORMATS)}")
    made = _board(settings, what, tile, _filters(filters or ()), language.value, chosen)
    _save([made[0]], output or Path(made[1]))


def _board(
    settings: Settings, name: str, tile: str | None, filters: Filters, language: Language, form: Form
) -> tuple[bytes, str]:
    from goldline.boards.catalogue import board_named
    from goldline.boards.render.document import document
    from goldline.boards.resolve import resolve
    from goldline.boards.trust import stamp_of
    from goldline.metrics.scope import EVERYTHING
    from goldline.metrics.store import open_store
    from goldline.people import LOCAL

    board = board_named(name)
    if tile and board.tile(tile) is None:
        tiles = ", ".join(each.id for each in board.tiles)
        raise GoldlineError(f"the board has no tile {tile!r}", where=name, remedy=f"tiles: {tiles}")
    view = resolve(
        board,
        filters,
        store=open_store(settings),
        scope=EVERYTHING,
        language=language,
        currency=settings.currency,
        only=tile,
    )
    stamp = stamp_of(settings, made_by=LOCAL.name, now=datetime.now(UTC), version=view.version)
    made = document(view, stamp, form)
    return made.content, made.name


def _filters(given: Iterable[str]) -> Filters:
    from goldline.metrics.filters import Filters

    values: dict[str, list[str]] = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals:
            raise GoldlineError(f"{each!r} is no filter", where="--filter", remedy="write it as year=2026")
        values.setdefault(key.strip(), []).append(value.strip())
    return Filters.from_query(values)


def _refuse(*, tile: str | None, filters: list[str] | None) -> None:
    if tile or filters:
        raise GoldlineError(
            "a table is exported in full", where="--tile, --filter", remedy="use 'goldline query' for a part of it"
        )


def _save(pieces: Iterable[bytes], path: Path) -> None:
    """Write a file whole or not at all; standard output as it comes."""
    if str(path) == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        return
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    err.print(f"✓ {path}, {path.stat().st_size / 1000:,.0f} kB", markup=False)
