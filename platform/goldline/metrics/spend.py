"""What was spent on marketing: an optional file of the installation, checked line by line.

    month,channel,amount
    2026-03,ecommerce,12500.00

A channel is one of the model's (then cost per new customer can be told by channel of first purchase) or any other name.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from goldline.errors import GoldlineError

NAME = "marketing_spend.csv"
_COLUMNS = ("month", "channel", "amount")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(-01)?", re.ASCII)
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,4})?", re.ASCII)
_CHANNEL = re.compile(r"[\w .+&-]{1,60}")


@dataclass(frozen=True)
class Spend:
    """What was spent in a month on a channel, in the reporting currency."""

    month: date
    channel: str
    amount: Decimal


def read_spend(home: Path) -> tuple[Spend, ...] | None:
    """Read the file of a home; None where there is none.

    Raises:
        GoldlineError: A line cannot be used; the message names it.
    """
    path = home / NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise _problem(1, "it is not UTF-8 text") from None
    lines = csv.reader(text.splitlines())
    header = [name.strip() for name in next(lines, [])]
    if tuple(header) != _COLUMNS:
        raise _problem(1, f"the header is not {','.join(_COLUMNS)}")
    found = [_spend(number, row) for number, row in enumerate(lines, start=2) if row]
    seen: set[tuple[date, str]] = set()
    for number, one in enumerate(found, start=2):
        if (one.month, one.channel) in seen:
            raise _problem(number, f"{one.month:%Y-%m} {one.channel} stands there twice")
        seen.add((one.month, one.channel))
    return tuple(found)


def _spend(number: int, row: list[str]) -> Spend:
    if len(row) != len(_COLUMNS):
        raise _problem(number, f"{len(row)} columns instead of {len(_COLUMNS)}")
    month, channel, amount = (value.strip() for value in row)
    if not (found := _MONTH.fullmatch(month)):
        raise _problem(number, "the month is not written as 2026-03")
    if not _CHANNEL.fullmatch(channel):
        raise _problem(number, "the channel is not a short name")
    if not _AMOUNT.fullmatch(amount):
        raise _problem(number, "the amount is not a number such as 12500.00")
    return Spend(date(int(found[1]), int(found[2]), 1), channel, Decimal(amount))


def _problem(line: int, what: str) -> GoldlineError:
    return GoldlineError(
        what, where=f"{NAME} line {line}", remedy="correct the file; its lines are month,channel,amount"
    )
