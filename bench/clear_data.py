"""Telling personal data in clear from codes that merely look like it: card and account numbers have check digits."""

from __future__ import annotations

import re

from bench.rules import ACCOUNT, CARD, EMAIL, PHONE


def holds_clear_data(value: str) -> bool:
    """Say whether a text holds an e-mail address, a phone, or a card or account number with right check digits."""
    return bool(
        re.search(EMAIL, value)
        or re.search(PHONE, value)
        or any(_luhn(re.sub(r"\D", "", found)) for found in re.findall(CARD, value))
        or any(_mod97(re.sub(r"[^0-9A-Z]", "", found)) for found in re.findall(ACCOUNT, value))
    )


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _mod97(code: str) -> bool:
    return int("".join(str(int(letter, 36)) for letter in code[4:] + code[:4])) % 97 == 1
