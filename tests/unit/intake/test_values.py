"""A text is checked once, however many rows say it: rows get what they would get if each were looked at by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goldline.contracts import Contract
from goldline.intake import values
from goldline.intake.check import CheckedFeed, Checker
from goldline.intake.structure import read_records
from goldline.landing.history import Entry

COLUMNS: dict[str, Any] = {
    "id": "integer!",
    "amount": "decimal(10,2)",
    "tax": "decimal(10,2)!",
    "day": "date",
    "at": "timestamp",
    "hour": "time",
    "shop": {"type": "code", "length": 6},
    "kind": {"type": "code", "values": ["a", "b"]},
    "is_on": {"type": "flag", "values": ["O", "N"]},
    "ean": "ean",
    "note": "text",
    "zone": "timezone",
    "other_zone": "timezone",
    "later": "code?",
}
CONTRACT = Contract.model_validate(
    {
        "source": "shop",
        "title": "A shop",
        "channel": "store",
        "dialect": {
            "delimiter": ";",
            "encodings": ["utf-8"],
            "decimal_mark": ",",
            "date_format": "dd/mm/yyyy",
            "nulls": ["", "NULL"],
        },
        "feeds": {
            "sold": {
                "name": "sold",
                "file": "sold_{day}.csv",
                "grain": "one row per line",
                "max_bad_rows": 1_000,
                "columns": COLUMNS,
            }
        },
    }
)
FEED = CONTRACT.feeds["sold"]
GOOD: dict[str, list[str]] = {
    "id": ["1", "-20", "0"],
    "amount": ["", "1,5", "-2,00", "3,10-", "1 234,56", "NULL"],
    "tax": ["0,20", "1"],
    "day": ["", "29/02/2024", "01/12/2026"],
    "at": ["", "28/11/2026 08:00:00"],
    "hour": ["", "23:59:59"],
    "shop": ["", "A1", "B/2"],
    "kind": ["", "a", "b"],
    "is_on": ["", "O", "N"],
    "ean": ["", "12345678"],
    "note": ["", "ok", "é"],
    "zone": ["", "Europe/Paris"],
    "other_zone": ["", "UTC"],
}
BAD = ["x", "1,234", "01", "30/02/2024", "24:00:00", "toolongcode", "c", "Y", "3,7E+11", "Mars/Base", "a@b.example"]
NAMES = list(GOOD)


def entry(sequence: int) -> Entry:
    return Entry(
        sequence=sequence,
        source="shop",
        feed="sold",
        delivery_date=date(2026, 3, 27 + sequence),
        name=f"sold_202603{27 + sequence}.csv",
        sha256="0" * 64,
        size=1,
        received_at=datetime(2026, 3, 30, tzinfo=UTC),
    )


def checked(files: list[list[list[str]]], *, extra: tuple[str, ...] = ()) -> CheckedFeed:
    """Check files of rows of texts."""
    header = ";".join([*extra, *NAMES])
    records = [
        (
            entry(number),
            read_records(
                "\n".join([header, *(";".join(row) for row in rows), ""]).encode(), CONTRACT, FEED, f"file {number}"
            ),
        )
        for number, rows in enumerate(files, 1)
    ]
    checker = Checker(CONTRACT, memory="256MB", threads=2)
    try:
        return checker.check(FEED, records)
    finally:
        checker.close()


def told(found: CheckedFeed) -> tuple[object, ...]:
    """Everything that checking says, as plain values."""
    files = [(f.faults, f.bad_lines, f.left_out, f.clear) for f in found.files.values()]
    return found.rows.schema, found.rows.to_pylist(), files


row = st.tuples(*(st.sampled_from(GOOD[name]) | st.sampled_from(BAD) for name in NAMES)).map(list)
usual = st.tuples(*(st.sampled_from(GOOD[name]) for name in NAMES)).map(list)


@given(files=st.lists(st.lists(row | usual, max_size=12), min_size=1, max_size=3))
@example(files=[[[GOOD[name][-1] for name in NAMES]] * 3, []])
@settings(max_examples=25, deadline=None)
def test_rows_get_what_each_would_get_by_itself(files: list[list[list[str]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(values, "FEW_ROWS", 10**9)
        by_itself = told(checked(files))
        patch.setattr(values, "FEW_ROWS", 0)
        assert told(checked(files)) == by_itself


@pytest.mark.parametrize("few", [0, 10**9])
def test_values_and_faults_are_those_of_their_rows(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "FEW_ROWS", few)
    good = [GOOD[name][1] for name in NAMES]
    rows = [[str(number), *good[1:]] for number in range(1, 9)]
    rows[3][NAMES.index("amount")] = "1,234"
    rows[5][NAMES.index("tax")] = ""
    rows[6][NAMES.index("amount")] = ""
    found = checked([rows])
    assert found.rows["id"].to_pylist() == list(range(1, 9))
    assert found.rows["is_faulty"].to_pylist() == [number in (4, 6) for number in range(1, 9)]
    assert [(fault.line, fault.column) for fault in found.files[1].faults] == [(5, "amount"), (7, "tax")]
    assert found.good_rows([1])["amount"].to_pylist() == [Decimal("1.50")] * 4 + [None, Decimal("1.50")]
    assert found.rows["later"].type == pa.string()
    assert found.rows["later"].null_count == 8


def test_what_a_large_batch_says_keeps_its_order() -> None:
    good = [GOOD[name][1] for name in NAMES]
    files = [[[str(100_000 * file + number), *good[1:]] for number in range(40_000)] for file in (1, 2)]
    found = checked(files)
    ids = np.array([int(row[0]) for rows in files for row in rows])
    assert bool((found.rows["id"].to_numpy() == ids).all())
    assert not found.rows["is_faulty"].to_numpy().any()


def test_columns_that_the_contract_does_not_name_may_have_any_name() -> None:
    """Names that differ in nothing but case are one name in SQL; so would be those that Goldline itself adds."""
    extra = ("ID", "sequence", "Line_Number", "is_faulty", "text_0", "")
    good = [GOOD[name][1] for name in NAMES]
    found = checked([[["x", "7", "8", "9", "y", "z", *good]]], extra=extra)
    (only,) = found.rows.to_pylist()
    assert (only["id"], only["sequence"], only["line_number"], only["is_faulty"]) == (-20, 1, 2, False)
    assert set(only) == {*values.META, *COLUMNS, "is_faulty", "is_clear"}


@pytest.mark.parametrize("few", [0, 10**9])
@pytest.mark.parametrize(
    ("extra", "where"),
    [(("mail",), "column mail"), (("ID",), "column ID"), (("",), "column 1"), (("Foo", "foo"), "foo")],
)
def test_personal_data_in_a_column_that_the_contract_does_not_name_is_found(
    extra: tuple[str, ...], where: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "FEW_ROWS", few)
    good = [GOOD[name][1] for name in NAMES]
    rows = [[*([""] * len(extra)), *good], [*["x", "claire@example.org"][-len(extra) :], *good]]
    found = checked([rows], extra=extra)
    assert found.files[1].clear.startswith("line 3, ")
    assert found.files[1].clear.endswith(f"{where}: found what looks like an e-mail address in clear")


def test_a_row_is_said_once_to_name_no_time_zone() -> None:
    good = [GOOD[name][1] for name in NAMES]
    row = [*good[: NAMES.index("zone")], "Mars/Base", "Mars/Other"]
    assert [(fault.line, fault.column) for fault in checked([[good, row]]).files[1].faults] == [(3, "zone")]
