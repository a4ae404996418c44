"""Writing Markdown: tables, code and links that survive the characters found in SQL and contracts.

What is written on which page is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

GENERATED = "<!-- Written by `goldline docs`; changes made here are overwritten. -->"


def page(title: str, introduction: str, *sections: str) -> str:
    """Put a page together: a heading, what the page is for, and its sections."""
    return "\n\n".join((GENERATED, f"# {title}", introduction.strip(), *filter(None, sections))) + "\n"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; line breaks and bars inside cells are made harmless."""
    lines = [_row(headers), _row(["---"] * len(headers))]
    return "\n".join(lines + [_row([_cell(value) for value in row]) for row in rows])


def code(text: str) -> str:
    """Show a text as it is, in the line."""
    fence = "``" if "`" in text else "`"
    space = " " if fence == "``" else ""
    return f"{fence}{space}{text}{space}{fence}"


def codes(texts: Iterable[str]) -> str:
    """Show several texts as they are, comma separated."""
    return ", ".join(map(code, texts))


def plain(text: str) -> str:
    """Write a text with code between backticks, in which nothing else is Markdown or HTML."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([<*])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def block(text: str, language: str = "") -> str:
    """Show lines as they are, in a block."""
    return f"```{language}\n{text.rstrip()}\n```"


def link(text: str, heading: str, *, file: str = "") -> str:
    """Link to a heading of this page, or of another one in the same folder."""
    return f"[{code(text)}]({file}#{anchor(heading)})"


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets: lower case, blanks as dashes, no other punctuation."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: str) -> str:
    return " ".join(value.split()).replace("|", "\\|")
