"""What a contract may say of opening days, and what it may not."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from goldline.contracts import Arrivals


def arrivals(**stated: object) -> Arrivals:
    return Arrivals.model_validate(stated)


@pytest.mark.parametrize(
    ("stated", "is_closed"),
    [
        ({}, False),
        ({"holidays": ["03-29"]}, True),
        ({"weekdays": ["mon"]}, True),
        ({"weekdays": ["sun"]}, False),
        ({"weekdays": ["sun"], "holidays": ["03-29"]}, True),
        ({"holidays": ["03-29"], "exceptions": [{"first": "2026-03-29", "open": True}]}, False),
        ({"exceptions": [{"first": "2026-03-01", "last": "2026-03-31"}]}, True),
        ({"exceptions": [{"first": "2026-03-29", "shop": "001"}]}, False),
        ({"shops": {"001": ["mon"]}}, False),
    ],
)
def test_a_day_is_closed_for_all_by_the_most_particular_rule_about_all(
    stated: dict[str, object], is_closed: bool
) -> None:
    assert arrivals(**stated).closes_all(date(2026, 3, 29)) is is_closed  # a Sunday


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"holidays": ["02-30"]}, "02-30 is no day of a year"),
        ({"holidays": ["1 May"]}, "pattern"),
        ({"weekdays": ["lundi"]}, "'mon'"),
        ({"exceptions": [{"first": "2026-03-29", "last": "2026-03-28"}]}, "the last day is before the first one"),
        ({"closed_on": ["sun"]}, "Extra inputs"),
    ],
)
def test_what_is_no_day_is_refused_in_words(stated: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        arrivals(**stated)


def test_the_day_that_only_leap_years_have_is_a_day() -> None:
    assert arrivals(holidays=["02-29"]).closes_all(date(2028, 2, 29))
