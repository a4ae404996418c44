from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldline.landing.names import ignored, not_allowed, objection, shown

HOSTILE = [
    "../VENTES_20260328.csv",
    "..",
    "/etc/passwd",
    "a/b.csv",
    "..\\VENTES_20260328.csv",
    "VENTES_20260328.csv\0.txt",
    "VENTES_20260328.csv\n",
    "VENTES\x1b[2J_20260328.csv",
    "VENTES_20260328\u202evsc.exe",
    "VENTES_\u206620260328\u2069.csv",
    "VENTES_20260328\u200b.csv",
    "VENTES_\udcff20260328.csv",
    "VENTES_\ud80020260328.csv",
    "VENTES_\u066220260328.csv",
    "VENT\u0415S_20260328.csv",
    "V" * 197 + ".csv",
    "é" * 101,
    "-rf.csv",
    " VENTES_20260328.csv",
    "VENTES_20260328.csv ",
    "VENTES_20260328.csv.",
    "VENTES_20260328.csv;rm -rf ~",
    "VENTES_$(id).csv",
    "VENTES_*.csv",
    "VENTES_20260328.csv|cat",
    "=cmd.csv",
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_never_accepted(name: str) -> None:
    assert objection(name) or not_allowed(name)


@pytest.mark.parametrize(
    "name", ["VENTES_20260328.csv", "sales_order_20260404.csv", "Ventes du jour 20260328 (2).csv", "a"]
)
def test_an_ordinary_name_is_accepted(name: str) -> None:
    assert objection(name) is None
    assert not_allowed(name) is None
    assert not ignored(name)


@pytest.mark.parametrize("name", [".hidden", "x.csv.done", "x.csv.part", "x.csv.FILEPART", "x.tmp"])
def test_hidden_files_markers_and_uploads_in_progress_are_passed_over(name: str) -> None:
    assert ignored(name)


@given(st.text(st.characters(), max_size=250))
def test_an_accepted_name_is_short_plain_ascii_without_any_path(name: str) -> None:
    if objection(name) is None and not_allowed(name) is None:
        assert name.isascii()
        assert name.isprintable()
        assert len(name) <= 200
        assert not set(name) & set("/\\\0")


@given(st.text(st.characters(), max_size=300))
def test_a_shown_name_can_always_be_printed(name: str) -> None:
    assert shown(name).isprintable()
    assert len(shown(name)) <= 200
    shown(name).encode("utf-8")
