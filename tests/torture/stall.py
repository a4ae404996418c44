"""A market stall: deliveries of a few lines, and what a warehouse must hold once they are all taken in.

The model is a plain dictionary, made without SQL. Taking the deliveries in is ``night``'s part, comparing ``judge``'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

HEADER = "shop;day;ticket;line;currency;amount;label"
E_MAIL = "jeanne.canari@stall-canary.fr"
SECRET_CELL = "canari-12,345"


@dataclass(frozen=True)
class Line:
    """A line sold."""

    shop: str
    day: str
    ticket: int
    number: int
    cents: int
    currency: str = "EUR"
    label: str = "Pêches"

    @property
    def text(self) -> str:
        """As it stands in a delivery."""
        amount = f"{self.cents // 100},{self.cents % 100:02d}"
        return ";".join(
            (self.shop, self.day, f"{self.ticket:06d}", str(self.number), self.currency, amount, self.label)
        )


FIRST, SECOND, THIRD = "01/04/2026", "02/04/2026", "03/04/2026"
OLD = [
    Line(shop, FIRST, ticket, number, 1_000 + 37 * ticket + number)
    for shop in ("A", "B")
    for ticket in range(1, 8)
    for number in (1, 2)
]
CORRECTED = [Line("A", FIRST, ticket, 1, 2_000 + ticket, label="Abricots") for ticket in range(1, 6)]
NEW = [
    Line(shop, SECOND, ticket, number, 3_000 + 11 * ticket + number, "CHF" if shop == "B" else "EUR")
    for shop in ("A", "B")
    for ticket in range(1, 9)
    for number in (1, 2)
]
LATE = Line("B", FIRST, 99, 1, 4_242)
BEFORE = OLD
AFTER = [*(line for line in OLD if line.shop == "B"), *CORRECTED, *NEW, LATE]
"""What counts after the second night: shop A's first day was corrected, and a late line of shop B came a day later."""

FILES = {1: "SALES_20260401.csv", 2: "SALES_20260402.csv", 3: "SALES_20260403.csv"}
REFUSED = FILES[3]


def written(lines: Iterable[str]) -> bytes:
    """Return the bytes of a delivery."""
    return "".join(f"{line}\r\n" for line in (HEADER, *lines)).encode()


def first_night() -> dict[str, bytes]:
    """The deliveries of the first night."""
    return {FILES[1]: written(line.text for line in OLD)}


def second_night() -> dict[str, bytes]:
    """A correction, a new day with a bad row, a row twice and a late line, and a file that must be refused."""
    bad = Line("A", SECOND, 50, 1, 100).text.replace(";1,00;", f";{SECRET_CELL};")
    clear = Line("A", THIRD, 1, 1, 100, label=E_MAIL).text
    return {
        FILES[1]: written(line.text for line in CORRECTED),
        FILES[2]: written([*(line.text for line in NEW), bad, NEW[3].text, LATE.text]),
        REFUSED: written([clear]),
    }


RECEIVED = {FILES[1]: (5, 5, 0, 0), FILES[2]: (len(NEW) + 3, len(NEW) + 1, 1, 1)}
"""Of each file of the second night that is loaded: rows received, loaded, left out, twice."""


def totals(lines: Iterable[Line]) -> dict[tuple[str, str, str], tuple[int, Decimal]]:
    """Lines and money per shop, day and currency."""
    cents: Counter[tuple[str, str, str]] = Counter()
    counts: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        day = "-".join(reversed(line.day.split("/")))
        cents[line.shop, day, line.currency] += line.cents
        counts[line.shop, day, line.currency] += 1
    return {key: (counts[key], Decimal(cents[key]) / 100) for key in cents}


def drop(home: Path, files: dict[str, bytes]) -> None:
    """Put deliveries into the landing folder of a home."""
    folder = home / "landing" / "tills"
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
