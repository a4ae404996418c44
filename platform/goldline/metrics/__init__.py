"""Metrics: one definition of every figure, and the one way to ask for it.

``store.open_store`` opens the published snapshot for questions; ``question`` says what can be asked. How a figure looks
on a board, in a mail or in a workbook is not known here.
"""
