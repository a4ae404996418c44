"""What a board asks: which tiles are shown under which filters, and the question of each."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from goldline.boards.model import Board, Tile
from goldline.metrics.filters import Filters
from goldline.metrics.question import Answer, Question

if TYPE_CHECKING:
    from goldline.metrics.scope import Scope
    from goldline.metrics.store import Store

_LOG = logging.getLogger(__name__)


def shown_tiles(board: Board, filters: Filters, store: Store, only: str | None) -> list[Tile]:
    """Return the tiles that these filters show, without those whose metrics the tenant has switched off."""
    return [
        tile
        for tile in board.tiles
        if only in (None, tile.id) and _fits(tile, filters) and _is_switched_on(tile, store)
    ]


def question_of(board: Board, tile: Tile, filters: Filters, *, store: Store, scope: Scope) -> Question:
    """Return the question of a tile: the reader's filters, with what the tile sets itself."""
    fixed = Filters.from_query({key: [value] for key, value in tile.fixed.items()}).model_dump(exclude_defaults=True)
    every = (tile.every or filters.every or board.every) if "time" in tile.by else None
    return Question(
        metrics=tuple(name for name in tile.metrics if name in store.registry),
        by=tile.by,
        filters=filters.with_(**fixed, every=every),
        scope=scope,
        compare=tile.compare,
        limit=tile.limit,
        order=tile.order,
        params=tuple(sorted(tile.params.items())),
    )


def answers_to(store: Store, questions: list[Question]) -> list[Answer | None]:
    """Ask everything together; where that fails, ask one by one, so that one failure is one tile's."""
    try:
        return list(store.ask_all(questions))
    except Exception:  # noqa: BLE001 - whatever it is, it must not take the whole board along
        _LOG.exception("a board's questions failed together; each is asked alone")
    return [_answer(store, question) for question in questions]


def _answer(store: Store, question: Question) -> Answer | None:
    try:
        return store.ask(question)
    except Exception:  # noqa: BLE001 - logged in full, and said in the tile
        _LOG.exception("a tile failed: %s by %s", question.metrics, question.by)
        return None


def _fits(tile: Tile, filters: Filters) -> bool:
    given = filters.members
    return all(name[1:] not in given if name.startswith("!") else name in given for name in tile.only)


def _is_switched_on(tile: Tile, store: Store) -> bool:
    return tile.source != "metrics" or tile.metrics[0] in store.registry
