"""What an explanation shows of a pseudonym: six digits, whatever its form."""

from __future__ import annotations

import pytest

from goldline.explain.pseudonyms import shortened, shortened_record

PSEUDONYM = "62335167b56481301c29ac5674f1f8ef47b8dc93ecc405c01a441fd16345a1cb"


@pytest.mark.parametrize(
    ("identifier", "shown"),
    [
        (PSEUDONYM, "623351…"),
        (PSEUDONYM.upper(), "623351…"),
        (f"k1:{PSEUDONYM}", "k1:623351…"),
        (PSEUDONYM[:32], "623351…"),
    ],
)
def test_a_pseudonym_is_shortened_to_its_first_six_digits(identifier: str, shown: str) -> None:
    assert shortened(identifier) == shown


def test_a_card_number_shows_none_of_its_digits() -> None:
    shown = shortened("0029900000042")
    assert "00299" not in shown
    assert "042" not in shown
    assert shown == shortened("0029900000042") != shortened("0029900000043")


def test_records_of_guests_and_cards_are_shortened_and_accounts_are_not() -> None:
    assert shortened_record(f"magento:guest:{PSEUDONYM}") == "magento:guest:623351…"
    assert "0029900000042" not in shortened_record("cashmere:card:0029900000042")
    assert shortened_record("magento:account:17") == "magento:account:17"
    assert shortened_record("cashmere:client:C000042") == "cashmere:client:C000042"
