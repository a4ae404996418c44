"""Filters are one to one with the query string, and wrong ones are told what to write."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldline.errors import GoldlineError
from goldline.metrics.filters import MEMBERS, Filters

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(
    members=st.dictionaries(st.sampled_from(MEMBERS), st.lists(texts, min_size=1, max_size=3).map(tuple)),
    dates=st.none() | st.tuples(st.dates(date(2000, 1, 1)), st.dates(date(2000, 1, 1))).map(sorted),
    every=st.none() | st.sampled_from(["day", "week", "month", "year"]),
    compare=st.sampled_from(["previous", "last_year", "none"]),
    like=st.booleans(),
)
def test_a_query_string_reads_back_as_the_filters_that_wrote_it(
    members: dict[str, tuple[str, ...]], dates: list[date] | None, every: str | None, compare: str, like: bool
) -> None:
    start, end = dates or (None, None)
    filters = Filters().with_(**members, start=start, end=end, every=every, compare=compare, like_for_like=like)

    assert Filters.from_query(parse_qs(filters.to_query())) == filters


def test_the_query_string_is_canonical() -> None:
    one = Filters.from_query({"shop": ["b", "a", "a"], "from": "2026-01-02", "to": "2026-03-04"})
    other = Filters.from_query(
        {"to": ["2026-03-04"], "from": ["2026-01-02"], "shop": ["a", "b"], "compare": ["previous"]}
    )

    assert one == other
    assert hash(one) == hash(other)
    assert one.to_query() == "from=2026-01-02&shop=a&shop=b&to=2026-03-04"
    assert Filters().to_query() == ""


def test_an_empty_value_counts_as_not_given() -> None:
    assert Filters.from_query({"year": "", "shop": ["", "a"]}) == Filters(shop=("a",))


def test_keys_of_the_caller_can_be_left_alone() -> None:
    assert Filters.from_query({"lang": "fr", "year": "2026"}, ignore=frozenset({"lang"})) == Filters(year=2026)


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"shops": "a"}, "no filter 'shops'"),
        ({"start": "2026-01-01"}, "no filter 'start'"),
        ({"year": "26 "}, "filter year"),
        ({"year": "١٩٩٩"}, "filter year"),
        ({"year": "0001"}, "filter year"),
        ({"month": "3"}, "filter month"),
        ({"year": "2026", "month": "13"}, "filter month"),
        ({"year": ["2026", "2025"]}, "filter year"),
        ({"from": "28/03/2026"}, "filter from"),
        ({"from": "2026-02-30"}, "filter from"),
        ({"from": "20260328"}, "filter from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "filter to"),
        ({"year": "2026", "from": "2026-03-02"}, "filter year"),
        ({"every": "hour"}, "filter every"),
        ({"compare": "yesterday"}, "filter compare"),
        ({"like_for_like": "perhaps"}, "filter like_for_like"),
        ({"shop": "a" * 201}, "filter shop"),
        ({"shop": "a\x00"}, "filter shop"),
        ({"shop": [str(n) for n in range(501)]}, "filter shop"),
    ],
)
def test_a_wrong_filter_names_its_key_and_says_what_to_write(query: dict[str, str | list[str]], key: str) -> None:
    with pytest.raises(GoldlineError) as caught:
        Filters.from_query(query)

    assert key in str(caught.value)
    assert caught.value.remedy
