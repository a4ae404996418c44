"""Keyed pseudonyms of made-up identities, as a client's exporter would write them.

Only the hashing of normalised values and check digits belong here. The key is public on purpose: nobody real
stands behind it.
"""

from __future__ import annotations

import hmac

KEY = b"demo-key-not-secret"


def pseudonym(normalised: str) -> str:
    """Return the HMAC-SHA256 of a normalised e-mail address or E.164 phone number as 64 hex digits."""
    return hmac.digest(KEY, normalised.encode(), "sha256").hex()


def ean13(twelve_digits: str) -> str:
    """Return the EAN-13 whose first twelve digits are given."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve_digits))
    return f"{twelve_digits}{-total % 10}"
