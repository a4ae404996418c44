"""The arithmetic of a web document: what was cancelled is taken out, amounts are rounded, the difference is settled.

Pure: parts in, amounts out. Where the parts come from is in ``magento_parts``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from goldline.explain.exact import ZERO, rounded, share_of, times, to_currency, total
from goldline.explain.trace import Amount, plain

HEADER_RANK = 9_000_000_000_000_000_000


@dataclass(frozen=True, kw_only=True)
class Head:
    """What the document's header settles for all its lines."""

    decimals: int
    base_to_order_rate: Decimal
    base_to_global_rate: Decimal
    has_coupon: bool
    prices_include_tax: bool

    @property
    def is_in_one_currency(self) -> bool:
        """Whether no currency has to be converted."""
        return self.base_to_order_rate == 1 and self.base_to_global_rate == 1


@dataclass(frozen=True, kw_only=True)
class Part:
    """A line of a document before proration and rounding."""

    line_id: str
    rank: int
    direction: int
    quantity: Decimal
    quantity_of_amounts: Decimal
    quantity_words: str
    original_price: Decimal | None
    tax_percent: Decimal | None
    gross_incl: Decimal
    gross_excl: Decimal
    net_excl: Decimal
    net_words: str
    tax: Decimal
    tax_words: str
    base_net_excl: Decimal | None
    base_tax: Decimal | None
    base_cost: Decimal | None

    @property
    def is_partly_cancelled(self) -> bool:
        """Whether some of what was ordered was cancelled."""
        return self.quantity < self.quantity_of_amounts and self.quantity_of_amounts > 0

    def without_cancelled(self) -> Part:
        """Return the part of it that was not cancelled."""
        if not self.is_partly_cancelled:
            return self

        def kept(amount: Decimal | None) -> Decimal | None:
            return None if amount is None else share_of(amount, self.quantity, self.quantity_of_amounts)

        names = ("gross_incl", "gross_excl", "net_excl", "tax", "base_net_excl", "base_tax", "base_cost")
        words = f" x {plain(self.quantity)} of {plain(self.quantity_of_amounts)} not cancelled"
        amounts: dict[str, Any] = {name: kept(getattr(self, name)) for name in names}
        return replace(self, **amounts, net_words=f"({self.net_words}){words}", tax_words=f"{self.tax_words}{words}")


def amounts(parts: Sequence[Part], line_id: str, excluded: Mapping[str, bool], head: Head) -> list[Amount]:
    """Compute the amounts of one line of a document.

    Args:
        parts: All lines of the document.
        line_id: The line that is meant.
        excluded: By line: whether it is left out, and so has no part in the settling of rounding differences.
        head: The header.
    """
    kept = [part.without_cancelled() for part in parts]
    part = next(one for one in kept if one.line_id == line_id)
    group = [one for one in kept if not excluded.get(one.line_id, False)]
    net_left = incl_left = ZERO
    if not excluded.get(line_id, False) and _largest(group).line_id == line_id:
        net_left = _left_over([one.net_excl for one in group], head)
        incl_left = _left_over([one.net_excl + one.tax for one in group], head)
    net = to_currency(part.net_excl, head.decimals) + net_left
    incl = to_currency(part.net_excl + part.tax, head.decimals) + incl_left
    return _told(part, head, net, incl, (net_left, incl_left))


def _largest(group: Sequence[Part]) -> Part:
    return min(group, key=lambda part: (-abs(part.net_excl), part.rank, part.line_id))


def _left_over(exact: list[Decimal], head: Head) -> Decimal:
    """What rounding each line lets the sum differ by."""
    return to_currency(total(exact), head.decimals) - total([to_currency(one, head.decimals) for one in exact])


def _told(part: Part, head: Head, net: Decimal, incl: Decimal, left: tuple[Decimal, Decimal]) -> list[Amount]:
    gross = to_currency(part.gross_incl, head.decimals)
    listed, list_words = _list_price(part, head, gross, incl)
    list_excl = (
        to_currency(part.gross_excl, head.decimals)
        if listed == gross
        else to_currency(share_of(listed, 100, 100 + (part.tax_percent or ZERO)), head.decimals)
    )
    by_coupon = gross - incl if head.has_coupon and part.line_id != "adjustment" else ZERO
    sign, end = part.direction, "" if part.direction > 0 else "; negative, as it is given back"
    to_cents = f", rounded to {head.decimals} decimals"
    settled = [f", {plain(one)} left over by rounding the document" if one else "" for one in left]
    net_words = f"{part.net_words}{to_cents}{settled[0]}{end}"
    incl_words = f"{part.net_words} + {part.tax_words}{to_cents}{settled[1]}{end}"
    return [
        Amount("quantity", f"{part.quantity_words}{end}", sign * part.quantity),
        Amount("gross_amount_incl_tax", f"{list_words}{end}", sign * listed),
        Amount("gross_amount_excl_tax", f"the same without tax{end}", sign * list_excl),
        Amount("line_discount_incl_tax", "gross - net - discount by coupon", sign * (listed - incl - by_coupon)),
        Amount("order_discount_incl_tax", "row total - net where the order has a coupon, else 0", sign * by_coupon),
        Amount("loyalty_discount_incl_tax", "none in the web shop", ZERO),
        Amount("net_amount_incl_tax", incl_words, sign * incl),
        Amount("net_amount_excl_tax", net_words, sign * net),
        Amount("tax_amount", f"net with tax {plain(incl)} - net without {plain(net)}{end}", sign * (incl - net)),
        *_converted(part, head, net, incl),
    ]


def _list_price(part: Part, head: Head, gross: Decimal, incl: Decimal) -> tuple[Decimal, str]:
    """The list price is the catalogue's before any markdown, but never less than what was asked."""
    listed, words = ZERO, ""
    if part.original_price is not None:
        exact, words = (
            times(part.original_price, part.quantity),
            f"original_price {plain(part.original_price)} x quantity",
        )
        if not head.prices_include_tax:
            exact, words = times(exact, 100 + (part.tax_percent or ZERO), Decimal("0.01")), f"{words}, plus tax"
        listed = to_currency(exact, head.decimals)
    if listed >= max(gross, incl):
        return listed, words
    return max(gross, incl), f"row total with tax {plain(part.gross_incl)}, as no higher list price is known"


def _converted(part: Part, head: Head, net: Decimal, incl: Decimal) -> list[Amount]:
    found = []
    if head.is_in_one_currency:
        found += [
            Amount("net_amount_excl_tax_reporting", "the same: one currency", part.direction * net),
            Amount("tax_amount_reporting", "the same: one currency", part.direction * (incl - net)),
        ]
    elif part.base_net_excl is not None:
        rate, words = head.base_to_global_rate, "Magento's own amount in base currency"
        by_rate = f"{words} x base_to_global_rate {plain(rate)}"
        found += [
            Amount("net_amount_excl_tax_reporting", f"{by_rate}: {plain(part.base_net_excl)}",
                   part.direction * rounded(times(part.base_net_excl, rate), 2)),
            Amount("tax_amount_reporting", f"{by_rate}: {plain(part.base_tax)}",
                   part.direction * rounded(times(part.base_tax or ZERO, rate), 2)),
        ]  # fmt: skip
    cost = None
    if part.base_cost is not None:
        cost = part.direction * rounded(times(part.base_cost, head.base_to_order_rate), 4)
    found.append(
        Amount("cost_amount", f"base_cost of what was sold {plain(part.base_cost)} x base_to_order_rate", cost)
    )
    return found
