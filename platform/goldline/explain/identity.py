"""Why several records are one customer: the identifiers that join them, and those that a guard kept from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from goldline.explain.facts import Customer, Edge
from goldline.explain.pseudonyms import shortened, shortened_record

RULES = {
    "same_record": "the source's own id of the record",
    "loyalty_card": "the same loyalty card",
    "email": "the same e-mail pseudonym",
    "phone": "the same phone pseudonym, and nothing that contradicts it",
}
GUARDS = {
    "placeholder": "it is a placeholder",
    "relay_address": "it is an address that a marketplace lends to its buyers",
    "shared_by_too_many": "too many records share it",
    "shared_phone": "too many groups of records share the phone",
    "contradicted": "the groups it would join contradict each other",
    "group_too_large": "the group would be too large",
}


@dataclass(frozen=True)
class Join:
    """An identifier that several records of a customer have shown.

    Attributes:
        rule: The rule that joins them.
        identifier: The identifier, shortened.
        records: The records, shortened.
        since: The day from which two of them had shown it.
    """

    rule: str
    identifier: str
    records: tuple[str, ...]
    since: date | None

    @property
    def words(self) -> str:
        """The rule in words."""
        return RULES[self.rule]


@dataclass(frozen=True)
class Unused:
    """An identifier that a guard keeps from joining records."""

    kind: str
    identifier: str
    record: str
    rejected_because: str

    @property
    def words(self) -> str:
        """The guard in words."""
        return GUARDS.get(self.rejected_because, self.rejected_because)


def joins(customer: Customer) -> tuple[Join, ...]:
    """Return what joins the records of a customer; nothing where there is one record."""
    groups: dict[tuple[str, str, str], list[Edge]] = defaultdict(list)
    for edge in customer.edges:
        if edge.is_active and edge.identifier_type != "source_id":
            groups[edge.match_rule, edge.identifier_type, edge.identifier_value].append(edge)
    return tuple(
        Join(rule, shortened(value), tuple(shortened_record(e.customer_record) for e in edges), _since(edges))
        for (rule, _, value), edges in sorted(groups.items())
        if len(edges) > 1
    )


def unused(customer: Customer) -> tuple[Unused, ...]:
    """Return what does not join the records of a customer, and why."""
    return tuple(
        Unused(
            edge.identifier_type,
            shortened(edge.identifier_value),
            shortened_record(edge.customer_record),
            edge.rejected_because or "",
        )
        for edge in customer.edges
        if not edge.is_active
    )


def _since(edges: Sequence[Edge]) -> date | None:
    days = sorted(edge.first_seen_on for edge in edges if edge.first_seen_on)
    return days[1] if len(days) > 1 else None
