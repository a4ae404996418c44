"""Explaining a customer: one figure with all that it was made from, or an overview of all figures.

Every figure that is shown was computed anew from the lines and records beside it, and compared with what is stored.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from goldline.errors import GoldlineError
from goldline.explain.attributes import DEFINITIONS
from goldline.explain.facts import GOLDEN, Customer, read_customers
from goldline.explain.fields import PURCHASES
from goldline.explain.outcome import Definition, Outcome
from goldline.explain.pseudonyms import shortened_record
from goldline.warehouse.engine import Session

MAIN = (
    "segment",
    "first_purchase_date",
    "last_purchase_date",
    "order_count",
    "unit_count",
    "lifetime_value",
    "sales_amount",
    "returned_amount",
    "discount_amount_incl_tax",
    "average_basket",
    "return_rate",
    "revenue_last_12_months",
    "orders_last_12_months",
    "favourite_store_key",
    "favourite_category",
    "recency_score",
    "frequency_score",
    "monetary_score",
)


@dataclass(frozen=True)
class Figure:
    """A figure of a customer, explained.

    Attributes:
        field: The column of the golden customer.
        stored: What is stored.
        definition: The rule in words.
        outcome: What computing it anew gives, and from what.
    """

    field: str
    stored: Any
    definition: str
    outcome: Outcome

    @property
    def is_equal(self) -> bool:
        """Whether the value computed anew is the one that is stored, and the lines shown add up to it."""
        adds_up = not self.outcome.is_sum or sum(self.outcome.contributions) == self.outcome.value
        return adds_up and bool(self.outcome.value == self.stored)


@dataclass(frozen=True)
class Found:
    """A customer that was asked for, and the key under which."""

    asked: str
    customer: Customer

    @property
    def is_redirected(self) -> bool:
        """Whether another key leads to this customer."""
        return self.asked != self.customer.key


def find_customer(session: Session, asked: str) -> Found:
    """Find a customer by key, by the key of a record that was joined to another, or by record.

    Raises:
        GoldlineError: There is no such customer, or nothing is built yet.
    """
    if not session.has_table(GOLDEN):
        raise GoldlineError("no table is built yet", where="warehouse", remedy="run 'goldline run' first")
    for key in (asked, *_redirected(session, asked)):
        if customer := read_customers(session, [key]).get(key):
            return Found(asked, customer)
    if asked == "anonymous":
        raise GoldlineError(
            "'anonymous' stands for all sales to nobody in particular",
            remedy="explain a line: goldline explain line ID",
        )
    raise GoldlineError(
        f"there is no customer {shortened_record(asked)}",
        remedy="give a customer_key as the published tables have it:"
        ' goldline query "select customer_key from golden_customer limit 10"',
    )


def explain_field(customer: Customer, field: str) -> Figure:
    """Explain one column of the golden customer.

    Raises:
        GoldlineError: There is no such column; the message names the nearest.
    """
    definition = DEFINITIONS.get(field)
    if definition is None or field not in customer.stored:
        near = difflib.get_close_matches(field, known_fields(customer), n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}? " if near else ""
        raise GoldlineError(
            f"golden_customer has no field {field!r}",
            where="--field",
            remedy=f"{hint}leave --field out to see the main ones; docs/explain.md has all",
        )
    return _figure(customer, field, definition)


def all_figures(customer: Customer) -> dict[str, Figure]:
    """Explain every column that the golden customer has."""
    return {name: _figure(customer, name, DEFINITIONS[name]) for name in known_fields(customer)}


def known_fields(customer: Customer) -> list[str]:
    """Return the columns that can be explained, in the order of the table."""
    return [name for name in customer.stored if name in DEFINITIONS]


def is_from_purchases(field: str) -> bool:
    """Say whether a column comes from lines; the others come from records."""
    return field in PURCHASES


def left_out(customer: Customer) -> Mapping[str, int]:
    """Count the customer's lines that no figure counts, by type."""
    counts: dict[str, int] = {}
    for line in customer.lines:
        if not line.is_net_sales:
            counts[line.line_type] = counts.get(line.line_type, 0) + 1
    return counts


def _figure(customer: Customer, field: str, definition: Definition) -> Figure:
    return Figure(field, customer.stored[field], definition.words, definition.measure(customer))


def _redirected(session: Session, asked: str) -> list[str]:
    found = session.rows(
        "select distinct customer_key from merge.customer_keys where record_key = ? or customer_record = ?",
        [asked, asked],
    )
    return sorted(key for (key,) in found)
