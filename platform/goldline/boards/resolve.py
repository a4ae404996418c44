"""Resolving a board: which tiles are shown, what they ask, and what is said where there is no answer.

All questions go to the store together. A question that fails takes its own tile with it, not the board.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldline.boards.control import control_view
from goldline.boards.format import format_cell, format_day, format_span
from goldline.boards.labels import Labels
from goldline.boards.model import Board, Language, Tile
from goldline.boards.questions import answers_to, question_of, shown_tiles
from goldline.boards.tables import Writer
from goldline.boards.view import BoardView, State, TileView
from goldline.boards.words import word, word_or
from goldline.metrics.period import resolve as resolve_period
from goldline.metrics.plan import grain as grain_of

if TYPE_CHECKING:
    from goldline.metrics.filters import Filters
    from goldline.metrics.question import Answer, Question
    from goldline.metrics.scope import Scope
    from goldline.metrics.store import Store


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """What all tiles of a board share."""

    board: Board
    filters: Filters
    store: Store
    scope: Scope
    language: Language
    currency: str
    writer: Writer


def resolve(
    board: Board,
    filters: Filters,
    *,
    store: Store,
    scope: Scope,
    language: Language = "en",
    currency: str = "EUR",
    only: str | None = None,
) -> BoardView:
    """Ask for a board's figures and write them for a reader.

    Args:
        board: The board.
        filters: What the reader asked for.
        store: Where figures come from.
        scope: What the reader may see.
        language: The reader's language.
        currency: The reporting currency.
        only: The id of the one tile that is wanted.
    """
    labels = Labels(store, scope, language)
    writer = Writer(labels, store.registry, language, currency)
    reading = _Reading(
        board=board, filters=filters, store=store, scope=scope, language=language, currency=currency, writer=writer
    )
    period, previous = resolve_period(filters, store.as_of, store.first_day)
    return BoardView(
        board=board,
        title=board.title.in_(language),
        summary=board.summary.in_(language),
        language=language,
        currency=currency,
        filters=filters,
        scope=scope,
        period=period,
        previous=previous,
        period_text=format_span(period.start, period.end, language),
        previous_text=format_span(previous.start, previous.end, language) if previous else "",
        comparison_text=_comparison(filters, language, has_previous=previous is not None),
        filter_texts=_filter_texts(filters, labels, language),
        tiles=_views(reading, shown_tiles(board, filters, store, only)),
        version=store.version,
        as_of=store.as_of,
        address=address_of(f"/{board.name}", filters),
    )


def _views(reading: _Reading, tiles: Sequence[Tile]) -> tuple[TileView, ...]:
    asked = {tile.id: _question(reading, tile) for tile in tiles if tile.source == "metrics"}
    answers = dict(zip(asked, answers_to(reading.store, list(asked.values())), strict=True))
    return tuple(
        _view(reading, tile, answers[tile.id], asked[tile.id].filters)
        if tile.id in answers
        else _control_view(reading, tile)
        for tile in tiles
    )


def _question(reading: _Reading, tile: Tile) -> Question:
    return question_of(reading.board, tile, reading.filters, store=reading.store, scope=reading.scope)


def _control_view(reading: _Reading, tile: Tile) -> TileView:
    address = _tile_address(reading, tile)
    return control_view(tile, store=reading.store, scope=reading.scope, language=reading.language, address=address)


def _view(reading: _Reading, tile: Tile, answer: Answer | None, filters: Filters) -> TileView:
    state, message = _state(reading, tile, answer)
    grain = grain_of(filters.every, answer.period) if answer else "month"
    shown = answer if answer is not None and state in ("full", "partial") else None
    writer, language = reading.writer, reading.language
    reason = _reason(reading, tile, answer)
    return TileView(
        tile=tile,
        title=_title(reading, tile),
        state=state,
        language=language,
        currency=reading.currency,
        message=message,
        answer=answer,
        columns=writer.columns(answer) if answer else (),
        rows=writer.rows(shown, tile.drill, reading.filters, grain) if shown else (),
        totals=writer.totals(shown) if shown else (),
        figures=writer.figures(shown, reason) if shown and tile.chart == "number" else (),
        notes=_notes(reading, tile, answer),
        definitions=writer.definitions(tile.metrics),
        address=_tile_address(reading, tile),
        lines_address=_lines_address(reading, tile, state),
        grain=grain,
    )


def _state(reading: _Reading, tile: Tile, answer: Answer | None) -> tuple[State, str]:
    if answer is None:
        return "failed", word("state.failed", reading.language)
    if answer.withheld:
        default = word("state.withheld", reading.language)
        return "withheld", word_or(f"withheld.{answer.withheld}", reading.language, default)
    metrics = [at for at, column in enumerate(answer.columns) if column.kind == "metric"]
    if not any(row[at] is not None for row in answer.rows for at in metrics):
        return "empty", word("state.empty", reading.language)
    if tile.compare and answer.previous is None and reading.filters.compare != "none":
        return "partial", word("state.partial", reading.language)
    return "full", ""


def _reason(reading: _Reading, tile: Tile, answer: Answer | None) -> str:
    if not tile.compare:
        return word("reason.as_of", reading.language, day=format_day(reading.store.as_of, reading.language))
    if reading.filters.compare == "none":
        return word("reason.not_asked", reading.language)
    return "" if answer and answer.previous else word("reason.no_previous", reading.language)


def _title(reading: _Reading, tile: Tile) -> str:
    if tile.title:
        return tile.title.in_(reading.language)
    return str(reading.store.registry[tile.metrics[0]].label[reading.language])


def _notes(reading: _Reading, tile: Tile, answer: Answer | None) -> tuple[str, ...]:
    own = [tile.note.in_(reading.language)] if tile.note else []
    return (*own, *(note[reading.language] for note in (answer.notes if answer else ())))


def _tile_address(reading: _Reading, tile: Tile) -> str:
    return address_of(f"/{reading.board.name}/{tile.id}", reading.filters)


def _lines_address(reading: _Reading, tile: Tile, state: State) -> str:
    if not (tile.lines and reading.scope.lines and state in ("full", "partial")):
        return ""
    return address_of(f"/{reading.board.name}/{tile.id}/lines", reading.filters)


def address_of(path: str, filters: Filters) -> str:
    """Return an address with its filters."""
    query = filters.to_query()
    return f"{path}?{query}" if query else path


def _comparison(filters: Filters, language: Language, *, has_previous: bool) -> str:
    return word(f"filters.{filters.compare}" if has_previous else "board.not_compared", language)


def _filter_texts(filters: Filters, labels: Labels, language: Language) -> tuple[tuple[str, str], ...]:
    found = [
        (word(f"filters.{name}", language), ", ".join(labels.of(name, value) for value in values))
        for name, values in filters.members.items()
    ]
    if filters.like_for_like:
        found.append((word("filters.like_for_like", language), format_cell(True, language)))
    return tuple(found)
