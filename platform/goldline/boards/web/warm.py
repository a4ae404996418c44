"""Asking every board once before the first reader does: the database's caches, the answers and the charts' forms."""

from __future__ import annotations

import logging
import threading

from goldline.boards.catalogue import load_boards
from goldline.boards.model import LANGUAGES
from goldline.boards.resolve import resolve
from goldline.boards.web.shown import chart_data
from goldline.errors import GoldlineError
from goldline.metrics.filters import Filters
from goldline.metrics.scope import EVERYTHING
from goldline.metrics.store import Store

_LOG = logging.getLogger(__name__)


def warm_aside(store: Store, currency: str) -> threading.Thread:
    """Ask every board in a thread of its own; readers need not wait for it."""
    thread = threading.Thread(target=_warm, args=(store, currency), name="warm", daemon=True)
    thread.start()
    return thread


def _warm(store: Store, currency: str) -> None:
    for board in load_boards().values():
        for language in LANGUAGES:
            try:
                view = resolve(board, Filters(), store=store, scope=EVERYTHING, language=language, currency=currency)
            except GoldlineError as error:
                _LOG.warning("%s could not be asked in advance: %s", board.name, error)
                continue
            for tile in view.tiles:
                if tile.has_chart:
                    chart_data(tile, "auto")
