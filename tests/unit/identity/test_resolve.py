"""Identity: compared with a plain union-find on random people, and guard by guard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from goldline.identity import IdentityRules, resolve
from goldline.identity.components import components

IDENTIFIERS: dict[str, pa.DataType] = {
    "customer_record": pa.string(),
    "identifier_type": pa.string(),
    "identifier_value": pa.string(),
    "first_seen_on": pa.date32(),
    "last_seen_on": pa.date32(),
    "is_relay": pa.bool_(),
}


@dataclass(frozen=True)
class Shown:
    record: str
    kind: str
    value: str
    relay: bool = False


def _records(names: dict[str, int]) -> pa.Table:
    return pa.table(
        {
            "customer_record": list(names),
            "founding_key": [f"key-{name}" for name in names],
            "source_system": ["magento"] * len(names),
            "record_type": ["account"] * len(names),
            "source_customer_id": list(names),
            "first_seen_at": [datetime(2020, 1, 1 + day) for day in names.values()],
        }
    )


def _identifiers(shown: list[Shown]) -> pa.Table:
    rows = [
        {
            "customer_record": one.record,
            "identifier_type": f"{one.kind}_hash",
            "identifier_value": one.value,
            "first_seen_on": date(2020, 1, 1),
            "last_seen_on": date(2020, 1, 1),
            "is_relay": one.relay,
        }
        for one in shown
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(IDENTIFIERS))


def _customers(names: dict[str, int], shown: list[Shown], rules: IdentityRules | None = None) -> dict[str, str]:
    """Return the customer key of each record."""
    edges = resolve(_records(names), _identifiers(shown), rules or IdentityRules()).to_pylist()
    return {edge["customer_record"]: edge["customer_key"] for edge in edges if edge["identifier_type"] == "source_id"}


def test_records_that_share_a_card_or_an_email_are_one_customer_with_the_oldest_records_key() -> None:
    found = _customers(
        {"a": 5, "b": 2, "c": 9}, [Shown("a", "email", "e"), Shown("b", "email", "e"), Shown("c", "card", "k")]
    )
    assert found == {"a": "key-b", "b": "key-b", "c": "key-c"}


def test_a_phone_joins_records_that_do_not_contradict_each_other() -> None:
    shown = [Shown("a", "email", "e"), Shown("a", "phone", "p"), Shown("b", "card", "k"), Shown("b", "phone", "p")]
    assert len(set(_customers({"a": 1, "b": 2}, shown).values())) == 1


def test_a_couple_that_shares_a_phone_stays_two_customers() -> None:
    shown = [Shown("a", "email", "e1"), Shown("a", "phone", "p"), Shown("b", "email", "e2"), Shown("b", "phone", "p")]
    assert len(set(_customers({"a": 1, "b": 2}, shown).values())) == 2


def test_two_phones_in_a_row_do_not_join_contradicting_emails_through_a_third_record() -> None:
    shown = [
        Shown("a", "email", "e1"),
        Shown("a", "phone", "p1"),
        Shown("b", "phone", "p1"),
        Shown("b", "phone", "p2"),
        Shown("c", "email", "e2"),
        Shown("c", "phone", "p2"),
    ]
    assert len(set(_customers({"a": 1, "b": 2, "c": 3}, shown).values())) == 3


def test_a_phone_of_more_than_three_people_identifies_nobody() -> None:
    shown = [Shown(name, "phone", "p") for name in "abcd"]
    assert len(set(_customers(dict.fromkeys("abcd", 1), shown).values())) == 4


def test_placeholders_and_relay_addresses_identify_nobody_and_say_so() -> None:
    names = {"a": 1, "b": 2, "c": 3, "d": 4}
    shown = [Shown("a", "email", "k1:nobody"), Shown("b", "email", "k1:nobody")]
    shown += [Shown("c", "email", "r", relay=True), Shown("d", "email", "r")]
    rules = IdentityRules(placeholders=frozenset({"nobody"}))
    assert len(set(_customers(names, shown, rules).values())) == 4
    edges = resolve(_records(names), _identifiers(shown), rules).to_pylist()
    assert {edge["rejected_because"] for edge in edges} == {None, "placeholder", "relay_address"}


def test_an_email_shared_by_too_many_records_identifies_nobody() -> None:
    names = {f"r{n}": 1 for n in range(21)}
    assert len(set(_customers(names, [Shown(name, "email", "shop") for name in names]).values())) == 21


def test_a_group_above_the_cap_is_left_apart() -> None:
    names = {f"r{n}": 1 for n in range(10)}
    chain = [Shown(f"r{n}", "email", f"e{n}") for n in range(10)] + [
        Shown(f"r{n + 1}", "email", f"e{n}") for n in range(9)
    ]
    assert len(set(_customers(names, chain).values())) == 10


people = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 20), min_size=n, max_size=n),
        st.lists(st.tuples(st.integers(0, n - 1), st.sampled_from(("email", "card")), st.integers(0, 5)), max_size=14),
    )
)


@settings(max_examples=40, deadline=None)
@given(people, st.randoms(use_true_random=False))
def test_the_result_is_that_of_a_union_find_whatever_the_order_of_arrival(
    drawn: tuple[list[int], list[tuple[int, str, int]]], random: object
) -> None:
    days, edges = drawn
    names = {f"r{n}": day for n, day in enumerate(days)}
    shown = list({Shown(f"r{record}", kind, f"{kind}{value}") for record, kind, value in edges})
    rules = IdentityRules(max_identifiers=1000)
    expected = _union_find(names, shown)
    assert _customers(names, sorted(shown, key=str), rules) == expected
    assert _customers(dict(reversed(names.items())), sorted(shown, key=str, reverse=True), rules) == expected


def _union_find(names: dict[str, int], shown: list[Shown]) -> dict[str, str]:
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    holders: dict[str, str] = {}
    for one in shown:
        other = holders.setdefault(one.value, one.record)
        parent[root(one.record)] = root(other)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(root(name), []).append(name)
    oldest = {key: min(group, key=lambda n: (names[n], f"key-{n}")) for key, group in groups.items()}
    return {name: f"key-{oldest[root(name)]}" for name in names}


def test_components_are_labelled_by_their_smallest_node() -> None:
    import numpy as np

    labels = components(np.array([4, 1]), np.array([2, 0]), 6)
    assert labels.tolist() == [0, 0, 2, 3, 2, 5]
