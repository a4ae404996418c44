"""What a source's own trace of a line gives: the delivered rows, and each amount with the way it was computed.

``magento`` and ``cashmere`` make traces; a source without one is explained without amounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goldline.explain.exact import rounded, times
from goldline.explain.raw import RawRow


@dataclass(frozen=True)
class Origin:
    """A delivered row and the part it plays for the line."""

    role: str
    row: RawRow


@dataclass(frozen=True)
class Amount:
    """An amount of the line, computed anew from the delivered rows.

    Attributes:
        column: The column of the unified model.
        words: The rule, with the source's columns and their values.
        value: What computing gives.
    """

    column: str
    words: str
    value: Decimal | None


@dataclass(frozen=True)
class Trace:
    """Where a line came from."""

    origins: Sequence[Origin]
    amounts: Sequence[Amount]


def terms(*parts: tuple[str, str, Any]) -> str:
    """Write a sum such as ``row_total 20.0000 - discount_amount 2.0000``; what is null or zero is left out."""
    kept = [(sign, name, value) for sign, name, value in parts if value] or list(parts[:1])
    (first, name, value), *others = kept
    head = f"{'- ' if first == '-' else ''}{name} {plain(value)}"
    return head + "".join(f" {sign} {name} {plain(value)}" for sign, name, value in others)


def plain(value: Any) -> str:
    """Write a number with at least two decimals and no more than it has."""
    if value is None:
        return "0"
    if not isinstance(value, Decimal):
        return str(value)
    places = max(2, -int(value.normalize().as_tuple().exponent)) if value else 2
    return f"{value:.{places}f}"


def in_reporting_currency(found: Mapping[str, Decimal | None], line: Mapping[str, Any]) -> list[Amount]:
    """Compute what the unified model adds: discounts in all, and amounts in the reporting currency."""
    rate = line["fx_rate"]
    gross, net = found["gross_amount_incl_tax"] or Decimal(0), found["net_amount_incl_tax"] or Decimal(0)
    gross_excl = found["gross_amount_excl_tax"] or Decimal(0)
    net_excl = found["net_amount_excl_tax"] or Decimal(0)
    added = [
        Amount("discount_amount_incl_tax", f"gross {plain(gross)} - net {plain(net)}, with tax", gross - net),
        Amount(
            "discount_amount_excl_tax",
            f"gross {plain(gross_excl)} - net {plain(net_excl)}, without tax",
            gross_excl - net_excl,
        ),
    ]
    sources = {
        "net_amount_excl_tax_reporting": found["net_amount_excl_tax"],
        "tax_amount_reporting": found["tax_amount"],
        "gross_amount_incl_tax_reporting": gross,
        "discount_amount_incl_tax_reporting": gross - net,
        "cost_amount_reporting": found["cost_amount"],
    }
    for column, amount in sources.items():
        stated = found.get(column)
        if stated is None and amount is not None and rate is not None:
            words = (
                f"{column.removesuffix('_reporting')} {plain(amount)} x fx_rate {plain(rate)}, rounded to 2 decimals"
            )
            added.append(Amount(column, words, rounded(times(amount, rate), 2)))
    return added
