"""What a file comes to is counted before it is loaded: each outcome, and all rows together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from goldline.contracts import Contract
from goldline.intake.check import Checker
from goldline.intake.structure import read_records
from goldline.landing.history import Entry

CONTRACT = Contract.model_validate(
    {
        "source": "shop",
        "title": "A shop",
        "channel": "store",
        "dialect": {"delimiter": ";", "encodings": ["utf-8"], "decimal_mark": ",", "date_format": "dd/mm/yyyy"},
        "feeds": {
            "sold": {
                "name": "sold",
                "file": "sold_{day}.csv",
                "grain": "one row per line",
                "key": ["id"],
                "max_bad_rows": 100,
                "columns": {
                    "id": "integer!",
                    "shop": "code!",
                    "note": {"type": "code", "values": ["a", "b"]},
                    "amount": "decimal(18,2)!",
                    "tax": "decimal(18,2)",
                },
                "totals": {
                    "point": "shop",
                    "gross": "amount + coalesce(tax, 0)",
                    "discount": "0",
                    "net": "amount",
                    "tax": "tax",
                    "returned": "case when amount < 0 then amount end",
                },
            }
        },
    }
)
ENTRY = Entry(
    sequence=1,
    source="shop",
    feed="sold",
    delivery_date=date(2026, 3, 28),
    name="sold_20260328.csv",
    sha256="0" * 64,
    size=1,
    received_at=datetime(2026, 3, 28, tzinfo=UTC),
)
Totals = dict[tuple[str, str], tuple[int, Decimal, Decimal]]


def totals(*rows: str) -> Totals:
    """Rows, net and returned amount by (outcome, shop)."""
    feed = CONTRACT.feeds["sold"]
    data = "\n".join(["id;shop;note;amount;tax", *rows, ""]).encode()
    checker = Checker(CONTRACT, memory="256MB", threads=1)
    try:
        found = checker.totals(checker.check(feed, [(ENTRY, read_records(data, CONTRACT, feed, ENTRY.name))]), [1])
    finally:
        checker.close()
    assert found is not None
    return {
        (row["outcome"], row["selling_point"]): (row["row_count"], row["net_amount"], row["returned_amount"])
        for row in found.to_pylist()
    }


def test_good_rows_are_received_and_loaded_by_shop() -> None:
    assert totals("1;A;;10,00;2,00", "2;A;;-3,50;", "3;B;b;1,25;0,25") == {
        ("received", "A"): (2, Decimal("6.50"), Decimal("-3.50")),
        ("loaded", "A"): (2, Decimal("6.50"), Decimal("-3.50")),
        ("received", "B"): (1, Decimal("1.25"), Decimal(0)),
        ("loaded", "B"): (1, Decimal("1.25"), Decimal(0)),
    }


def test_a_bad_row_counts_with_its_amount_if_the_amount_is_not_what_is_bad() -> None:
    found = totals("1;A;x;10,00;2,00", "2;A;;3,505;", "3;A;;1,00;many", "4;A;;5,00;")
    assert found["quarantined", "A"] == (1, Decimal("10.00"), Decimal(0))
    assert found["unreadable", "A"] == (2, Decimal(0), Decimal(0))
    assert found["loaded", "A"] == (1, Decimal("5.00"), Decimal(0))
    assert found["received", "A"] == (4, Decimal("15.00"), Decimal(0))


def test_a_shop_that_cannot_be_read_is_not_kept() -> None:
    found = totals("1;@claire;;10,00;", "2;A;;1,00;")
    assert found["quarantined", ""] == (1, Decimal("10.00"), Decimal(0))
    assert not any("claire" in shop for _, shop in found)


def test_a_row_said_twice_is_a_duplicate_and_rows_that_contradict_are_quarantined() -> None:
    found = totals("1;A;;10,00;", "1;A;;10,00;", "2;A;;1,00;", "2;A;;2,00;")
    assert found["loaded", "A"] == (1, Decimal("10.00"), Decimal(0))
    assert found["duplicate", "A"] == (1, Decimal("10.00"), Decimal(0))
    assert found["quarantined", "A"] == (2, Decimal("3.00"), Decimal(0))
    assert found["received", "A"] == (4, Decimal("23.00"), Decimal(0))


def test_an_amount_too_large_to_be_summed_stops_nothing() -> None:
    huge = "9" * 16
    found = totals(f"1;A;;{huge},00;", f"2;A;;{huge},00;", "3;A;;1,00;")
    assert found["loaded", "A"][0] == 3


def test_a_file_without_rows_comes_to_nothing() -> None:
    assert totals() == {}
