"""The kinds of definitions over a customer's records and identifiers: who the customer is.

Values of records are shown where they are not personal; pseudonyms never leave this package whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from goldline.explain.facts import Customer, Record
from goldline.explain.outcome import Outcome

EARLIEST = datetime(1, 1, 1)  # noqa: DTZ001 - the warehouse's instants are UTC without a zone
FIRST = date.min


@dataclass(frozen=True)
class Oldest:
    """What the oldest record says."""

    says: str

    def __call__(self, customer: Customer) -> Outcome:
        """Look at it."""
        found = customer.records[:1]
        return Outcome(value=getattr(found[0], self.says) if found else None, records=found)


@dataclass(frozen=True)
class Newest:
    """What the newest record that says anything says; for consent, the newest statement."""

    says: str
    is_consent: bool = False

    def __call__(self, customer: Customer) -> Outcome:
        """Look for it."""
        known = [record for record in customer.records if getattr(record, self.says) is not None]
        if not known:
            return Outcome(value=None, records=customer.records)
        chosen = max(known, key=self._age)
        best = self._age(chosen)
        chosen = min((one for one in known if self._age(one) == best), key=lambda one: one.founding_key)
        inputs = {"records that say something": len(known)}
        return Outcome(value=getattr(chosen, self.says), records=[chosen], inputs=inputs)

    def _age(self, record: Record) -> tuple[date, datetime]:
        stated = record.opt_in_updated_on if self.is_consent else None
        return stated or FIRST, record.updated_at or EARLIEST


@dataclass(frozen=True)
class OfRecords:
    """A value of all records."""

    of: Callable[[list[Record]], Any]

    def __call__(self, customer: Customer) -> Outcome:
        """Work it out."""
        return Outcome(value=self.of(list(customer.records)), records=customer.records)


@dataclass(frozen=True)
class Identifiers:
    """The number of different identifiers of a kind, whether they join records or not."""

    kind: str

    def __call__(self, customer: Customer) -> Outcome:
        """Count."""
        edges = [edge for edge in customer.edges if edge.identifier_type == self.kind]
        named = {edge.customer_record if self.kind == "source_id" else edge.identifier_value for edge in edges}
        shown = {edge.customer_record for edge in edges}
        records = [record for record in customer.records if record.customer_record in shown]
        return Outcome(value=len(named), records=records, inputs={"records that show one": len(records)})
