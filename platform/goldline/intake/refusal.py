"""Refusing a file: errors that name it and the physical line and column of what is wrong.

Where refusals are made alike. What is wrong is found in ``structure`` and ``header``.
"""

from __future__ import annotations

import re

from goldline.errors import DeliveryRefused


class Refuser:
    """Makes refusals of one file that all look the same."""

    def __init__(self, name: str, delimiter: bytes) -> None:
        """Remember the file's name and what separates its fields."""
        self.name, self.delimiter = name, delimiter

    def refusal(
        self,
        what: str,
        *,
        line: int | None = None,
        column: str = "",
        remedy: str,
        kind: type[DeliveryRefused] = DeliveryRefused,
    ) -> DeliveryRefused:
        """Refuse for what is at a line and column."""
        place = self.name + (f", line {line}" if line else "") + (f", column {column}" if column else "")
        return kind(what, where=place, remedy=remedy)

    def refusal_behind(self, before: bytes | str, what: str, *, remedy: str) -> DeliveryRefused:
        """Refuse for what stands behind this much of the file; columns are counted by delimiters outside quotes."""
        read = before.encode() if isinstance(before, str) else before
        column = re.sub(rb'"[^"]*"', b"", read.rpartition(b"\n")[2]).count(self.delimiter) + 1
        return self.refusal(what, line=read.count(b"\n") + 1, column=str(column), remedy=remedy)
