"""Comparing two versions: which months are looked at, and which figures are said to have moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from sqlglot import exp

from goldline.publish.manifest import FILE, Manifest, PublishedPart, PublishedTable
from goldline.publish.partition import Period
from goldline.publish.reader import Reader
from goldline.restate.figures import (
    METRICS,
    NET_SALES,
    READ,
    changed_months,
    closed_before,
    figures,
    moves,
    next_month,
)

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
MONEY = pa.decimal128(18, 4)
COLUMNS: dict[str, pa.DataType] = {
    "sales_line_id": pa.string(),
    "business_date": pa.date32(),
    "channel": pa.string(),
    "source_system": pa.string(),
    "document_type": pa.string(),
    "source_document_id": pa.string(),
    "transaction_type": pa.string(),
    "line_type": pa.string(),
    "is_revenue": pa.bool_(),
    "customer_key": pa.string(),
    "quantity": MONEY,
    "net_amount_excl_tax_reporting": MONEY,
    "tax_amount_reporting": MONEY,
    "gross_amount_incl_tax_reporting": MONEY,
    "discount_amount_incl_tax_reporting": MONEY,
}
SCHEMA = pa.schema(COLUMNS)


def sold(number: int, day: date, net: str, **other: object) -> dict[str, object]:
    amount = Decimal(net)
    return {
        "sales_line_id": f"{number:064d}",
        "business_date": day,
        "channel": "store",
        "source_system": "cashmere",
        "document_type": "ticket",
        "source_document_id": f"T{number}",
        "transaction_type": "sale" if amount > 0 else "return",
        "line_type": "product",
        "is_revenue": True,
        "customer_key": f"cashmere:C{number}",
        "quantity": Decimal(1 if amount > 0 else -1),
        "net_amount_excl_tax_reporting": amount,
        "tax_amount_reporting": amount * Decimal("0.2"),
        "gross_amount_incl_tax_reporting": amount * Decimal("1.5"),
        "discount_amount_incl_tax_reporting": amount * Decimal("0.3"),
    } | other


def version(
    folder: Path,
    months: Mapping[date, Sequence[dict[str, object]]],
    *,
    day: date = date(2026, 4, 3),
    period: Period = "month",
) -> Reader:
    """Write a version whose files begin on some days, and open it."""
    folder.mkdir()
    parts = []
    for month, rows in months.items():
        name = f"unified_sales-{month}.parquet"
        pq.write_table(pa.Table.from_pylist(list(rows), schema=SCHEMA), folder / name)
        told = hash(str([sorted(row.items()) for row in rows]))
        parts.append(
            PublishedPart(
                file=name, starts=month, bytes=1, sha256=f"{told:x}", rows=len(rows), hashes=(told, 0), sums={}
            )
        )
    table = PublishedTable(parts=tuple(parts), period=period, rows=1, digest="d", digest_by="test", sums={}, columns=())
    manifest = Manifest(
        version="v000001",
        created_at=datetime(2026, 4, 4, tzinfo=UTC),
        delivery_day=day,
        tables={"unified_sales": table},
    )
    manifest.write(folder)
    return Reader(folder, (folder / FILE).open("rb"), memory="100MB", threads=1)


def moved(
    tmp_path: Path, before: Sequence[dict[str, object]], after: Sequence[dict[str, object]]
) -> dict[str, Decimal]:
    with version(tmp_path / "old", {MARCH: before}) as old, version(tmp_path / "new", {MARCH: after}) as new:
        found = moves(figures(old, [MARCH]), figures(new, [MARCH]))
    return {move.metric: move.difference for move in found}


def test_a_line_more_moves_every_figure_that_counts_it(tmp_path: Path) -> None:
    one, two = sold(1, MARCH, "100"), sold(2, MARCH, "50")
    assert moved(tmp_path, [one], [one, two]) == {
        "net_sales": Decimal(50),
        "tax": Decimal(10),
        "gross": Decimal(75),
        "discount": Decimal(15),
        "units": Decimal(1),
        "lines": Decimal(1),
        "documents": Decimal(1),
        "customers": Decimal(1),
    }


def test_a_return_moves_returns_as_a_positive_amount_and_brings_no_customer(tmp_path: Path) -> None:
    one, back = sold(1, MARCH, "100"), sold(2, MARCH, "-40")
    found = moved(tmp_path, [one], [one, back])
    assert found["returns"] == 40
    assert found["net_sales"] == -40
    assert "customers" not in found
    assert "gross" not in found


def test_two_customers_who_turn_out_to_be_one_move_customers_alone(tmp_path: Path) -> None:
    lines = [sold(1, MARCH, "100"), sold(2, MARCH, "50")]
    assert moved(tmp_path, lines, [line | {"customer_key": "one"} for line in lines]) == {"customers": Decimal(-1)}


def test_shipping_gift_cards_and_anonymous_buyers_move_nothing_that_does_not_count_them(tmp_path: Path) -> None:
    one = sold(1, MARCH, "100")
    others = [
        sold(2, MARCH, "9", line_type="shipping"),
        sold(3, MARCH, "50", line_type="gift_card_sale", is_revenue=False),
    ]
    assert moved(tmp_path, [one], [one, *others]) == {}


def test_a_channel_that_comes_or_goes_is_compared_with_zero(tmp_path: Path) -> None:
    web = sold(1, MARCH, "100", channel="ecommerce")
    with version(tmp_path / "old", {MARCH: [web]}) as old, version(tmp_path / "new", {MARCH: []}) as new:
        found = moves(figures(old, [MARCH]), figures(new, [MARCH]))
    assert {(move.channel, move.after) for move in found} == {("ecommerce", Decimal(0))}
    assert len(found) == len(METRICS) - 1  # it had no returns


def test_only_months_of_files_that_differ_are_looked_at(tmp_path: Path) -> None:
    february = date(2026, 2, 1)
    months = {february: [sold(1, february, "10")], MARCH: [sold(2, MARCH, "20")], APRIL: [sold(3, APRIL, "30")]}
    changed = months | {MARCH: [sold(2, MARCH, "21")], APRIL: [sold(3, APRIL, "31")]}
    with version(tmp_path / "old", months) as old, version(tmp_path / "new", changed) as new:
        assert changed_months(old, new, until=APRIL) == [MARCH]
        assert changed_months(old, new, until=MAY) == [MARCH, APRIL]
        assert changed_months(old, old, until=MAY) == []


def test_months_of_files_that_differ_in_nothing_that_is_measured_are_not_looked_at(tmp_path: Path) -> None:
    before, after = {MARCH: [sold(1, MARCH, "10")]}, {MARCH: [sold(1, MARCH, "10", sales_line_id="f" * 64)]}
    with version(tmp_path / "old", before) as old, version(tmp_path / "new", after) as new:
        assert changed_months(old, new, until=MAY) == []


def test_what_is_compared_first_is_all_that_the_figures_read() -> None:
    select = sqlglot.parse_one(f"select {', '.join(METRICS.values())} where {NET_SALES}", read="duckdb")
    assert {column.name for column in select.find_all(exp.Column)} <= set(READ)


def test_a_week_across_the_end_of_a_month_concerns_both_months(tmp_path: Path) -> None:
    monday = date(2026, 3, 30)
    before, after = {monday: [sold(1, monday, "10")]}, {monday: [sold(1, monday, "11")]}
    with (
        version(tmp_path / "old", before, period="week") as old,
        version(tmp_path / "new", after, period="week") as new,
    ):
        assert changed_months(old, new, until=MAY) == [MARCH, APRIL]
        assert changed_months(old, new, until=APRIL) == [MARCH]


def test_a_table_that_is_cut_in_another_way_is_compared_as_a_whole(tmp_path: Path) -> None:
    first = {MARCH: [sold(1, MARCH, "10")]}
    with version(tmp_path / "old", first) as old, version(tmp_path / "new", first, period="year") as new:
        assert changed_months(old, new, until=APRIL) == []
    changed = {MARCH: [sold(1, MARCH, "11")]}
    with version(tmp_path / "old2", first) as old, version(tmp_path / "new2", changed, period="year") as new:
        assert changed_months(old, new, until=APRIL) == [MARCH]


def test_a_month_that_is_new_in_a_closed_year_is_looked_at(tmp_path: Path) -> None:
    january = date(2026, 1, 1)
    before, after = {MARCH: [sold(2, MARCH, "20")]}, {january: [sold(1, january, "10")], MARCH: [sold(2, MARCH, "20")]}
    with version(tmp_path / "old", before) as old, version(tmp_path / "new", after) as new:
        assert changed_months(old, new, until=APRIL) == [january]


@pytest.mark.parametrize(
    ("newest", "closed"), [(date(2026, 3, 31), MARCH), (APRIL, APRIL), (date(2026, 12, 31), date(2026, 12, 1))]
)
def test_the_month_of_the_newest_delivery_is_open(tmp_path: Path, newest: date, closed: date) -> None:
    with version(tmp_path / "one", {MARCH: [sold(1, MARCH, "1")]}, day=newest) as reader:
        assert closed_before(reader.manifest) == closed


def test_the_month_after_december_is_january() -> None:
    assert next_month(date(2025, 12, 1)) == date(2026, 1, 1)
    assert next_month(date(2026, 1, 1)) == date(2026, 2, 1)
