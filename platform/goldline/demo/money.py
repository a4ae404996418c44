"""Whole-cent arithmetic of prices that include tax, as Magento and French tills do it.

Rates are in tenths of a percent (200 = 20 %). Nothing here draws a random number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goldline.demo.calendar import Floats, Ints


def rounded(numerator: Ints, denominator: Ints | int) -> Ints:
    """Divide and round half away from zero."""
    size = (2 * np.abs(numerator) + denominator) // (2 * denominator)
    return np.where(numerator < 0, -size, size)


def tax_within(amount: Ints, rate: Ints | int) -> Ints:
    """Return the tax contained in an amount that includes it."""
    return rounded(amount * rate, 1000 + rate)


def converted(amount: Ints, rate: Floats) -> Ints:
    """Convert cents at a rate of four decimals."""
    return rounded(amount * np.rint(rate * 10_000).astype(np.int64), 10_000)


@dataclass(frozen=True)
class Amounts:
    """The amounts of Magento lines in one currency, in cents."""

    unit: Ints
    price: Ints
    row_incl: Ints
    row: Ints
    discount: Ints
    tax: Ints
    compensation: Ints

    @property
    def net_incl(self) -> Ints:
        """Return what is paid for the line."""
        return self.row - self.discount + self.tax + self.compensation

    def part(self, taken: Ints, quantity: Ints) -> Amounts:
        """Return the amounts of some units of each line, so that all units together give the whole."""
        discount, tax = (rounded(amount * taken, quantity) for amount in (self.discount, self.tax))
        compensation = rounded(self.compensation * taken, quantity)
        row_incl = self.unit * taken
        row = row_incl - tax - compensation
        return Amounts(self.unit, self.price, row_incl, row, discount, tax, compensation)

    def minus(self, other: Amounts) -> Amounts:
        """Return what is left when ``other`` is taken away."""
        return Amounts(
            self.unit,
            self.price,
            self.row_incl - other.row_incl,
            self.row - other.row,
            self.discount - other.discount,
            self.tax - other.tax,
            self.compensation - other.compensation,
        )


def line_amounts(unit: Ints, quantity: Ints, rate: Ints, percent: Ints) -> Amounts:
    """Work out lines whose prices and percentage discounts include tax."""
    row_incl = unit * quantity
    full_tax = tax_within(row_incl, rate)
    discount = rounded(row_incl * percent, 100)
    tax = tax_within(row_incl - discount, rate)
    return Amounts(
        unit=unit,
        price=unit - tax_within(unit, rate),
        row_incl=row_incl,
        row=row_incl - full_tax,
        discount=discount,
        tax=tax,
        compensation=full_tax - tax,
    )
