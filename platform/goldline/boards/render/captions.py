"""What stands in words beside figures: the period of a board, a chart for those who do not see it."""

from __future__ import annotations

from goldline.boards.format import format_day
from goldline.boards.render.paper import told
from goldline.boards.render.words import say
from goldline.boards.view import BoardView, TileView


def period_line(view: BoardView) -> str:
    """The period, and what it is compared with; for boards of the platform's own state, the newest day."""
    if not view.board.has_period:
        return say("state_of", view.language, day=format_day(view.as_of, view.language))
    if not view.previous_text:
        return view.period_text
    return say("compared", view.language, period=view.period_text, previous=view.previous_text)


def alternative(tile: TileView) -> str:
    """A chart in words: its first rows, for those who don't see it."""
    if not tile.rows:
        return tile.message
    shown = "; ".join(", ".join(told(tile.columns, row)) for row in tile.rows[:5])
    more = "…" if len(tile.rows) > 5 else ""
    return f"{shown}{more}"
