"""What roles and limits give together: rights add up, limits count for all, and what is doubtful gives nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from goldline.errors import GoldlineError
from goldline.metrics.scope import EVERYTHING, Scope
from goldline.people import LOCAL
from goldline.people.claims import granted, groups_in, name_in, parsed_groups
from goldline.people.person import Person
from goldline.people.rights import Grant, person_of
from goldline.people.roles import load_roles


@dataclass(frozen=True)
class Board:
    name: str = "sales"
    roles: tuple[str, ...] = ("merchandiser", "store_manager")


def person(home: Path, *roles: str, shops: tuple[str, ...] | None = None, staff: bool | None = None) -> Person:
    found = person_of("anna", Grant(roles=roles, shops=shops, staff_figures=staff), load_roles(home))
    assert found is not None
    return found


def test_who_sits_at_the_machine_sees_everything() -> None:
    assert LOCAL.scope() == EVERYTHING
    assert LOCAL.may_see(Board(roles=("operator",)))
    assert LOCAL.may_export_full


def test_a_store_manager_sees_the_figures_and_sellers_of_the_shops_and_nothing_of_the_company(home: Path) -> None:
    anna = person(home, "store_manager", shops=("cashmere:001",))
    expected = Scope(stores=frozenset({"cashmere:001"}), staff_figures=True, lines=True, customers=False)
    assert anna.scope() == expected
    assert not anna.may_export_full


def test_a_store_manager_without_shops_sees_no_shop_at_all(home: Path) -> None:
    assert person(home, "store_manager").scope().stores == frozenset()
    assert person(home, "store_manager", "admin").scope().stores == frozenset()


def test_a_limit_counts_for_every_role_and_takes_the_full_export_away(home: Path) -> None:
    anna = person(home, "store_manager", "analyst", shops=("cashmere:001",))
    assert anna.scope().stores == frozenset({"cashmere:001"})
    assert not anna.may_export_full
    assert person(home, "analyst").may_export_full


def test_staff_figures_are_given_by_role_and_changed_by_account(home: Path) -> None:
    assert not person(home, "merchandiser").scope().staff_figures
    assert person(home, "merchandiser", staff=True).scope().staff_figures
    assert not person(home, "analyst", staff=False).scope().staff_figures
    assert not person(home, "analyst", staff=False).may_export_full, "whole tables name sellers"


def test_a_role_that_does_not_exist_gives_nothing_and_takes_all(home: Path) -> None:
    roles = load_roles(home)
    assert person_of("anna", Grant(roles=("merchandiser", "gone")), roles) is None
    assert person_of("anna", Grant(roles=()), roles) is None


def test_a_board_is_seen_by_those_to_whom_it_is_offered(home: Path) -> None:
    assert person(home, "merchandiser").may_see(Board())
    assert not person(home, "operator").may_see(Board())
    assert person(home, "operator").may_see(Board(roles=()))
    assert person(home, "admin").may_see(Board(roles=("operator",)))


def test_a_role_of_the_home_starts_from_another_one(home: Path) -> None:
    (home / "roles.yaml").write_text("buyer: {extends: merchandiser, boards: [products], lines: false}\n")
    buyer = person(home, "buyer")
    assert buyer.may_see(Board(name="products", roles=("merchandiser",)))
    assert not buyer.may_see(Board())
    assert not buyer.lines
    assert not person(home, "buyer", "operator").may_see(Board()), "the operator's role is offered no such board"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("buyer: {extends: chef}", "chef"),
        ("buyer: {extends: buyer}", "no other role"),
        ("a: {extends: b}\nb: {extends: a}", "no other role"),
        ("buyer: {sees: all}", "sees"),
        ("buyer: {lines: 'yes'}", "lines"),
        ("[buyer]", "not a mapping"),
        ("buyer: {", "not valid YAML"),
    ],
)
def test_a_wrong_file_of_roles_is_refused_by_name(home: Path, content: str, problem: str) -> None:
    (home / "roles.yaml").write_text(content)
    with pytest.raises(GoldlineError, match=problem) as caught:
        load_roles(home)
    assert "roles.yaml" in caught.value.where


def test_a_group_that_limits_limits_the_rights_of_all_groups() -> None:
    groups = parsed_groups(
        {
            "buyers": {"roles": ["merchandiser"]},
            "paris": {"roles": ["store_manager"], "shops": ["cashmere:001"]},
            "lyon": {"roles": ["store_manager"], "shops": ["cashmere:002"], "staff_figures": False},
        }
    )
    grant = granted(groups_in({"groups": ["paris", "buyers", "lyon", "other"]}, "groups", groups), groups)
    assert grant.roles == ["merchandiser", "store_manager"]
    assert grant.shops == ("cashmere:001", "cashmere:002")
    assert grant.staff_figures is False


def test_a_person_without_a_group_of_ours_gets_nothing(home: Path) -> None:
    groups = parsed_groups({"buyers": {"roles": ["merchandiser"]}})
    for claims in ({}, {"groups": None}, {"groups": ["others"]}, {"groups": {"buyers": 1}}, {"groups": [["buyers"]]}):
        assert person_of("anna", granted(groups_in(claims, "groups", groups), groups), load_roles(home)) is None


@pytest.mark.parametrize(
    ("claims", "claim"),
    [
        ({}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "AbC"}, "sub"),
        ({"sub": "local"}, "sub"),
        ({"sub": "a\nb"}, "sub"),
        ({"email": "anna@example.org"}, "email"),
        ({"email": "anna@example.org", "email_verified": "true"}, "email"),
    ],
)
def test_a_claim_that_could_be_somebody_else_names_nobody(claims: dict[str, object], claim: str) -> None:
    with pytest.raises(GoldlineError):
        name_in(claims, claim)


def test_a_verified_address_names_the_account_however_it_is_written() -> None:
    assert name_in({"email": "Anna@Example.org", "email_verified": True}, "email") == "anna@example.org"
