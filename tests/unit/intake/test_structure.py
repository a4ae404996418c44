"""The form of a file: strict, and every record's physical line is right."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldline.contracts import Contract, Feed
from goldline.errors import DeliveryRefused
from goldline.intake.structure import read_records

FEED = {"file": "f_{day}.csv", "grain": "a row", "columns": {"a": "text", "b": "text"}}
CONTRACT = Contract.model_validate(
    {
        "source": "s",
        "title": "S",
        "channel": "store",
        "dialect": {
            "delimiter": ";",
            "encodings": ["utf-8", "cp1252"],
            "decimal_mark": ",",
            "date_format": "dd/mm/yyyy",
        },
        "forbidden_columns": ["email"],
        "feeds": {"f": {**FEED, "name": "f"}},
    }
)
CONTRACT_FEED: Feed = CONTRACT.feeds["f"]


def _read(data: bytes) -> object:
    return read_records(data, CONTRACT, CONTRACT_FEED, "f_20260101.csv")


texts = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), include_characters='\n";'), max_size=8
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(texts, texts), max_size=8), st.sampled_from(("\n", "\r\n")))
def test_whatever_a_correct_writer_writes_is_read_with_each_records_line(rows: list[tuple[str, str]], end: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(("a", "b"))
    expected = []
    for row in rows:
        expected.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    if re.search(
        "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd\ufffe\uffff]|[\u00c2\u00c3][\u0080-\u00bf]|\u00e2\u20ac",
        out.getvalue(),
    ):
        return
    records = read_records(out.getvalue().encode(), CONTRACT, CONTRACT_FEED, "f_20260101.csv")
    assert records.lines.tolist() == expected
    body = csv.reader(io.StringIO(records.body.decode(), newline=""), delimiter=";", strict=True)
    assert [tuple(row) for row in body] == rows


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 200))
def test_every_proper_prefix_of_a_file_is_refused_or_ends_with_a_whole_line(cut: int) -> None:
    data = b'a;b\r\n1;"x;y"\r\n2;"line\r\nbreak"\r\n3;""""\r\n'
    prefix = data[:cut]
    try:
        records = read_records(prefix, CONTRACT, CONTRACT_FEED, "f_20260101.csv")
    except DeliveryRefused:
        return
    assert prefix.endswith(b"\r\n")
    assert len(records.lines) <= 3


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"a;b\n1;2", "line 2, column 2"),
        (b"a;b\n1;2;3\n", "line 2, column 2"),
        (b"a;b\n\n1;2\n", "line 2, column 1: the line is blank"),
        (b'a;b\n1;"2\n', "line 2, column 2: a quoted field is never closed"),
        (b'a;b\n1;x"y"\n', "line 2, column 2: a quote stands in the middle"),
        (b'a;b\n1;"x"y\n', "line 2, column 2: text follows a closing quote"),
        (b"a;b\r\n1;2\n", "line 2, column 2: line ends are mixed"),
        (b"a;b\n1;\x002\n", "line 2, column 2: control character 0x00"),
        (b"a;b\n1;\x81\n", "line 2, column 2: byte 6 (0x81)"),
        ("a;b\n1;Ã©\n".encode(), "line 2, column 2: characters were encoded twice"),
        ("a;b\n1;x\u200b\n".encode(), "line 2, column 2: invisible or replacement character U+200B"),
        ("a;b\n1;2\n".encode("utf-16"), "UTF-16"),
        (b"A;b\n1;2\n", "expected column 'a' is missing; found 'A'"),
        (b"a;a;b\n1;2;3\n", "the column stands twice"),
        (b"a;b;email\n1;2;3\n", "column email: the column holds data that must not be delivered"),
        (b"a,b\n1,2\n", "fields are separated by ','; expected ';'"),
    ],
)
def test_a_broken_form_refuses_the_file_and_says_where(data: bytes, says: str) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        _read(data)
    assert says in str(refused.value)
    assert str(refused.value).startswith("f_20260101.csv")
