"""What is kept of a restatement: sealed, bound to exactly its figures, and told in a few lines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from goldline.errors import IntegrityError
from goldline.restate.records import FILE, Cause, File, Move, Restatement
from goldline.restate.review import confirm, confirmation_of
from goldline.restate.words import cause_text, move_text, paragraph, title

MARCH = date(2026, 3, 1)
NOW = datetime(2026, 4, 4, 3, tzinfo=UTC)
MOVE = Move(month=MARCH, channel="store", metric="net_sales", before=Decimal("100.0000"), after=Decimal("1255.5000"))
CORRECTED = File(source="cashmere", name="VENTES_20260328.csv", delivery_day=MARCH, sequence=9, is_correction=True)
CAUSE = Cause(month=MARCH, how="lines", files=(CORRECTED,), lines=3, net_sales=Decimal("1155.5"))


def restated(*moves: Move, **other: object) -> Restatement:
    known = {"compared_with": "v000007", "closed_before": date(2026, 4, 1), "causes": (CAUSE,)}
    return Restatement.model_validate({**known, "moves": moves or (MOVE,), **other})


def test_a_restatement_is_read_back_to_the_cent(tmp_path: Path) -> None:
    restated().write(tmp_path)
    assert Restatement.read(tmp_path) == restated()


def test_a_version_of_an_earlier_release_has_none_and_a_changed_file_is_refused(tmp_path: Path) -> None:
    assert Restatement.read(tmp_path) is None
    restated().write(tmp_path)
    path = tmp_path / FILE
    path.write_text(path.read_text().replace("1255.5000", "1255.6000"))
    with pytest.raises(IntegrityError):
        Restatement.read(tmp_path)


def test_a_confirmation_is_of_exactly_these_figures_against_exactly_this_version(tmp_path: Path) -> None:
    assert confirmation_of(tmp_path, restated()) is None
    confirm(tmp_path, restated(), by="Claire", at=NOW)
    found = confirmation_of(tmp_path, restated(causes=()))
    assert found
    assert (found.by, found.at) == ("Claire", NOW)
    assert confirmation_of(tmp_path, restated(MOVE.model_copy(update={"after": Decimal(1256)}))) is None
    assert confirmation_of(tmp_path, restated(compared_with="v000008")) is None


def test_what_was_loaded_late_counts_as_new_although_its_number_is_old() -> None:
    kept = restated(newest_file=20, missing_files=(7,))
    assert [kept.shows(sequence) for sequence in (6, 7, 20, 21)] == [True, False, True, False]


def test_a_move_and_its_cause_are_said_in_a_line_each() -> None:
    assert move_text(MOVE) == "2026-03 store net sales 100.00 to 1,255.50 (+1,155.50)"
    assert cause_text(CAUSE) == (
        "2026-03: cashmere/VENTES_20260328.csv (delivered again): 3 lines, net sales +1,155.50"
    )
    assert title(restated()) == "2026-03: net sales +1,155.50, 1 figure moved"


def test_a_mail_names_money_first_and_says_how_much_it_leaves_out() -> None:
    lines = [
        Move(month=MARCH, channel=f"c{number}", metric="lines", before=Decimal(1), after=Decimal(2))
        for number in range(9)
    ]
    said = paragraph(restated(*lines, MOVE), moves=3).splitlines()
    assert said[0] == move_text(MOVE)
    assert said[3] == "... and 7 more figures"
    assert said[4].startswith("because of 2026-03: cashmere/VENTES_20260328.csv")


def test_causes_that_are_no_delivery_are_said_as_such() -> None:
    rules = CAUSE.model_copy(update={"how": "rules", "files": ()})
    customers = CAUSE.model_copy(update={"how": "customers"})
    assert "a rule or a setting changed" in cause_text(rules)
    assert "have another customer" in cause_text(customers)
