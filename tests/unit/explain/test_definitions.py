"""The definitions in words: one for every column, one for every reason."""

from __future__ import annotations

import re

import pytest

from goldline.contracts import load_contracts
from goldline.explain.attributes import DEFINITIONS
from goldline.explain.customer import MAIN
from goldline.explain.facts import GOLDEN
from goldline.explain.identity import GUARDS, RULES
from goldline.explain.reasons import EXCLUSIONS, PRODUCTS
from goldline.home import Home, assets_folder
from goldline.settings import load_settings
from goldline.warehouse.schema_of import column_types


@pytest.fixture(scope="module")
def golden_columns() -> set[str]:
    home = Home(load_settings())
    return {name for name, _ in column_types(home.catalogue, home.contracts, home.settings)[GOLDEN]}


def test_every_column_of_the_golden_customer_has_a_definition_and_no_other_has(golden_columns: set[str]) -> None:
    assert set(DEFINITIONS) == golden_columns


@pytest.mark.parametrize("field", sorted(DEFINITIONS))
def test_a_definition_is_a_sentence(field: str) -> None:
    assert re.fullmatch(r"\S.{15,}\.", DEFINITIONS[field].words)


def test_the_main_figures_are_columns() -> None:
    assert set(MAIN) <= set(DEFINITIONS)


def test_every_reason_for_leaving_a_line_out_has_words() -> None:
    sales = [path.read_text("utf-8") for path in assets_folder().glob("*/*.sql")]
    named = {
        word
        for text in sales
        for case in re.findall(r"case(?:(?!\bend\b).)*end as (?:head_)?exclusion_reason", text, re.DOTALL)
        for word in re.findall(r"(?:then|else) '([a-z_]+)'", case)
    }
    for contract in load_contracts(assets_folder()).values():
        named |= {
            row["exclusion_reason"]
            for rows in contract.settings.values()
            for row in rows
            if row.get("exclusion_reason")
        }
    assert len(named) > 10
    assert named - set(EXCLUSIONS) == set()


def test_every_rule_and_guard_of_identity_has_words() -> None:
    text = (assets_folder() / "merge" / "customer_identity.py").read_text("utf-8")
    rules = re.search(r'"match_rule": "[^"]*: ([^"]*)\.', text)
    assert rules
    assert set(re.findall(r"[a-z_]+", rules[1].replace(" or ", " "))) == set(RULES)
    said = re.search(r'"rejected_because": "([^}]*)"', text)
    assert said
    assert {guard for guard in GUARDS if guard not in said[1]} == set()


def test_every_product_rule_has_words() -> None:
    text = (assets_folder() / "merge" / "product_match.sql").read_text("utf-8")
    assert set(re.findall(r"then '([a-z_]+)'", text)) | {"from_line"} == set(PRODUCTS)
