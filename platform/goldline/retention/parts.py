"""All parts of a home that retention looks after, in one call."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from goldline.errors import TransientError
from goldline.home import Home
from goldline.retention.files import prune_logs, prune_quarantine, prune_taken, prune_versions
from goldline.retention.outbox import prune_outbox
from goldline.retention.pruned import Pruned

Part = Callable[[Home, datetime, bool], list[Pruned]]
PARTS: tuple[Part, ...] = (prune_versions, prune_taken, prune_quarantine, prune_outbox, prune_logs)
_log = logging.getLogger(__name__)


def prune_home(home: Home, now: datetime, *, is_rehearsal: bool = False) -> list[Pruned]:
    """Remove what the settings no longer want to keep; a rehearsal only counts it.

    A part that is in use is left for the next time.
    """
    found: list[Pruned] = []
    for part in PARTS:
        try:
            found += part(home, now, is_rehearsal)
        except TransientError as error:
            found.append(Pruned(part.__name__.replace("_", " "), 0, note=error.what))
    if not is_rehearsal and any(each.count for each in found):
        _log.info("home.pruned", extra={each.what: each.count for each in found})
    return found
