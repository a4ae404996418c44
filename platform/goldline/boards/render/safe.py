"""Keeping text text: what a spreadsheet would take for a formula gets an apostrophe in front.

A cell of a CSV file has no type. One that begins with =, +, -, @, a tab or a line break is run by spreadsheets that
open the file, whatever the quotes around it. Separators and line breaks inside are what the quotes are for.
"""

from __future__ import annotations

import re

_BLANK = r"\s" + "\u00a0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"
PATTERN = f"^[{_BLANK}]*[=+\\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]"  # read by re and by RE2
_FORMULA = re.compile(PATTERN)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def inert(text: str) -> str:
    """Return a text that no spreadsheet runs; control characters are dropped."""
    clean = _CONTROL.sub("", text)
    return f"'{clean}" if _FORMULA.match(clean) else clean


def printable(text: str) -> str:
    """Return a text without control characters, which XML files cannot hold."""
    return _CONTROL.sub("", text)
