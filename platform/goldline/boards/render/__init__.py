"""Renderers over a board that is resolved already: PDF, workbook, CSV, picture, mail.

Each takes a :class:`~goldline.boards.view.BoardView` and gives bytes. Nothing is computed here: a figure that a
renderer shows is the one that the page shows. The page itself is in ``boards.web``.
"""
