"""What carrying out a definition gives: the value, what it was made from, and how that adds up.

A definition is a function from a customer to an outcome; the kinds of definitions are in ``measures`` and ``records``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from goldline.explain.facts import Customer, Line, Record


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A value with everything that it was computed from.

    Attributes:
        value: The value, computed anew.
        lines: The lines that make it up.
        contributions: What each of these lines adds, where the value is the sum of that.
        inputs: Other figures that it was computed from, by name.
        records: The sources' records that it was taken from.
    """

    value: Any
    lines: Sequence[Line] = ()
    contributions: Sequence[Any] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    records: Sequence[Record] = ()

    @property
    def is_sum(self) -> bool:
        """Whether the contributions of the lines add up to the value."""
        return bool(self.contributions)


class Measure(Protocol):
    """A way to compute a value."""

    def __call__(self, customer: Customer) -> Outcome:
        """Compute it for a customer."""


@dataclass(frozen=True)
class Definition:
    """A column of the golden customer in words and as a computation."""

    words: str
    measure: Measure
