"""The kinds of definitions over lines: sums, counts, firsts and lasts, favourites, ratios, steps of a scale.

Each is a value that is called with a customer. Which column is which is said in ``fields``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goldline.explain.exact import FOUR, rounded, share_of, total
from goldline.explain.facts import Customer, Line
from goldline.explain.lines import Selection
from goldline.explain.outcome import Measure, Outcome


@dataclass(frozen=True)
class Sum:
    """The sum of an amount; a return's sign is turned where ``turned``."""

    amount: str
    lines: Selection
    turned: bool = False

    def __call__(self, customer: Customer) -> Outcome:
        """Add up."""
        lines = self.lines(customer)
        parts = [-getattr(line, self.amount) if self.turned else getattr(line, self.amount) for line in lines]
        return Outcome(value=rounded(total(parts), FOUR), lines=lines, contributions=parts)


@dataclass(frozen=True)
class Count:
    """The number of lines, or of different things that they name (each counts on its first line)."""

    lines: Selection
    of: Callable[[Line], Any] = lambda line: line.sales_line_id

    def __call__(self, customer: Customer) -> Outcome:
        """Count."""
        lines, seen, parts = self.lines(customer), set(), []
        for line in lines:
            parts.append(int(self.of(line) not in seen))
            seen.add(self.of(line))
        return Outcome(value=sum(parts), lines=lines, contributions=parts)


@dataclass(frozen=True)
class Ending:
    """What the first or the last line says."""

    lines: Selection
    says: str
    is_last: bool = False

    def __call__(self, customer: Customer) -> Outcome:
        """Look at the line."""
        ordered = sorted(self.lines(customer), key=lambda n: (n.business_date, n.sold_at_utc, n.sales_line_id))
        if not ordered:
            return Outcome(value=None)
        chosen = ordered[-1] if self.is_last else ordered[0]
        found = {"lines to choose from": len(ordered)}
        return Outcome(value=getattr(chosen, self.says), lines=[chosen], inputs=found)


@dataclass(frozen=True)
class Favourite:
    """What most units were bought of; ties go to the higher spending, then to the name."""

    lines: Selection
    of: str

    def __call__(self, customer: Customer) -> Outcome:
        """Rank."""
        groups: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines(customer):
            if getattr(line, self.of) is not None:
                groups[getattr(line, self.of)].append(line)
        ranked = sorted(groups, key=lambda name: (-_units(groups[name]), -_spent(groups[name]), name))
        if not ranked:
            return Outcome(value=None)
        told = {name: f"{_units(groups[name])} units, {_spent(groups[name])} spent" for name in ranked}
        return Outcome(value=ranked[0], lines=groups[ranked[0]], inputs=told)


@dataclass(frozen=True)
class Listed:
    """The different things that the lines name, in order and comma separated."""

    lines: Selection
    of: str

    def __call__(self, customer: Customer) -> Outcome:
        """List."""
        lines = self.lines(customer)
        return Outcome(value=",".join(sorted({getattr(line, self.of) for line in lines})) or None, lines=lines)


@dataclass(frozen=True)
class Ratio:
    """amount * part / whole with four decimals; none where the whole is not positive."""

    whole: tuple[str, Measure]
    amount: tuple[str, Measure] | None = None
    part: tuple[str, Measure] | None = None

    def __call__(self, customer: Customer) -> Outcome:
        """Divide."""
        wholes = self.whole[1](customer)
        inputs, factors = {}, [Decimal(1), Decimal(1)]
        for place, one in enumerate((self.amount, self.part)):
            if one:
                inputs[one[0]] = factors[place] = one[1](customer).value
        inputs[self.whole[0]] = wholes.value
        value = share_of(factors[0], factors[1], wholes.value) if wholes.value > 0 else None
        return Outcome(value=value, lines=wholes.lines, inputs=inputs)


@dataclass(frozen=True)
class Worked:
    """A value worked out from other measures, by name, and the newest delivery day."""

    work_out: Callable[..., Any]
    inputs: Mapping[str, Measure]

    def __call__(self, customer: Customer) -> Outcome:
        """Work it out."""
        found = {name: measure(customer) for name, measure in self.inputs.items()}
        values = {name: outcome.value for name, outcome in found.items()}
        lines = {line.sales_line_id: line for outcome in found.values() for line in outcome.lines}
        records = {one.customer_record: one for outcome in found.values() for one in outcome.records}
        return Outcome(
            value=self.work_out(**values),
            lines=sorted(lines.values(), key=lambda line: (line.business_date, line.sold_at_utc, line.sales_line_id)),
            inputs={name.replace("_", " "): value for name, value in values.items()},
            records=list(records.values()),
        )


def newest_delivery_day(customer: Customer) -> Outcome:
    """The day as of which every figure is."""
    return Outcome(value=customer.as_of)


def step(value: Any, thresholds: tuple[Any, ...], *, at_most: bool = False) -> int:
    """Return 5 for the first threshold that is reached, then 4, 3, 2; 1 where none is."""
    for score, threshold in zip((5, 4, 3, 2), thresholds, strict=True):
        if value <= threshold if at_most else value >= threshold:
            return score
    return 1


def _units(lines: list[Line]) -> Decimal:
    return total([line.quantity for line in lines])


def _spent(lines: list[Line]) -> Decimal:
    return total([line.net for line in lines])
