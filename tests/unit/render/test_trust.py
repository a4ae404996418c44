"""The trust stamp in words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.unit.render.sample import STAMP


def test_the_sentence_says_day_version_checks_residual_who_and_when() -> None:
    assert STAMP.sentence("en") == (
        "Data to 21 Nov 2026 · version v000012 · 229 of 232 (3 warn) checks passed · residual 0"
        " · made 22 Nov 2026, 04:12 CET by marie"
    )


def test_it_speaks_french() -> None:
    assert dict(STAMP.lines("fr"))["Version"] == "v000012"
    assert "établi le 22 nov. 2026" in STAMP.sentence("fr")


def test_a_residual_is_not_hidden() -> None:
    off = replace(STAMP, residual_rows=3, residual_amount=Decimal("12.5"))
    assert "residual €12.50 in 3 rows" in off.sentence("en")


def test_a_version_without_checks_says_so() -> None:
    unchecked = replace(STAMP, checks=0, passed=0, warned=0, residual_rows=None)
    assert "none recorded" in unchecked.sentence("en")
    assert "not published" in unchecked.sentence("en")
