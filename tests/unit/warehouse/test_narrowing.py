"""Selects in place of the tables that a statement reads."""

from __future__ import annotations

from goldline.warehouse.narrowing import narrowed

SQL = (
    "with lines as not materialized (select * from shop.lines) select * from lines join shop.lines_kept as kept on true"
)


def test_only_the_named_table_is_narrowed_and_few_rows_are_looked_up_once() -> None:
    assert narrowed(SQL, {"shop.lines": "select 1"}) == (
        "with lines as (select * from (select 1) as lines) select * from lines join shop.lines_kept as kept on true"
    )


def test_a_statement_that_reads_whole_tables_stays_as_it_is_written() -> None:
    assert narrowed(SQL, {}) == SQL
