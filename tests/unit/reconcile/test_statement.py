"""The statement as values and as text: sums, the verdict, and that nothing in it can break out of its format."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from goldline.reconcile.gate import Gap
from goldline.reconcile.lines import Line
from goldline.reconcile.page import as_html
from goldline.reconcile.reading import ENTRY, read_statement
from goldline.reconcile.statement import (
    MEASURES,
    STATIONS,
    Amounts,
    Block,
    FileLine,
    Period,
    SourceTotal,
    Statement,
    Step,
)
from goldline.reconcile.text import MOST_MONTHS, as_csv, as_markdown

NASTY = '<script>alert("x")</script>|`*'


def amounts(rows: int, net: str = "0") -> Amounts:
    return Amounts(rows, (Decimal(0), Decimal(0), Decimal(net), Decimal(0), Decimal(0)))


def line(day: date, *, residual: int = 0, store: str = "cashmere:001") -> FileLine:
    rows = dict.fromkeys(STATIONS, 0) | {"received": 10, "quarantined": 1, "unreadable": 1, "unified": 8}
    return FileLine("cashmere", day, "VENTES", store, "EUR", rows, Decimal("12.50"), residual, Decimal(residual))


STATEMENT = Statement(
    title="cashmere",
    blocks=(
        Block(
            "cashmere",
            "EUR",
            (Step("received", "", amounts(10, "1234.5")), Step("excluded", "void_line", amounts(2, "-3.25"))),
        ),
    ),
    lines=(line(date(2026, 3, 28)),),
    totals=(SourceTotal("cashmere", "closing", 3, 0, Decimal(5), Decimal(4), 1),),
    cells=7,
)


def test_amounts_add_up_measure_by_measure() -> None:
    assert amounts(2, "1.10") + amounts(3, "-0.05") == amounts(5, "1.05")
    assert not Amounts()
    assert amounts(0, "0.01")
    assert amounts(-1)


def test_the_verdict_says_that_nothing_is_left_over_only_where_every_cell_closes() -> None:
    assert STATEMENT.verdict == "residual 0 in all 7 cells: 10 rows received, all accounted for"
    open_one = replace(STATEMENT, failing=1, residual=amounts(1, "-2.5"))
    assert not open_one.is_closed
    assert open_one.verdict == "1 of 7 cells don't close: 1 rows, net -2.50 left over"
    assert Statement("empty").verdict == "nothing was delivered in this period"


def test_a_step_says_how_it_leads_to_the_next_sum() -> None:
    assert (Step("received", "", Amounts()).sign, Step("quarantined", "", Amounts()).sign) == ("=", "-")
    assert Step("excluded", "priced_by_parent", Amounts()).label == "excluded: priced by parent"


@pytest.mark.parametrize(
    ("period", "where"),
    [
        (Period(), "true"),
        (Period(source="magento"), "source_system = 'magento'"),
        (
            Period(first=date(2026, 3, 1), last=date(2026, 3, 31)),
            "delivery_date >= date '2026-03-01' and delivery_date <= date '2026-03-31'",
        ),
    ],
)
def test_a_period_limits_what_is_read(period: Period, where: str) -> None:
    assert period.where() == where


def test_csv_keeps_every_decimal_and_disarms_formulas() -> None:
    row = ("=cmd()", date(2026, 3, 28), "VENTES", 7, None, "s", "EUR", "sales", None, -3, *(Decimal("-0.1250"),) * 5)
    header, read = csv.reader(io.StringIO(as_csv([row])))
    assert tuple(header) == ENTRY
    assert read[:5] == ["'=cmd()", "2026-03-28", "VENTES", "7", ""]
    assert read[9:] == ["-3", *["-0.1250"] * 5]


class Tags(HTMLParser):
    """Collects the tags and the addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_escapes_what_it_is_given_and_loads_nothing() -> None:
    nasty = replace(STATEMENT, title=NASTY, lines=(line(date(2026, 3, 28), store=NASTY),))
    page = as_html(nasty, version=NASTY, notes=[NASTY])
    read = Tags()
    read.feed(page)
    assert read.tags == {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "p",
        "table",
        "thead",
        "tbody",
    } | {*("tr", "th", "td")}
    assert read.addresses == []
    assert "1,234.50" in page
    assert 'class="verdict"' in page


def test_the_page_shows_what_is_open() -> None:
    page = as_html(replace(STATEMENT, failing=1, lines=(line(date(2026, 3, 28), residual=2),)))
    assert 'class="verdict open"' in page
    assert "<tr class='open'>" in page


def test_markdown_groups_by_month_and_disarms_markup() -> None:
    text = as_markdown(
        replace(STATEMENT, lines=(line(date(2026, 3, 28)), line(date(2026, 3, 29)), line(date(2026, 2, 1))))
    )
    assert "| 2026-03 | cashmere | 20 | 4 |" in text
    assert "| 2026-02 | cashmere | 10 | 2 |" in text
    nasty = as_markdown(replace(STATEMENT, blocks=(Block(NASTY, "EUR", ()),)))
    assert "<script" not in nasty.replace("\\<script", "")


def test_markdown_of_many_years_stays_short() -> None:
    days = [line(date(2000 + number // 12, 1 + number % 12, 1)) for number in range(200)]
    text = as_markdown(replace(STATEMENT, lines=tuple(days), blocks=()))
    assert text.count("cashmere") == MOST_MONTHS
    assert "Earlier months" in text


def test_a_gap_names_table_day_file_rows_amount_and_lines_but_not_too_many() -> None:
    lines = tuple(
        Line("is missing", "cashmere", "VENTES_20260328.csv", n, f"document {n}, line 1", "ab" * 32) for n in range(9)
    )
    gap = Gap(
        "merge.unified_sales", "rows changed", "cashmere", date(2026, 3, 28), "VENTES", -9, Decimal("-12.5"), lines
    )
    said = str(gap)
    assert said.startswith("merge.unified_sales (cashmere 2026-03-28 VENTES): rows changed: -9 rows, net -12.50 [")
    assert (
        "cashmere VENTES_20260328.csv line 4, line " + "ab" * 32 + " (document 4, line 1): is missing; and more]"
        in said
    )


def test_a_day_with_nothing_but_a_residual_has_a_line_of_its_own() -> None:
    day = date(2026, 3, 28)

    def ask(sql: str) -> list[tuple[object, ...]]:
        if "count(*)" in sql:
            return [(4, 1, 1, *(Decimal(1) for _ in MEASURES))]
        if "residuals" in sql:
            return [(day, "cashmere", "all", "all", "EUR", 1, Decimal(5))]
        return []

    statement = read_statement(ask, Period(), with_totals=False)
    assert [(one.day, one.residual_rows, one.residual_amount) for one in statement.lines] == [(day, 1, Decimal(5))]
    assert statement.failing == 1
