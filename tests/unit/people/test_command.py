"""``goldline people``: what it does, what it refuses, and that no password is ever shown or passed as an argument."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from goldline.cli import app
from goldline.people.accounts import Accounts
from goldline.people.passwords import is_right
from tests.unit.people.browser import PASSWORD

runner = CliRunner()


def people(*arguments: str, typed: str = "") -> Result:
    return runner.invoke(app, ["people", *arguments], input=typed, env={"COLUMNS": "200"})


def done(*arguments: str, typed: str = "") -> str:
    result = people(*arguments, typed=typed)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_person_comes_is_changed_and_goes(home: Path) -> None:
    done("add", "Anna", "--role", "store_manager", "--shop", "cashmere:001", typed=f"{PASSWORD}\n{PASSWORD}\n")
    done("change", "anna", "--shop", "cashmere:002", "--language", "fr", "--no-staff-figures")
    (account,) = Accounts(home).all().values()
    assert (account.shops, account.language, account.staff_figures) == (("cashmere:002",), "fr", False)
    assert is_right(PASSWORD, account.password)
    assert "shops cashmere:002" in done("list")
    done("change", "anna", "--role", "analyst", "--all-shops")
    done("logout", "anna")
    done("unlock")
    assert "nobody has an account now" in done("remove", "anna")
    lines = [json.loads(line) for line in done("audit", "--json", "--person", "anna").splitlines()]
    assert [line["what"] for line in lines] == [
        "account added",
        "account changed",
        "account changed",
        "sessions ended",
        "account removed",
    ]


def test_a_new_password_ends_what_the_old_one_opened(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\r\nanother line\n", "utf-8")
    done("add", "anna", "--role", "analyst", "--password-file", str(file))
    before = Accounts(home).all()["anna"]
    output = done("password", "anna", "--password-file", "-", typed="four other plain words\n")
    after = Accounts(home).all()["anna"]
    assert is_right("four other plain words", after.password)
    assert after.credential != before.credential
    assert "plain words" not in output


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("add", "local", "--role", "admin"), "cannot be the name"),
        (("add", "anna", "--role", "chef", "--oidc"), "there is no role 'chef'"),
        (("add", "anna", "--role", "store_manager", "--oidc"), "needs shops"),
        (("add", "omar", "--role", "analyst", "--oidc"), "there is such an account"),
        (("add", "anna", "--role", "analyst", "--oidc", "--language", "de"), "no language 'de'"),
        (("add", "anna", "--role", "analyst", "--password-file", "nowhere"), "cannot be read"),
        (("password", "omar"), "the OpenID provider asks"),
        (("change", "nobody", "--role", "admin"), "there is no such account"),
        (("remove", "nobody"), "there is no such account"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(home: Path, arguments: tuple[str, ...], problem: str) -> None:
    done("add", "omar", "--role", "analyst", "--oidc")
    before = (home / "people.yaml").read_bytes()
    result = people(*arguments)
    assert result.exit_code == 1
    assert problem in " ".join(result.output.split())
    assert "do   " in result.output
    assert (home / "people.yaml").read_bytes() == before


def test_every_command_says_what_it_does() -> None:
    for command in ("add", "change", "password", "remove", "list", "logout", "unlock", "audit"):
        assert "Usage" in done(command, "--help")
    assert "--password " not in done("add", "--help").replace("--password-file", "")
