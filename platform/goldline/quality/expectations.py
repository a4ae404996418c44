"""Which Great Expectations expectations a suite may use, and what each of them takes.

Only the catalogue: it is read whenever a suite is loaded and therefore never imports Great Expectations,
which takes seconds. How a table is cut down to what an expectation needs is in ``reduction``, running it in
``validation``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Needs = Literal["values", "range", "nulls", "repeats", "row_count"]
Takes = Literal["table", "column", "pair", "list"]


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What one expectation looks at and which arguments it has.

    Args:
        needs: The part of a table that decides it: its distinct values, its smallest and largest values,
            which values are null, which values repeat, or how many rows there are.
        takes: No column, one column, two columns, or a list of columns.
        required: Arguments that must be given.
        optional: Arguments that may be given.
        any_of: Arguments of which at least one must be given.
    """

    needs: Needs
    takes: Takes = "column"
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    any_of: frozenset[str] = frozenset()

    @property
    def arguments(self) -> frozenset[str]:
        """Every argument that may be given."""
        return self.required | self.optional | self.any_of

    def columns(self, columns: tuple[str, ...]) -> dict[str, object]:
        """Name the columns the way Great Expectations wants them."""
        if self.takes == "table":
            return {}
        if self.takes == "column":
            return {"column": columns[0]}
        if self.takes == "pair":
            return {"column_A": columns[0], "column_B": columns[1]}
        return {"column_list": list(columns)}

    def accepts(self, count: int) -> bool:
        """Say whether it can be given so many columns."""
        return {"table": count == 0, "column": count == 1, "pair": count == 2, "list": count >= 2}[self.takes]


_BOUNDS = frozenset({"min_value", "max_value"})
_STRICT = frozenset({"strict_min", "strict_max"})

EXPECTATIONS = MappingProxyType(
    {
        "expect_column_values_to_be_unique": Expectation(needs="repeats"),
        "expect_compound_columns_to_be_unique": Expectation(needs="repeats", takes="list"),
        "expect_column_values_to_not_be_null": Expectation(needs="nulls"),
        "expect_column_values_to_be_null": Expectation(needs="nulls"),
        "expect_column_values_to_be_in_set": Expectation(needs="values", required=frozenset({"value_set"})),
        "expect_column_values_to_not_be_in_set": Expectation(needs="values", required=frozenset({"value_set"})),
        "expect_column_values_to_be_between": Expectation(needs="range", any_of=_BOUNDS, optional=_STRICT),
        "expect_column_values_to_match_regex": Expectation(needs="values", required=frozenset({"regex"})),
        "expect_column_values_to_not_match_regex": Expectation(needs="values", required=frozenset({"regex"})),
        "expect_column_value_lengths_to_be_between": Expectation(needs="values", any_of=_BOUNDS),
        "expect_column_value_lengths_to_equal": Expectation(needs="values", required=frozenset({"value"})),
        "expect_column_pair_values_to_be_equal": Expectation(needs="values", takes="pair"),
        "expect_column_pair_values_a_to_be_greater_than_b": Expectation(
            needs="values", takes="pair", optional=frozenset({"or_equal"})
        ),
        "expect_table_row_count_to_be_between": Expectation(needs="row_count", takes="table", any_of=_BOUNDS),
        "expect_table_row_count_to_equal": Expectation(needs="row_count", takes="table", required=frozenset({"value"})),
    }
)
