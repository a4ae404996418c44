"""Boards: tiles on a grid, resolved once and shown the same way by page, PDF, workbook, CSV, picture and mail.

What a figure means is in ``metrics``; here is which figures stand together, and how they read. A board is a YAML file
in ``definitions``. :func:`goldline.boards.resolve.resolve` asks its questions and gives a ``BoardView``, the only thing
that a renderer takes. Mails and their subscribers are in ``reports``.
"""

from goldline.boards.catalogue import load_boards
from goldline.boards.model import Board, Tile, Words
from goldline.boards.resolve import resolve
from goldline.boards.view import BoardView, TileView

__all__ = ["Board", "BoardView", "Tile", "TileView", "Words", "load_boards", "resolve"]
