"""In words: why a line is left out, why a product is the one it is, how a line was given its customer."""

from __future__ import annotations

EXCLUSIONS = {
    "unpaid": "the order is not paid yet; it counts as soon as it is",
    "on_hold": "the order is on hold; it counts as soon as it is released",
    "cancelled": "the order, or the whole quantity of the line, was cancelled",
    "unknown_state": "the order has a state that the contract does not know",
    "order_not_delivered": "the order of the line has not been delivered",
    "priced_by_components": "the parts of the bundle carry its price",
    "priced_by_parent": "the product that the line is a part of carries the price",
    "credit_memo_cancelled": "the credit memo was cancelled",
    "credit_memo_open": "the credit memo is not paid out yet",
    "credit_memo_not_delivered": "the credit memo of the line has not been delivered",
    "nothing_refunded": "neither a quantity nor an amount is refunded",
    "training": "the till was in training mode",
    "void": "the ticket was voided",
    "shared_out_to_lines": "the discount on the whole ticket is shared out to the ticket's lines",
}
PRODUCTS = {
    "ean": "products of several sources have the same valid EAN",
    "model_colour_size": "products of several sources have the same model, colour and size",
    "own": "no product of another source matches",
    "from_line": "known from lines only, because no catalogue has named it yet",
}
CUSTOMERS = {
    "source_id": "the document names an account or a client",
    "email_hash": "the document was a guest's, known by the e-mail pseudonym",
    "loyalty_card": "a loyalty card was shown, without a client",
    "none": "nobody is named",
}


def exclusion(reason: str) -> str:
    """Say an exclusion reason in words."""
    return EXCLUSIONS.get(reason, reason.replace("_", " "))
