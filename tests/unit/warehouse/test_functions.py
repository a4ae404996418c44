"""The SQL functions that all tables rely on, against Python's decimals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from goldline.warehouse.engine import Session, Warehouse

amounts = st.decimals(-10_000_000, 10_000_000, places=4, allow_nan=False, allow_infinity=False)
parts = st.decimals("0.0001", 10_000, places=4, allow_nan=False, allow_infinity=False)
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        yield session


@quick
@given(amounts, parts, parts)
@example(Decimal("99999.9999"), Decimal("9999.9999"), Decimal("0.0001"))  # the largest that 64 bits divide
@example(Decimal("-99999.9999"), Decimal("9999.9999"), Decimal("9999.9999"))
@example(Decimal(100_000), Decimal("9999.9999"), Decimal("0.0001"))
@example(Decimal("99999.9999"), Decimal(10_000), Decimal("0.0001"))
@example(Decimal("99999.9999"), Decimal(1), Decimal(10_000))
def test_a_share_is_exact_and_rounded_half_away_from_zero(
    session: Session, amount: Decimal, part: Decimal, whole: Decimal
) -> None:
    if abs(amount * part / whole) >= 10**13:
        return
    expected = (amount * part / whole).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    sql = "select share_of(cast(? as decimal(18,4)), cast(? as decimal(14,4)), cast(? as decimal(14,4)))"
    assert session.scalar(sql, [str(amount), str(part), str(whole)]) == expected


@quick
@given(amounts, st.sampled_from((0, 2, 3)))
def test_an_amount_is_rounded_to_its_currencys_decimals_half_away_from_zero(
    session: Session, amount: Decimal, decimals: int
) -> None:
    expected = amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert session.scalar("select to_currency(cast(? as decimal(18,4)), ?)", [str(amount), decimals]) == expected


@quick
@given(
    st.decimals("0.0001", 9999, places=8, allow_nan=False, allow_infinity=False),
    st.decimals("0.0001", 9999, places=8, allow_nan=False, allow_infinity=False) | st.just(Decimal(1)),
)
def test_a_rate_has_eight_exact_decimals(session: Session, dividend: Decimal, divisor: Decimal) -> None:
    expected = (dividend / divisor).quantize(Decimal("0.00000001"), ROUND_HALF_UP)
    sql = "select divide(cast(? as decimal(18,8)), cast(? as decimal(18,8)))"
    assert session.scalar(sql, [str(dividend), str(divisor)]) == expected


@pytest.mark.parametrize(
    ("ean", "is_valid"),
    [
        ("4006381333931", True),
        ("4006381333932", False),
        ("96385074", True),
        ("036000291452", True),
        ("2000000000008", False),
        ("400638133393", False),
        (None, False),
    ],
)
def test_a_bar_code_counts_only_with_its_check_digit_and_outside_in_store_ranges(
    session: Session, ean: str | None, is_valid: bool
) -> None:
    assert session.scalar("select is_valid_ean(cast(? as varchar))", [ean]) is is_valid


@pytest.mark.parametrize(
    ("name", "value"),
    [("color", "Black, deep"), ("size", "XS"), ("brand", "Maison K"), ("ean", None)],
)
def test_an_attribute_is_found_in_a_list_even_when_its_value_holds_a_comma(
    session: Session, name: str, value: str | None
) -> None:
    attributes = "brand=Maison K,color=Black, deep,size=XS"
    assert session.scalar("select attribute_of(?, ?)", [attributes, name]) == value
