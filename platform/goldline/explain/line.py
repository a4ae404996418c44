"""Explaining a line: what it is, the delivered rows behind it, each amount computed anew, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goldline.errors import GoldlineError
from goldline.explain import cashmere, magento
from goldline.explain.facts import read_customers
from goldline.explain.identity import Join, joins
from goldline.explain.pseudonyms import shortened_record
from goldline.explain.trace import Amount, Origin, Trace, in_reporting_currency
from goldline.warehouse.engine import Session

TRACES: Mapping[str, Callable[[Session, Mapping[str, Any]], Trace]] = {
    cashmere.SOURCE: cashmere.trace,
    magento.SOURCE: magento.trace,
}
UNIFIED, MOST_LINES = "merge.unified_sales", 200
IDENTITY = (
    "sales_line_id", "source_system", "document_type", "source_document_id", "document_number", "source_line_id",
    "line_number", "line_type", "transaction_type", "is_revenue", "business_date", "channel", "store_key",
    "register_code", "source_product_code", "sku", "currency", "fx_rate", "prices_include_tax", "exclusion_reason",
    "source_file", "source_file_line", "delivery_date",
)  # fmt: skip
AMOUNTS = (
    "quantity", "gross_amount_incl_tax", "gross_amount_excl_tax", "line_discount_incl_tax", "order_discount_incl_tax",
    "loyalty_discount_incl_tax", "net_amount_excl_tax", "tax_amount", "net_amount_incl_tax", "cost_amount",
)  # fmt: skip
ADDED = (
    "discount_amount_incl_tax", "discount_amount_excl_tax", "net_amount_excl_tax_reporting", "tax_amount_reporting",
    "gross_amount_incl_tax_reporting", "discount_amount_incl_tax_reporting", "cost_amount_reporting",
)  # fmt: skip
_HEX = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True)
class Checked:
    """An amount computed anew beside the one that is stored; ``stored`` is None also where it is null."""

    amount: Amount
    stored: Decimal | None

    @property
    def is_equal(self) -> bool:
        """Whether both are the same."""
        return self.amount.value == self.stored


@dataclass(frozen=True)
class Explained:
    """A line, explained.

    Attributes:
        line: What identifies it.
        origins: The delivered rows behind it.
        amounts: Its amounts, computed anew and compared.
        customer: Its customer key, how it was found, and what joined the customer's records.
        product: Its product key and the rule of the match.
        enriched: What the enriched model says of it; empty where it is left out.
    """

    line: Mapping[str, Any]
    origins: Sequence[Origin]
    amounts: Sequence[Checked]
    customer: Mapping[str, Any]
    joined: Sequence[Join]
    product: Mapping[str, Any]
    enriched: Mapping[str, Any]

    @property
    def is_excluded(self) -> bool:
        """Whether the line is left out of the unified model."""
        return self.line["exclusion_reason"] is not None

    @property
    def is_equal(self) -> bool:
        """Whether every amount computed anew is the one that is stored."""
        return all(checked.is_equal for checked in self.amounts)


def find_lines(session: Session, sources: Sequence[str], asked: str) -> list[dict[str, Any]]:
    """Find lines by id, by the beginning of an id, or by the number of their document.

    Raises:
        GoldlineError: There is none, or nothing is built yet.
    """
    if not session.has_table(UNIFIED):
        raise GoldlineError("no table is built yet", where="warehouse", remedy="run 'goldline run' first")
    wanted = "sales_line_id like $asked || '%'" if _HEX.fullmatch(asked) else ""
    names = ("document_number = $asked", "source_document_id = $asked")
    for condition in filter(None, (wanted, *names)):
        found = [line for source in sources for line in _lines(session, source, condition, asked)]
        if found:
            return found
    raise GoldlineError(
        f"there is no line or document {asked[:64]!r}",
        remedy="give a sales_line_id, its first 6 digits or more, or the number on the document",
    )


def explain_line(session: Session, line: Mapping[str, Any]) -> Explained:
    """Explain a line that :func:`find_lines` found."""
    trace = TRACES[line["source_system"]](session, line) if line["source_system"] in TRACES else Trace((), ())
    stored = _row(session, f"{line['source_system']}.sales", AMOUNTS, line)
    computed = {amount.column: amount for amount in trace.amounts}
    is_counted = line["exclusion_reason"] is None
    if is_counted and computed:
        stored |= _row(session, UNIFIED, ADDED, line)
        values = {column: amount.value for column, amount in computed.items()}
        computed |= {amount.column: amount for amount in in_reporting_currency(values, line)}
    return Explained(
        line=line,
        origins=trace.origins,
        amounts=[
            Checked(computed[column], stored[column])
            for column in (*AMOUNTS, *ADDED)
            if column in computed.keys() & stored.keys()
        ],
        customer=(customer := _customer(session, line)),
        joined=_joined(session, customer["customer_key"]),
        product=_product(session, line),
        enriched=_enriched(session, line) if is_counted else {},
    )


def _lines(session: Session, source: str, condition: str, asked: str) -> list[dict[str, Any]]:
    rows = session.rows(
        f"select {', '.join(IDENTITY)}, net_amount_excl_tax, quantity from {source}.sales where {condition}"
        f" order by source_document_id, line_number nulls last, source_line_id limit {MOST_LINES}",
        {"asked": asked},
    )
    return [dict(zip((*IDENTITY, "net_amount_excl_tax", "quantity"), row, strict=True)) for row in rows]


def _row(session: Session, table: str, columns: Sequence[str], line: Mapping[str, Any]) -> dict[str, Any]:
    rows = session.rows(f"select {', '.join(columns)} from {table} where sales_line_id = ?", [line["sales_line_id"]])
    return dict(zip(columns, rows[0], strict=True)) if rows else {}


def _customer(session: Session, line: Mapping[str, Any]) -> dict[str, Any]:
    rows = session.rows(
        "select lines.customer_record, coalesce(keys.customer_key, 'anonymous'), keys.is_redirected"
        f" from {line['source_system']}.sales as lines"
        " left join merge.customer_keys as keys on keys.customer_record = lines.customer_record"
        " where lines.sales_line_id = ?",
        [line["sales_line_id"]],
    )
    record, key, is_redirected = rows[0]
    if record is None:
        method = "none"
    else:
        method = {"guest": "email_hash", "card": "loyalty_card"}.get(record.split(":")[1], "source_id")
    return {
        "customer_key": key,
        "customer_record": shortened_record(record) if record else None,
        "customer_match_method": method,
        "is_redirected": bool(is_redirected),
    }


def _joined(session: Session, key: str) -> tuple[Join, ...]:
    customer = read_customers(session, [key]).get(key)
    return joins(customer) if customer else ()


def _product(session: Session, line: Mapping[str, Any]) -> dict[str, Any]:
    if line["source_product_code"] is None:
        return {"product_key": "none", "match_rule": None, "source_product_code": None}
    found = session.rows(
        "select product_key, match_rule from merge.product_match where source_system = ? and source_product_code = ?",
        [line["source_system"], line["source_product_code"]],
    )
    key, rule = found[0] if found else ("none", None)
    return {"product_key": key, "match_rule": rule, "source_product_code": line["source_product_code"]}


ENRICHED = (
    "is_net_sales", "business_year", "business_month", "category", "department", "store_name", "store_type",
    "is_identified", "customer_segment_on_day", "is_first_purchase", "purchase_day_number",
    "days_since_previous_purchase", "margin_amount_reporting",
)  # fmt: skip


def _enriched(session: Session, line: Mapping[str, Any]) -> dict[str, Any]:
    return _row(session, "enriched_model.enriched_model", ENRICHED, line)
