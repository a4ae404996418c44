"""Explanations as plain mappings, the one shape that both the terminal and JSON show.

Pseudonyms and card numbers are shortened here at the latest; decimals stay exact, as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from goldline.explain.customer import MAIN, Figure, Found, all_figures, is_from_purchases, left_out
from goldline.explain.facts import Line, Record
from goldline.explain.identity import Join, joins, unused
from goldline.explain.line import Explained
from goldline.explain.pseudonyms import shortened_record
from goldline.explain.reasons import CUSTOMERS, PRODUCTS, exclusion

Told = dict[str, Any]


def value(found: Any) -> Any:
    """Return a value as JSON can hold it: decimals as text, days and instants in ISO 8601."""
    if isinstance(found, Decimal):
        return f"{found:f}"
    return found.isoformat() if isinstance(found, date | datetime) else found


def told_figure(found: Found, figure: Figure, documentation: str) -> Told:
    """Tell one figure of a customer."""
    outcome = figure.outcome
    contributions = outcome.contributions or [None] * len(outcome.lines)
    return {
        **_who(found),
        "field": figure.field,
        "value": value(figure.stored),
        "documentation": documentation,
        "rule": figure.definition,
        "inputs": {name: value(one) for name, one in outcome.inputs.items()},
        "lines": [
            _line(line) | {"counts": value(part)} for line, part in zip(outcome.lines, contributions, strict=True)
        ],
        "records": [_record(record, figure.field) for record in outcome.records],
        "joined_by": [_join(join) for join in joins(found.customer)],
        "computed": value(outcome.value),
        "is_sum_of_lines": outcome.is_sum,
        "sum_of_lines": value(sum(outcome.contributions)) if outcome.is_sum else None,
        "is_equal": figure.is_equal,
    }


def told_customer(found: Found) -> Told:
    """Tell who a customer is, and the main figures; all of them are computed anew and compared."""
    customer, figures = found.customer, all_figures(found.customer)
    shown = [figures[name] for name in MAIN if name in figures]
    return {
        **_who(found),
        "records": [_record(record) for record in customer.records],
        "joined_by": [_join(join) for join in joins(customer)],
        "not_used": [
            {"record": one.record, "identifier": one.identifier, "kind": one.kind, "because": one.words}
            for one in unused(customer)
        ],
        "figures": [
            {
                "field": figure.field,
                "value": value(figure.stored),
                "lines": len(figure.outcome.lines) if is_from_purchases(figure.field) else None,
                "is_equal": figure.is_equal,
            }
            for figure in shown
        ],
        "lines": len(customer.lines),
        "lines_in_no_figure": dict(left_out(customer)),
        "figures_checked": len(figures),
        "not_equal": sorted(name for name, figure in figures.items() if not figure.is_equal),
        "is_equal": all(figure.is_equal for figure in figures.values()),
    }


def told_line(explained: Explained) -> Told:
    """Tell where a line came from and what became of it."""
    line = {name: value(one) for name, one in explained.line.items()}
    reason = explained.line["exclusion_reason"]
    rule = explained.product["match_rule"]
    return {
        "line": line,
        "left_out_because": exclusion(reason) if reason else None,
        "origins": [
            {
                "role": origin.role,
                "feed": origin.row.feed,
                "file": origin.row.file,
                "delivery_date": value(origin.row.delivery_date),
                "physical_line": origin.row.line_number,
                "sha256": origin.row.sha256,
                "received_at": value(origin.row.received_at),
                "standing": origin.row.standing,
                "superseded_by": origin.row.superseded_by,
            }
            for origin in explained.origins
        ],
        "amounts": [
            {
                "column": checked.amount.column,
                "rule": checked.amount.words,
                "computed": value(checked.amount.value),
                "stored": value(checked.stored),
                "is_equal": checked.is_equal,
            }
            for checked in explained.amounts
        ],
        "customer": {**explained.customer, "rule": CUSTOMERS[explained.customer["customer_match_method"]]},
        "joined_by": [_join(join) for join in explained.joined],
        "product": {**explained.product, "rule": PRODUCTS.get(rule, rule)},
        "enriched": {name: value(one) for name, one in explained.enriched.items()},
        "is_equal": explained.is_equal,
    }


def told_lines(lines: list[dict[str, Any]]) -> Told:
    """Tell which lines were found, where there are several."""
    return {"lines": [{name: value(one) for name, one in line.items()} for line in lines]}


def _who(found: Found) -> Told:
    return {
        "customer_key": found.customer.key,
        "asked_for": shortened_record(found.asked) if found.is_redirected else None,
        "as_of": value(found.customer.as_of),
    }


def _line(line: Line) -> Told:
    return {
        "sales_line_id": line.sales_line_id,
        "business_date": value(line.business_date),
        "document": f"{line.document_type} {line.document_number}",
        "type": f"{line.line_type}, {line.transaction_type}",
        "channel": line.channel,
        "file": line.source_file,
        "delivery_date": value(line.delivery_date),
        "physical_line": line.source_file_line,
    }


def _record(record: Record, field: str = "") -> Told:
    says = {"says": value(getattr(record, field))} if hasattr(record, field) else {}
    return says | {
        "record": shortened_record(record.customer_record),
        "first_seen_at": value(record.first_seen_at),
        "own_key": record.founding_key,
        "is_redirected": record.is_redirected,
    }


def _join(join: Join) -> Mapping[str, Any]:
    return {
        "rule": join.rule,
        "words": join.words,
        "identifier": join.identifier,
        "records": list(join.records),
        "since": value(join.since),
    }
