"""Exact arithmetic as the tables' SQL has it: rounding half away from zero, shares and rates with a fixed scale.

The SQL functions of the same names are in ``goldline/warehouse``; here they are written a second time, in Python, so
that an explanation does not check a figure with the very code that made it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

ZERO = Decimal(0)
FOUR = 4
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


def rounded(amount: Decimal, places: int) -> Decimal:
    """Round half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-places), context=_CONTEXT)


def times(*factors: Decimal | int) -> Decimal:
    """Multiply without losing a digit."""
    product = Decimal(1)
    for factor in factors:
        product = _CONTEXT.multiply(product, Decimal(factor))
    return product


def total(amounts: list[Decimal]) -> Decimal:
    """Add up without losing a digit."""
    found = ZERO
    for amount in amounts:
        found = _CONTEXT.add(found, amount)
    return found


def share_of(amount: Decimal | int, part: Decimal | int, whole: Decimal | int) -> Decimal:
    """Return amount * part / whole with four decimals."""
    return _divided(
        times(rounded(Decimal(amount), FOUR), rounded(Decimal(part), FOUR)), rounded(Decimal(whole), FOUR), 4
    )


def divide(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Return a rate with eight decimals."""
    return _divided(rounded(dividend, 8), rounded(divisor, 8), 8)


def to_currency(amount: Decimal, decimals: int) -> Decimal:
    """Round to the decimals of a currency."""
    return rounded(amount, decimals if decimals in (0, 2) else 3)


def _divided(dividend: Decimal, divisor: Decimal, places: int) -> Decimal:
    return _CONTEXT.divide(dividend, divisor).quantize(Decimal(1).scaleb(-places), context=_CONTEXT)
