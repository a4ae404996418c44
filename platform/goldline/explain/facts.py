"""What the warehouse knows of a customer: the golden row, the lines, the records and what joined them.

Reading only; nothing is computed here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from goldline.warehouse.engine import Session

GOLDEN = "golden_customer.golden_customer"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the unified model, as far as figures of customers depend on it."""

    sales_line_id: str
    customer_key: str
    business_date: date
    sold_at_utc: datetime
    source_system: str
    document_type: str
    source_document_id: str
    document_number: str
    line_type: str
    transaction_type: str
    is_revenue: bool
    channel: str
    store_key: str
    quantity: Decimal
    net: Decimal
    gross: Decimal
    discount: Decimal
    discount_in_currency: Decimal
    category: str
    brand: str | None
    source_file: str
    delivery_date: date
    source_file_line: int

    @property
    def document(self) -> tuple[str, str, str]:
        """Identity of the document it stands on."""
        return self.source_system, self.document_type, self.source_document_id

    @property
    def is_sale(self) -> bool:
        """Whether something was sold, not returned."""
        return self.transaction_type == "sale"

    @property
    def is_net_sales(self) -> bool:
        """Whether it counts in net sales."""
        return self.is_revenue and self.line_type in ("product", "service", "fee")


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record of a source that belongs to the customer."""

    customer_record: str
    customer_key: str
    founding_key: str
    is_redirected: bool
    source_system: str
    record_type: str
    first_seen_at: datetime
    updated_at: datetime | None
    country: str | None
    postal_prefix: str | None
    birth_year: int | None
    gender: str | None
    home_store_key: str | None
    opt_in_email: bool | None
    opt_in_sms: bool | None
    opt_in_updated_on: date | None
    has_email: bool
    has_phone: bool


@dataclass(frozen=True, kw_only=True)
class Edge:
    """An identifier that a record has shown, and whether it joins records."""

    customer_record: str
    customer_key: str
    identifier_type: str
    identifier_value: str
    match_rule: str
    first_seen_on: date | None
    last_seen_on: date | None
    is_active: bool
    rejected_because: str | None


@dataclass(frozen=True)
class Customer:
    """A customer as the warehouse has it.

    Attributes:
        key: The customer key.
        as_of: The newest delivery day; every figure is as of its close.
        stored: The row of the golden customer.
        lines: All lines in the unified model, oldest first.
        records: The sources' records, oldest first.
        edges: What the records have shown.
    """

    key: str
    as_of: date
    stored: Mapping[str, Any]
    lines: Sequence[Line]
    records: Sequence[Record]
    edges: Sequence[Edge]

    @cached_property
    def base(self) -> tuple[Line, ...]:
        """The lines that count in net sales."""
        return tuple(line for line in self.lines if line.is_net_sales)


_LINES = """
select
    sales.sales_line_id, sales.customer_key, sales.business_date, sales.sold_at_utc, sales.source_system,
    sales.document_type, sales.source_document_id, sales.document_number, sales.line_type, sales.transaction_type,
    sales.is_revenue, sales.channel, sales.store_key, sales.quantity,
    coalesce(sales.net_amount_excl_tax_reporting, 0) as net,
    coalesce(sales.gross_amount_incl_tax_reporting, 0) as gross,
    coalesce(sales.discount_amount_incl_tax_reporting, 0) as discount,
    sales.discount_amount_incl_tax as discount_in_currency,
    coalesce(products.category, 'unknown') as category,
    coalesce(products.brand, sales.brand) as brand,
    sales.source_file, sales.delivery_date, sales.source_file_line
from merge.unified_sales as sales
left join merge.unified_products as products on products.product_key = sales.product_key
where sales.customer_key = any($keys)
order by sales.customer_key, sales.business_date, sales.sold_at_utc, sales.sales_line_id
"""
_RECORDS = """
select
    records.customer_record, keys.customer_key, records.founding_key, keys.is_redirected, records.source_system,
    records.record_type, records.first_seen_at, records.updated_at, records.country, records.postal_prefix,
    records.birth_year, records.gender, records.home_store_key, records.opt_in_email, records.opt_in_sms,
    records.opt_in_updated_on, records.has_email, records.has_phone
from merge.customer_keys as keys
join merge.customer_records as records on records.customer_record = keys.customer_record
where keys.customer_key = any($keys)
order by keys.customer_key, records.first_seen_at, records.founding_key
"""
_EDGES = """
select
    customer_record, customer_key, identifier_type, identifier_value, match_rule, first_seen_on, last_seen_on,
    is_active, rejected_because
from merge.customer_identity
where customer_key = any($keys)
order by customer_key, customer_record, identifier_type, identifier_value
"""


def read_customers(session: Session, keys: Sequence[str]) -> dict[str, Customer]:
    """Read customers by their keys; a key without a golden row is left out."""
    columns = [name for name, _ in session.columns(GOLDEN)]
    found = {"keys": list(keys)}
    stored = session.rows(f"select {', '.join(columns)} from {GOLDEN} where customer_key = any($keys)", found)
    golden = {row["customer_key"]: row for row in (dict(zip(columns, values, strict=True)) for values in stored)}
    as_of = session.scalar("select as_of from reference.as_of")
    lines, records = _read(session, Line, _LINES, found), _read(session, Record, _RECORDS, found)
    edges = _read(session, Edge, _EDGES, found)
    return {
        key: Customer(key, as_of, golden[key], lines[key], records[key], edges[key]) for key in keys if key in golden
    }


def _read(session: Session, kind: type[Any], sql: str, parameters: Mapping[str, object]) -> dict[str, list[Any]]:
    names = [field.name for field in fields(kind)]
    grouped: dict[str, list[Any]] = defaultdict(list)
    for values in session.rows(sql, parameters):
        made = kind(**dict(zip(names, values, strict=True)))
        grouped[made.customer_key].append(made)
    return grouped
