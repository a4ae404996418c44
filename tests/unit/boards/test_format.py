"""Numbers, money, shares and days read as people of each language write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from goldline.boards.format import format_delta, format_short, format_span, format_time, format_value
from goldline.boards.model import Language

BIG = Decimal("1234567.895")


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "english", "french"),
    [
        (BIG, "money", 0, "€1,234,568", "1\u202f234\u202f568\u00a0€"),
        (BIG, "money", None, "€1,234,567.90", "1\u202f234\u202f567,90\u00a0€"),
        (Decimal("-1234.5"), "money", 2, "−€1,234.50", "−1\u202f234,50\u00a0€"),
        (Decimal("0.7374"), "share", 1, "73.7%", "73,7\u202f%"),
        (12134, "count", 0, "12,134", "12\u202f134"),
        (1, "days", 0, "1 day", "1 jour"),
        (Decimal("44.75"), "years", 1, "44.8 years", "44,8 ans"),
        (0.00000012, "ratio", 4, "< 0.0001", "< 0,0001"),
        (Decimal("-0.2"), "count", 0, "0", "0"),
        (None, "money", 0, "—", "—"),
        (float("nan"), "ratio", 2, "—", "—"),
    ],
)
def test_values(value: object, unit: str, decimals: int | None, english: str, french: str) -> None:
    assert format_value(value, unit, decimals, "en") == english
    assert format_value(value, unit, decimals, "fr") == french


def test_a_change_has_its_sign_and_a_missing_one_is_no_zero() -> None:
    assert [format_delta(Decimal(each), "en") for each in ("0.126", "-0.126", "0", "123.4")] == [
        "+12.6%",
        "−12.6%",
        "+0.0%",
        "×124",
    ]
    assert format_delta(None, "fr") == "—"


@pytest.mark.parametrize(
    ("language", "text"), [("en", "1 Jan 2026 – 21 Nov 2026"), ("fr", "1 janv. 2026 – 21 nov. 2026")]
)
def test_a_half_open_period_reads_by_its_first_and_last_day(language: Language, text: str) -> None:
    assert format_span(date(2026, 1, 1), date(2026, 11, 22), language) == text
    assert "–" not in format_span(date(2026, 1, 1), date(2026, 1, 2), language)


def test_a_week_is_named_by_its_iso_number() -> None:
    assert format_time(date(2026, 12, 28), "week", "en") == "W53 2026"
    assert format_time(date(2026, 12, 28), "week", "fr") == "S53 2026"


def test_in_a_narrow_cell_thousands_are_short() -> None:
    assert format_short(Decimal(1438123), "money", "en") == "1,438\u202fk"
    assert format_short(Decimal("0.456"), "share", "fr") == "46\u202f%"
    assert format_short(None, "count", "en") == ""
