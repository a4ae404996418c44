"""Explanations of customers against a real warehouse: every figure of every customer, and the way to them."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from goldline.errors import GoldlineError
from goldline.explain.customer import all_figures, explain_field, find_customer
from goldline.explain.facts import GOLDEN, Customer, read_customers
from goldline.explain.identity import joins
from goldline.explain.told import told_customer, told_figure
from goldline.warehouse.engine import Session

pytestmark = pytest.mark.integration


@pytest.fixture
def customers(session: Session) -> dict[str, Customer]:
    return read_customers(session, [key for (key,) in session.rows(f"select customer_key from {GOLDEN}")])


def test_every_figure_of_every_customer_is_what_its_lines_and_records_give(customers: dict[str, Customer]) -> None:
    figures = {(key, figure.field): figure for key, c in customers.items() for figure in all_figures(c).values()}
    assert len(figures) > 5_000
    assert [place for place, figure in figures.items() if not figure.is_equal] == []
    kinds = {c.stored["segment"] for c in customers.values()}
    assert {"prospect", "occasional", "frequent"} <= kinds
    assert any(len(c.records) > 2 for c in customers.values())
    assert any(c.stored["return_line_count"] for c in customers.values())


def test_the_lines_of_a_sum_are_those_of_the_published_model(session: Session, customers: dict[str, Customer]) -> None:
    customer = max(customers.values(), key=lambda one: len(one.lines))
    outcome = explain_field(customer, "lifetime_value").outcome
    stored = session.rows(
        "select sales_line_id, net_amount_excl_tax_reporting from enriched_model.enriched_model"
        " where customer_key = ? and is_net_sales",
        [customer.key],
    )
    shown = {line.sales_line_id: part for line, part in zip(outcome.lines, outcome.contributions, strict=True)}
    assert shown == dict(stored)
    assert sum(shown.values(), Decimal(0)) == customer.stored["lifetime_value"]


def test_a_stored_figure_that_is_wrong_is_noticed(session: Session, customers: dict[str, Customer]) -> None:
    key = next(key for key, one in customers.items() if one.base)
    session.execute(f"update {GOLDEN} set lifetime_value = lifetime_value + 0.01 where customer_key = ?", [key])
    changed = read_customers(session, [key])[key]
    session.execute(f"update {GOLDEN} set lifetime_value = lifetime_value - 0.01 where customer_key = ?", [key])
    assert not explain_field(changed, "lifetime_value").is_equal
    assert explain_field(changed, "sales_amount").is_equal


def test_a_key_that_was_joined_to_another_is_followed_and_said(session: Session) -> None:
    own, kept = session.rows("select record_key, customer_key from merge.customer_keys where is_redirected order by 1")[
        0
    ]
    found = find_customer(session, own)
    assert (found.customer.key, found.is_redirected) == (kept, True)
    assert told_customer(found)["asked_for"] == own


def test_what_joined_the_records_is_named_with_its_rule_and_day(
    session: Session, customers: dict[str, Customer]
) -> None:
    joined = [customer for customer in customers.values() if len(customer.records) > 1]
    assert joined
    for customer in joined:
        assert joins(customer), customer.key
        for join in joins(customer):
            shown = sorted(e.first_seen_on for e in customer.edges if e.match_rule == join.rule and e.first_seen_on)
            assert join.since in shown[1:]
            assert len(join.records) > 1


def test_nobody_is_explained_under_an_unknown_or_the_anonymous_key(session: Session) -> None:
    with pytest.raises(GoldlineError, match="there is no customer"):
        find_customer(session, "magento:999999999")
    with pytest.raises(GoldlineError, match="nobody in particular"):
        find_customer(session, "anonymous")


def test_a_misspelt_field_names_the_nearest(customers: dict[str, Customer]) -> None:
    customer = next(iter(customers.values()))
    with pytest.raises(GoldlineError, match="did you mean lifetime_value"):
        explain_field(customer, "live_time_value")


def test_no_explanation_shows_a_whole_pseudonym_or_card(session: Session, customers: dict[str, Customer]) -> None:
    whole = {
        value
        for (value,) in session.rows(
            "select distinct identifier_value from merge.customer_identity where identifier_type <> 'source_id'"
        )
    }
    assert any(re.fullmatch(r"\d{13}", value) for value in whole)
    for key in list(customers)[:60]:
        found = find_customer(session, key)
        told = [told_customer(found)]
        told += [told_figure(found, figure, "") for figure in all_figures(found.customer).values()]
        text = json.dumps(told)
        assert [value for value in whole if value in text] == []
