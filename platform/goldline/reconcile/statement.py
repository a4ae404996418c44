"""The reconciliation statement as values: sums by station, a line per file, the sources' own totals, what is left over.

Reading it from the tables is in ``reading``; how it looks, in ``page`` and ``text``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

MEASURES = ("gross", "discount", "net", "tax", "returned")
NOTHING = Decimal(0)
Grain = Literal["file", "day", "month"]

# the stations in their order, each with its words and the sign with which it enters the next sum
STATIONS = {
    "received": ("received in files", "="),
    "duplicate": ("said twice in a file", "-"),
    "quarantined": ("quarantined", "-"),
    "unreadable": ("quarantined, amount unreadable", "-"),
    "stored": ("loaded", "="),
    "superseded": ("superseded by a corrected file", "-"),
    "replaced": ("replaced by a newer version", "-"),
    "placed": ("count", "="),
    "header_rows": ("headers without a line of their own", "+"),
    "cancelled": ("units that were cancelled", "+"),
    "shared_discount": ("ticket discounts shared out to lines", "+"),
    "stated_tax": ("tax by amounts, less tax as stated", "+"),
    "rounding": ("rounding to the currency", "+"),
    "list_price": ("from asked to list prices", "+"),
    "sales": ("lines of the source", "="),
    "excluded": ("excluded", "-"),
    "unified": ("unified sales", "="),
    "enriched": ("enriched model", "="),
}


@dataclass(frozen=True)
class Amounts:
    """Rows, and gross, discount, net, tax and returned amounts."""

    rows: int = 0
    money: tuple[Decimal, ...] = (NOTHING,) * len(MEASURES)

    def __add__(self, other: Amounts) -> Amounts:
        """Add rows and each amount."""
        return Amounts(self.rows + other.rows, tuple(a + b for a, b in zip(self.money, other.money, strict=True)))

    def __bool__(self) -> bool:
        """Say whether anything is not 0."""
        return bool(self.rows) or any(self.money)


@dataclass(frozen=True)
class Step:
    """One station of one source and currency."""

    station: str
    reason: str
    amounts: Amounts

    @property
    def label(self) -> str:
        """The station in words."""
        words = STATIONS[self.station][0]
        return f"{words}: {self.reason.replace('_', ' ')}" if self.reason else words

    @property
    def sign(self) -> str:
        """How the station enters the next sum: ``=`` for a sum, ``-`` and ``+`` for what leads to the next one."""
        return STATIONS[self.station][1]


@dataclass(frozen=True)
class Block:
    """The way of one source's rows in one currency, station by station."""

    source: str
    currency: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class FileLine:
    """What became of the rows of a file at a selling point, or of all files of a delivery day or month."""

    source: str
    day: date
    feed: str
    store: str
    currency: str
    rows: dict[str, int]
    net: Decimal
    residual_rows: int
    residual_amount: Decimal
    grain: Grain = "day"

    @property
    def when(self) -> str:
        """The delivery day, or the month."""
        return f"{self.day:%Y-%m}" if self.grain == "month" else f"{self.day}"


@dataclass(frozen=True)
class SourceTotal:
    """What a source says it sold, over the period, beside what was delivered of it."""

    source: str
    kind: str
    count: int
    unstated: int
    stated: Decimal
    delivered: Decimal
    deviating: int


@dataclass(frozen=True)
class Statement:
    """A whole statement.

    Attributes:
        title: What it is of: a source and a period.
        cells: Number of cells in which an equation must hold.
        failing: Number of cells in which it does not.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    lines: tuple[FileLine, ...] = ()
    totals: tuple[SourceTotal, ...] = ()
    cells: int = 0
    failing: int = 0
    residual: Amounts = field(default_factory=Amounts)

    @property
    def rows(self) -> dict[str, int]:
        """The rows of all lines, by station."""
        summed: dict[str, int] = defaultdict(int)
        for line in self.lines:
            for station, rows in line.rows.items():
                summed[station] += rows
        return summed

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left over in any cell."""
        return self.failing == 0

    @property
    def verdict(self) -> str:
        """The last line of the statement."""
        if not self.cells:
            return "nothing was delivered in this period"
        if self.is_closed:
            return f"residual 0 in all {self.cells:,} cells: {self.rows['received']:,} rows received, all accounted for"
        net = self.residual.money[MEASURES.index("net")]
        left = f"{self.residual.rows:,} rows, net {net:,.2f} left over"
        return f"{self.failing:,} of {self.cells:,} cells don't close: {left}"


@dataclass(frozen=True, kw_only=True)
class Period:
    """Which deliveries a statement is of; open ends are no limit."""

    first: date | None = None
    last: date | None = None
    source: str = ""

    @property
    def title(self) -> str:
        """The period in words."""
        days = f"{self.first} to {self.last}" if self.first != self.last else f"{self.first}"
        return f"{self.source or 'all sources'}, {'all deliveries' if self.first is None else f'deliveries of {days}'}"

    def where(self, day: str = "delivery_date") -> str:
        """Write the condition; source names are names of folders, days are dates: nothing needs quoting."""
        parts = [f"source_system = '{self.source}'"] if self.source else []
        parts += [f"{day} >= date '{self.first}'"] if self.first else []
        parts += [f"{day} <= date '{self.last}'"] if self.last else []
        return " and ".join(parts) or "true"
