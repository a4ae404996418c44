"""Query results as table, CSV and JSON: values exact, null and empty text apart."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from goldline.errors import GoldlineError
from goldline.publish.format import as_csv, as_json, as_table

RESULT = pa.table(
    {
        "amount": pa.array([Decimal("12345678901234567.10"), None], pa.decimal128(38, 2)),
        "label": ["a, \"b\"\n[red]", ""],
        "day": [date(2026, 4, 4), None],
        "at": pa.array([datetime(2026, 4, 4, 10, tzinfo=UTC), None]),
        "n": pa.array([Decimal(12), None], pa.decimal128(38, 0)),
        "ok": [True, None],
        "tags": [["x", "y"], None],
    }
)  # fmt: skip


def test_csv_keeps_values_exact_and_null_apart_from_empty() -> None:
    assert as_csv(RESULT) == (
        "amount,label,day,at,n,ok,tags\r\n"
        '12345678901234567.10,"a, ""b""\n[red]",2026-04-04,2026-04-04T10:00:00+00:00,'
        '12,true,"[""x"", ""y""]"\r\n'
        ',"",,,,,\r\n'
    )


@given(st.lists(st.tuples(st.text(), st.text()), max_size=4))
def test_csv_is_read_back_as_it_was(rows: list[tuple[Any, ...]]) -> None:
    table = pa.table(
        {"a": pa.array([a for a, _ in rows], pa.string()), "b": pa.array([b for _, b in rows], pa.string())}
    )
    _, *found = csv.reader(io.StringIO(as_csv(table), newline=""))
    assert [tuple(row) for row in found] == rows


def test_json_writes_decimals_as_text_and_times_in_iso() -> None:
    first, second = json.loads(as_json(RESULT))
    assert first == {
        "amount": "12345678901234567.10",
        "label": 'a, "b"\n[red]',
        "day": "2026-04-04",
        "at": "2026-04-04T10:00:00+00:00",
        "n": 12,
        "ok": True,
        "tags": ["x", "y"],
    }
    assert second["amount"] is None
    assert second["label"] == ""


def test_json_has_no_numbers_that_json_does_not_know() -> None:
    assert json.loads(as_json(pa.table({"f": [float("nan"), float("inf"), 1.5]}))) == [
        {"f": "nan"}, {"f": "inf"}, {"f": 1.5},
    ]  # fmt: skip


def test_json_refuses_two_columns_of_one_name() -> None:
    with pytest.raises(GoldlineError, match="two columns are called a"):
        as_json(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]))


def test_the_table_shows_markup_as_text_and_null_as_such() -> None:
    written = io.StringIO()
    console = Console(width=200, file=written, color_system=None)
    console.print(as_table(RESULT, title="All [bold]"))
    shown = written.getvalue()
    assert "[red]" in shown
    assert "12345678901234567.10" in shown
    assert "∅" in shown
