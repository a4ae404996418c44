"""Which lines of a customer a figure is about: sales or returns, and the time windows.

Windows end with the newest delivery day; their edges are those of ``docs/figures.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from goldline.explain.facts import Customer, Line

Selection = Callable[[Customer], tuple[Line, ...]]
Condition = Callable[[Line, date], bool]


def years_before(day: date, years: int) -> date:
    """Return the same day some years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def base(*conditions: Condition) -> Selection:
    """Select lines of net sales that fulfil every condition."""

    def select(customer: Customer) -> tuple[Line, ...]:
        return tuple(line for line in customer.base if all(holds(line, customer.as_of) for holds in conditions))

    return select


def sold(line: Line, _: date) -> bool:
    """Keep sales, not returns."""
    return line.is_sale


def returned(line: Line, _: date) -> bool:
    """Keep returns."""
    return line.transaction_type == "return"


def discounted(line: Line, _: date) -> bool:
    """Keep lines under list price."""
    return line.discount_in_currency > 0


def year(before: int) -> Condition:
    """Keep lines of the calendar year that is so many years before the newest delivery day."""
    return lambda line, as_of: line.business_date.year == as_of.year - before


def last_12_months(line: Line, as_of: date) -> bool:
    """Keep lines of the 12 months that end with the newest delivery day."""
    return line.business_date > years_before(as_of, 1)


def previous_12_months(line: Line, as_of: date) -> bool:
    """Keep lines of the 12 months before those."""
    return years_before(as_of, 2) < line.business_date <= years_before(as_of, 1)
