"""Recognising clear personal data in what should be pseudonymised, and masking values for messages.

Nothing here keeps, shows or logs a value it looked at.
"""

from __future__ import annotations

import base64
import binascii
import re

STOP = "[.\u3002\uff0e]"
AT = "(?:@|\uff20|\ufe6b|%40|&#64;|\\[at\\]|\\(at\\))"
EMAIL = rf"[^\s@,;<>\"'\x1f]{{1,64}}{AT}[^\s@,;<>\"'\x1f]{{1,190}}{STOP}[^\s@,;<>\"'\x1f\d]{{2,}}"
PHONE = (
    r"(?:^|[^0-9A-Za-z])(?:\+[1-9](?:[ .()-]?[0-9]){8,14}|00(?:33|32|34|39|41|44|49|7|1)(?:[ .()-]?[0-9]){8,11}"
    r"|0[1-9](?:[ .-]?[0-9]{2}){4})(?:$|[^0-9A-Za-z])"
)
CARD = (
    r"(?:^|[^0-9A-Za-z])(?:(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6[05][0-9]{2})(?:[ -]?[0-9]{4}){3}"
    r"|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5})(?:$|[^0-9A-Za-z])"
)
IBAN = r"(?:^|[^0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?:$|[^0-9A-Za-z])"
ENCODED = r"(?:^|\x1f)[A-Za-z0-9+/]{14,}={1,2}(?:$|\x1f)"
CLEAR_DATA = f"{EMAIL}|{PHONE}|{CARD}|{IBAN}|{ENCODED}"

_EMAIL, _PHONE, _CARD, _IBAN, _ENCODED = map(re.compile, (EMAIL, PHONE, CARD, IBAN, ENCODED))


def clear_data_in(value: str) -> str | None:
    """Name the kind of personal data that a text holds in clear, or None.

    Candidates are verified (Luhn for cards, modulo 97 for IBAN), so that codes that merely look alike pass.
    """
    if _EMAIL.search(value):
        return "an e-mail address"
    if any(_luhn(re.sub(r"\D", "", found)) for found in _CARD.findall(value)):
        return "a payment card number"
    if any(_mod97(re.sub(r"[^0-9A-Z]", "", found)) for found in _IBAN.findall(value)):
        return "a bank account number"
    if _PHONE.search(value):
        return "a phone number"
    return _encoded_email(value)


def _encoded_email(value: str) -> str | None:
    for token in _ENCODED.findall(value):
        try:
            decoded = base64.b64decode(token.strip("\x1f"), validate=True)
        except (binascii.Error, ValueError):
            continue
        if decoded.isascii() and _EMAIL.search(decoded.decode("ascii")):
            return "an encoded e-mail address"
    return None


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def _mod97(code: str) -> bool:
    moved = code[4:] + code[:4]
    return 15 <= len(code) <= 34 and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def mask(value: str | None) -> str:
    """Show the shape of a value but not the value: digits become 9, letters A or a; at most 24 characters."""
    if value is None:
        return "(empty)"
    shape = "".join("9" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c for c in value[:24])
    printable = "".join(c if c.isprintable() else "?" for c in shape)
    return printable + ("..." if len(value) > 24 else "")
