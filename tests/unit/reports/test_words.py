"""Days as the mail writes them; every sentence in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

from goldline.boards.render import words as render_words
from goldline.reports import words
from goldline.reports.words import day_and_year, heading, long_day, month_name, short_day

SATURDAY = date(2026, 11, 21)


def test_days_and_months_read_as_people_write_them() -> None:
    assert long_day(SATURDAY, "en") == "Saturday 21 November"
    assert short_day(SATURDAY, "fr") == "sam. 21 nov."
    assert day_and_year(date(2025, 11, 22), "fr") == "samedi 22 novembre 2025"
    assert heading(month_name(SATURDAY, "fr")) == "Novembre 2026"


@pytest.mark.parametrize("module", [words, render_words])
def test_every_sentence_is_there_in_both_languages_with_the_same_values(module: Any) -> None:
    texts = yaml.safe_load(Path(module.__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    for name, each in texts.items():
        assert set(each) == {"en", "fr"}, name
        english, french = ({field for _, field, _, _ in Formatter().parse(each[one]) if field} for one in ("en", "fr"))
        assert english == french, name
