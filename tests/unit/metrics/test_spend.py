"""The file of marketing spend: read exactly, or refused with the line that is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from goldline.errors import GoldlineError
from goldline.metrics.spend import NAME, Spend, read_spend


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / NAME).write_bytes(text.encode(encoding))
    return folder


def test_spend_is_read_exactly(tmp_path: Path) -> None:
    write(tmp_path, "\ufeffmonth,channel,amount\r\n2026-03, ecommerce ,12500.10\r\n2026-03-01,paid search,0\r\n")

    assert read_spend(tmp_path) == (
        Spend(date(2026, 3, 1), "ecommerce", Decimal("12500.10")),
        Spend(date(2026, 3, 1), "paid search", Decimal(0)),
    )


def test_no_file_is_no_spend(tmp_path: Path) -> None:
    assert read_spend(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "the header"),
        ("month;channel;amount\n", 1, "the header"),
        ("month,channel,amount\n2026-03,store\n", 2, "2 columns"),
        ("month,channel,amount\n2026-3,store,1\n", 2, "the month"),
        ("month,channel,amount\n2026-03-15,store,1\n", 2, "the month"),
        ("month,channel,amount\n2026-03,store,1\n2026-04,store,1 000\n", 3, "the amount"),
        ("month,channel,amount\n2026-03,store,-1\n", 2, "the amount"),
        ("month,channel,amount\n2026-03,store,1e9\n", 2, "the amount"),
        ("month,channel,amount\n2026-03,,1\n", 2, "the channel"),
        ("month,channel,amount\n2026-03,=cmd(),1\n", 2, "the channel"),
        ("month,channel,amount\n2026-03,store,1\n2026-03,store,2\n", 3, "twice"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, line: int, what: str) -> None:
    with pytest.raises(GoldlineError, match=what) as caught:
        read_spend(write(tmp_path, text))

    assert caught.value.where == f"{NAME} line {line}"


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldlineError, match="not UTF-8"):
        read_spend(write(tmp_path, "month,channel,amount\n2026-03,été,1\n", "cp1252"))
