"""What the data-frame engines make: the columns of a line, and the order states that count."""

from __future__ import annotations

from bench.contracts import contract

LINE_COLUMNS = (
    "source_system", "document_type", "source_document_id", "source_line_id", "business_date", "store_key",
    "customer_record", "sku", "quantity", "net_amount_excl_tax", "tax_amount", "currency",
)  # fmt: skip
PAID_STATES = [
    row["state"] for row in contract("magento")["settings"]["order_state"] if row["exclusion_reason"] is None
]
