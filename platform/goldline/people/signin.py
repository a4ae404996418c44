"""Logging in with a password: throttled, recorded, and telling a stranger nothing about which accounts exist."""

from __future__ import annotations

from dataclasses import dataclass

from goldline.people.accounts import Account, Accounts, plain_name
from goldline.people.audit import UNKNOWN, Audit
from goldline.people.passwords import hash_password, is_outdated, is_right
from goldline.people.sessions import Login
from goldline.people.throttle import Throttle


@dataclass(frozen=True)
class TryLater:
    """There were too many failures; nothing was looked at."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class PasswordLogin:
    """Checks names and passwords.

    Args:
        accounts: The accounts.
        throttle: Counts failures.
        audit: Takes note.
    """

    accounts: Accounts
    throttle: Throttle
    audit: Audit

    def check(self, name: str, password: str, *, address: str) -> Login | TryLater | None:
        """Return the login, or None when name or password is wrong: which of both, nobody learns.

        Args:
            name: As it was typed.
            password: As it was typed.
            address: Network address of the client.
        """
        name = plain_name(name)
        account = self.accounts.find(name)
        told = UNKNOWN if account is None else name
        if seconds := self.throttle.take(name, address):
            self.audit.record("login refused", told, how="password", why="too many failures")
            return TryLater(seconds)
        is_good = is_right(password, account.password if account else None)
        if account is None or not is_good:
            self.audit.record("login refused", told, how="password", why="wrong name or password")
            return None
        self.throttle.succeeded(name, address)
        self._renew(name, account, password)
        self.audit.record("login", name, how="password")
        return Login(name=name, how="password", credential=account.credential)

    def _renew(self, name: str, account: Account, password: str) -> None:
        """Hash the password with today's parameters, unless the account was changed meanwhile."""
        if account.password is None or not is_outdated(account.password):
            return
        hashed = hash_password(password)
        with self.accounts.changing() as accounts:
            if accounts.get(name) == account:
                accounts[name] = account.model_copy(update={"password": hashed})
