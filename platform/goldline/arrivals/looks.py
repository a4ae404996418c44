"""How each status looks: its character, word and colours, and which months are named: on the terminal, in SVG and HTML.

The colours are those of Okabe and Ito, which people with any kind of colour blindness tell apart; each has a character
beside it, so that the picture can be read without colour. Drawing is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Look:
    """The look of a status.

    Attributes:
        mark: One character.
        word: What it is called in a legend.
        light: Colour on a light ground.
        dark: Colour on a dark ground.
        ink: Colour of the character on ``light``.
        dark_ink: Colour of the character on ``dark``.
        style: The same for a terminal.
    """

    mark: str
    word: str
    light: str
    dark: str
    ink: str = "#1b1b1b"
    dark_ink: str = "#111111"
    style: str = ""


LOOKS: dict[str, Look] = {
    "received": Look("■", "received", "#8fd3bd", "#009e73", ink="#0b5c45", style="black on green"),
    "late": Look("L", "came late", "#56b4e9", "#56b4e9", style="black on bright_cyan"),
    "small": Look("s", "unusually small", "#f0e442", "#f0e442", style="black on bright_yellow"),
    "incomplete": Look("i", "lines are missing", "#e69f00", "#e69f00", style="black on yellow"),
    "quarantined": Look("q", "rows in quarantine", "#d99bbd", "#cc79a7", style="black on magenta"),
    "expected_missing": Look(
        "X", "expected, nothing came", "#d55e00", "#d55e00", "#ffffff", "#ffffff", style="bold white on red"
    ),
    "zero_sales": Look("0", "open, sold nothing", "#dfe3ea", "#5a6270", dark_ink="#ffffff", style="black on white"),
    "empty": Look("0", "empty file", "#dfe3ea", "#5a6270", dark_ink="#ffffff", style="black on white"),
    "unexpected": Look("+", "came although closed", "#4a90c2", "#0072b2", "#ffffff", "#ffffff", style="white on blue"),
    "closed": Look("·", "closed", "#f1efe9", "#25282e", "#8a8577", "#8b909b", style="dim"),
    "not_expected": Look(" ", "nothing expected", "#faf8f3", "#15171b", style=""),
}
NOTHING = LOOKS["not_expected"]
"""The look of a day without a row."""


def named_months(days: Sequence[date]) -> frozenset[int]:
    """Return the places of the days above which their month is named: its first, if four of its days carry the name."""
    return frozenset(
        place
        for place, day in enumerate(days)
        if (place == 0 or day.day == 1) and [d.month for d in days[place : place + 4]] == [day.month] * 4
    )
