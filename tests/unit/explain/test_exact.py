"""Arithmetic of explanations: the same results as the tables' SQL, written a second time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goldline.explain.exact import divide, rounded, share_of, times, to_currency, total
from goldline.warehouse.engine import Warehouse

CASES = [
    ("10.0000", "1", "3"),
    ("-10.0000", "1", "3"),
    ("0.0001", "1", "2"),
    ("-0.0001", "1", "2"),
    ("19.99", "2", "7"),
]


@pytest.mark.parametrize(("amount", "part", "whole"), CASES)
def test_a_share_is_the_one_that_the_warehouse_computes(amount: str, part: str, whole: str) -> None:
    values = [Decimal(amount), Decimal(part), Decimal(whole)]
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        stored = session.scalar(
            "select share_of(cast(? as decimal(18,4)), cast(? as decimal(18,4)), cast(? as decimal(18,4)))", values
        )
    assert share_of(*values) == stored


def test_halves_are_rounded_away_from_zero_on_both_sides() -> None:
    assert rounded(Decimal("0.125"), 2) == Decimal("0.13")
    assert rounded(Decimal("-0.125"), 2) == Decimal("-0.13")


def test_a_currency_without_cents_is_rounded_to_whole_units() -> None:
    assert to_currency(Decimal("1999.5"), 0) == 2000
    assert to_currency(Decimal("1.23456"), 3) == Decimal("1.235")


def test_long_sums_and_products_lose_no_digit() -> None:
    many = [Decimal("99999999999999.9999")] * 1000
    assert total(many) == Decimal("99999999999999999.9")
    assert times(Decimal("99999999999999.9999"), Decimal("1.00000001")) == Decimal("100000000999999.999899999999")
    assert divide(Decimal(1), Decimal(3)) == Decimal("0.33333333")
