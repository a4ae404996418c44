"""Which selects judge each row by itself, and what they look up in other tables."""

from __future__ import annotations

import pytest

from goldline.quality.row_check import Lookup, RowCheck, row_check

LOOKS_UP = """
select lines.* from shop.lines as lines
where not exists (
    select 1 from shop.rates as rates where rates.code = lines.code and lines.day = rates.day and rates.ended is null
)
  and lines.code <> 'none'
"""
RATE = Lookup("shop.rates", "rates", ("rates.code", "rates.day"), ("lines.code", "lines.day"), "rates.ended IS NULL")


def test_what_a_row_must_find_in_another_table_is_read() -> None:
    assert row_check(LOOKS_UP, "shop.lines") == RowCheck("shop.lines", "lines", (RATE,), frozenset())


def test_a_table_may_be_looked_up_in_itself() -> None:
    sql = (
        "select child.* from shop.lines as child"
        " where not exists (select 1 from shop.lines as other where other.id = child.parent)"
    )
    found = row_check(sql, "shop.lines")
    assert found == RowCheck(
        "shop.lines", "child", (Lookup("shop.lines", "other", ("other.id",), ("child.parent",), ""),), frozenset()
    )


@pytest.mark.parametrize(
    "condition",
    [
        "exists (select 1 from shop.rates as rates where rates.code = lines.code)",
        "not exists (select 1 from shop.rates as rates where rates.code > lines.code)",
        "not exists (select 1 from shop.rates as rates where rates.code = lines.code or rates.code is null)",
        "not exists (select 1 from shop.rates as rates where rates.code = 'a')",
        "not exists (select 1 from shop.rates as rates where rates.code = rates.other and code = lines.code)",
        "(not exists (select 1 from shop.rates as rates where rates.code = lines.code) or lines.code = 'none')",
        "lines.code not in (select code from shop.rates)",
    ],
)
def test_what_is_read_in_any_other_way_is_no_lookup(condition: str) -> None:
    found = row_check(f"select lines.* from shop.lines as lines where {condition}", "shop.lines")
    assert found == RowCheck("shop.lines", "lines", (), frozenset({"shop.rates"}))


@pytest.mark.parametrize(
    "sql",
    [
        "select code from shop.lines group by code",
        "select code, count(*) over () from shop.lines",
        "select distinct code from shop.lines",
        "with lines as (select * from shop.lines) select * from lines",
        "select rates.code from shop.rates as rates join shop.lines as lines on lines.code = rates.code",
        "select lines.* from shop.lines as lines join shop.lines as others on others.code = lines.code",
        "select * from shop.lines union all select * from shop.lines",
        LOOKS_UP + " limit 1",
    ],
)
def test_a_select_that_looks_at_more_than_one_row_is_not_taken_apart(sql: str) -> None:
    assert row_check(sql, "shop.lines") is None
