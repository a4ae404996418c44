"""Explanations: how a figure of a customer or an amount of a line came about, down to the files and physical lines.

What is said here is computed anew, from the lines and rows that are shown, and compared with what is stored; the tables
themselves are made by the SQL in ``assets/``. How an explanation looks on the terminal is a matter of ``commands``.
"""
