"""The people who may read the boards: accounts, passwords, sessions, and the record of logins and exports."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

from goldline.commands.people_password import PasswordFile, new_password
from goldline.commands.people_rights import Channels, Language, OpenIdOnly, Roles, Shops, StaffFigures, given, told
from goldline.commands.terminal import EXIT_CODES, command, good, open_home, out, table, warn
from goldline.errors import GoldlineError
from goldline.people import People
from goldline.people.accounts import Account, checked_name, plain_name
from goldline.people.roles import known

app = typer.Typer(no_args_is_help=True, help="The people who may read the boards, and their rights.", epilog=EXIT_CODES)
Name = Annotated[str, typer.Argument(help="Name of the account, such as anna or a mail address.")]


@app.command()
@command
def add(
    name: Name,
    roles: Roles,
    shops: Shops = None,
    channels: Channels = None,
    staff_figures: StaffFigures = None,
    language: Language = None,
    password_file: PasswordFile = None,
    oidc: OpenIdOnly = False,
) -> None:
    """Add a person. The password is asked for, unless a file has it or the OpenID provider asks."""
    people, name = _people(), checked_name(name)
    _check_new_name(people.accounts.all(), name)
    account = Account.model_validate(given(roles, shops, channels, staff_figures, language) | {"oidc": oidc})
    _check(people, name, account)
    if not oidc:
        account = account.model_copy(update={"password": new_password(name, password_file)})
    with people.accounts.changing() as accounts:
        _check_new_name(accounts, name)
        accounts[name] = account
    people.audit.record("account added", name, rights=told(account))
    good(f"{name} may log in: {told(account)}")


@app.command()
@command
def change(
    name: Name,
    roles: Annotated[list[str] | None, typer.Option("--role", help="The roles from now on.")] = None,
    shops: Shops = None,
    channels: Channels = None,
    staff_figures: StaffFigures = None,
    language: Language = None,
    all_shops: Annotated[bool, typer.Option("--all-shops", help="No longer limited to shops.")] = False,
    all_channels: Annotated[bool, typer.Option("--all-channels", help="No longer limited to channels.")] = False,
) -> None:
    """Change a person's rights; what is not named stays. It counts from the next click on."""
    people, name = _people(), plain_name(name)
    update = given(roles, shops, channels, staff_figures, language)
    update |= ({"shops": None} if all_shops else {}) | ({"channels": None} if all_channels else {})
    with people.accounts.changing() as accounts:
        account = Account.model_validate(_account(accounts, name).model_dump() | update)
        _check(people, name, account)
        accounts[name] = account
    people.audit.record("account changed", name, rights=told(account))
    good(f"{name}: {told(account)}")


@app.command()
@command
def password(name: Name, password_file: PasswordFile = None) -> None:
    """Give a person a new password; all sessions of that person end."""
    people, name = _people(), plain_name(name)
    if _account(people.accounts.all(), name).oidc:
        raise GoldlineError("the OpenID provider asks for the password", where=name, remedy="change it there")
    hashed = new_password(name, password_file)
    with people.accounts.changing() as accounts:
        account = _account(accounts, name)
        accounts[name] = account.model_copy(update={"password": hashed, "credential": secrets.token_hex(8)})
    people.sessions.end_all(name)
    people.audit.record("password changed", name)
    good(f"{name} has a new password, and has to log in again")


@app.command()
@command
def remove(name: Name) -> None:
    """Remove a person; all sessions of that person end."""
    people, name = _people(), plain_name(name)
    with people.accounts.changing() as accounts:
        _account(accounts, name)
        del accounts[name]
    people.sessions.end_all(name)
    people.audit.record("account removed", name)
    good(f"{name} can no longer log in")
    if not people.accounts.all():
        warn("nobody has an account now: the boards need no login on 127.0.0.1, and start on no other address")


@app.command("list")
@command
def list_people() -> None:
    """List the people with their rights, and the roles that there are."""
    people = _people()
    accounts, sessions = people.accounts.all(), people.sessions.count()
    shown = table("person", "logs in with", "sessions", "rights", right=("sessions",), free="rights")
    for name, account in accounts.items():
        how = "OpenID" if account.oidc else "password"
        rights = told(account) if people.find(name) else "none: a role is missing or no longer exists"
        shown.add_row(*map(Text, (name, how, str(sessions.pop(name, 0)), rights)))
    for name, count in sessions.items():
        shown.add_row(*map(Text, (name, "OpenID", str(count), "by group")))
    if shown.row_count:
        out.print(shown)
    else:
        good("nobody has an account: the boards need no login, and serve 127.0.0.1 only")
    out.print(f"roles: {', '.join(people.roles)}", markup=False)


@app.command()
@command
def logout(name: Name) -> None:
    """End all sessions of a person, here and now."""
    people, name = _people(), plain_name(name)
    count = people.sessions.end_all(name)
    people.audit.record("sessions ended", name)
    good(f"{count} sessions of {name} ended")


@app.command()
@command
def unlock() -> None:
    """Forget failed logins, so that nobody has to wait."""
    _people().passwords.throttle.forget()
    good("failed logins are forgotten")


@app.command()
@command
def audit(
    person: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    what: Annotated[str | None, typer.Option(help="Only this: login, export, ...")] = None,
    last: Annotated[int, typer.Option(min=1, help="How many of the newest lines.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a line each.")] = False,
) -> None:
    """Show who logged in and took what away."""
    wanted = plain_name(person) if person is not None else None
    lines = [
        line
        for line in _people().audit.lines()
        if (wanted is None or line.get("person") == wanted) and (what is None or line.get("what") == what)
    ][-last:]
    if as_json:
        for line in lines:
            typer.echo(json.dumps(line))
        return
    shown = table("at (UTC)", "person", "what", "details", free="details")
    for line in lines:
        shown.add_row(*map(Text, _cells(line)))
    out.print(shown) if lines else good("nothing is recorded")


def _cells(line: dict[str, Any]) -> tuple[str, str, str, str]:
    details = ", ".join(f"{key} {value}" for key, value in line.items() if key not in ("at", "person", "what"))
    return str(line.get("at", "")).rstrip("Z"), str(line.get("person", "")), str(line.get("what", "")), details


def _people() -> People:
    return People.from_settings(open_home().settings)


def _account(accounts: Mapping[str, Account], name: str) -> Account:
    if name not in accounts:
        raise GoldlineError("there is no such account", where=name, remedy="'goldline people list' shows them")
    return accounts[name]


def _check_new_name(accounts: Mapping[str, Account], name: str) -> None:
    if name in accounts:
        raise GoldlineError("there is such an account", where=name, remedy="see 'goldline people change --help'")


def _check(people: People, name: str, account: Account) -> None:
    roles = known(account.roles, people.roles)
    if account.shops is None and any(role.limited_to_shops for role in roles):
        raise GoldlineError(
            f"the role {account.roles[0]!r} needs shops", where=name, remedy="name them: --shop cashmere:001"
        )
