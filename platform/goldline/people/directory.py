"""All about people in one object: who may log in and how, who has a session, and what everybody may see.

Each part is a module of its own and is only put together here. What a browser sends and gets is in ``web``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldline.errors import GoldlineError, SettingsError
from goldline.people.accounts import Account, Accounts
from goldline.people.addresses import TrustedHosts, is_this_machine
from goldline.people.audit import Audit
from goldline.people.claims import Groups, granted, groups_in, name_in, parsed_groups
from goldline.people.cookies import Cookies
from goldline.people.database import Database
from goldline.people.person import LOCAL, Person
from goldline.people.private import signing_key
from goldline.people.rights import Grant, person_of
from goldline.people.roles import Role, load_roles
from goldline.people.sessions import Login, Sessions
from goldline.people.signin import PasswordLogin
from goldline.people.throttle import Throttle
from goldline.settings import Settings

if TYPE_CHECKING:
    from goldline.people.oidc_login import OpenId

_log = logging.getLogger(__name__)
FOLDER = "people"


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody who may read the boards of one installation. Build it with :meth:`from_settings`.

    Attributes:
        accounts: The accounts.
        roles: The roles by name.
        groups: Rights by group of the OpenID provider.
        sessions: Who is logged in.
        passwords: Logging in with a password.
        openid: Logging in at the OpenID provider, if there is one.
        openid_label: What people call it.
        name_claim: Claim that names the account.
        groups_claim: Claim that lists the groups.
        audit: The record of logins and exports.
        cookies: Signs cookies.
        hosts: The names under which the boards answer.
        may_be_open: Serves only this machine, and knew nobody when it began; nobody has to log in until somebody is
            known. Removing the last account opens nothing that is running.
    """

    accounts: Accounts
    roles: Mapping[str, Role]
    groups: Groups
    sessions: Sessions
    passwords: PasswordLogin
    openid: OpenId | None
    openid_label: str
    name_claim: str
    groups_claim: str
    audit: Audit
    cookies: Cookies
    hosts: TrustedHosts
    may_be_open: bool

    @classmethod
    def from_settings(
        cls, settings: Settings, *, host: str = "127.0.0.1", now: Callable[[], float] = time.time
    ) -> People:
        """Open what an installation knows about people.

        Args:
            settings: The settings.
            host: Address that the boards listen on.
            now: The clock, in seconds.

        Raises:
            GoldlineError: Others can reach the address, but nobody could log in or passwords would travel in clear.
        """
        from goldline.people.oidc_settings import openid_from  # an HTTP client, which commands do without

        folder = settings.home / FOLDER
        key, database = signing_key(folder / "key"), Database(folder / "state.sqlite")
        accounts, audit = Accounts(settings.home), Audit(folder / "audit", now=now)
        people = cls(
            accounts=accounts,
            roles=load_roles(settings.home),
            groups=parsed_groups(settings.oidc_groups),
            sessions=Sessions(
                database,
                idle_seconds=settings.session_idle_minutes * 60.0,
                full_seconds=settings.session_hours * 3600.0,
                now=now,
            ),
            passwords=PasswordLogin(accounts=accounts, throttle=Throttle(database, key=key, now=now), audit=audit),
            openid=openid_from(settings, now),
            openid_label=settings.oidc_label,
            name_claim=settings.oidc_name_claim,
            groups_claim=settings.oidc_groups_claim,
            audit=audit,
            cookies=Cookies(key, is_secure=settings.boards_url.startswith("https://")),
            hosts=TrustedHosts.named(settings.boards_url, settings.trusted_hosts),
            may_be_open=is_this_machine(host) and not accounts.all(),
        )
        people._check(settings, host)
        return people

    @property
    def is_open(self) -> bool:
        """Whether nobody has to log in: it serves only this machine, and knows nobody."""
        return self.may_be_open and self.openid is None and not self.accounts.all()

    def find(self, name: str) -> Person | None:
        """Return a person by account, with today's rights; the reports ask this."""
        if name == LOCAL.name:
            return LOCAL if self.openid is None and not self.accounts.all() else None
        account = self.accounts.find(name)
        return None if account is None else self._with_account(name, account)

    def of_login(self, login: Login) -> Person | None:
        """Return who logged in, with today's rights; None when the account is gone or its password was changed."""
        account = self.accounts.find(login.name)
        if login.how == "password":
            is_same = account is not None and account.password is not None and account.credential == login.credential
            return self._with_account(login.name, account) if account is not None and is_same else None
        if self.openid is None:
            return None
        if account is not None:
            return self._with_account(login.name, account) if account.oidc else None
        return person_of(login.name, granted(login.groups, self.groups), self.roles)

    def login_of(self, claims: Mapping[str, Any]) -> Login:
        """Return the login of somebody whom the OpenID provider has proved.

        Raises:
            GoldlineError: The person has no rights here.
        """
        name = name_in(claims, self.name_claim)
        login = Login(name=name, how="oidc", groups=groups_in(claims, self.groups_claim, self.groups))
        if self.of_login(login) is None:
            raise GoldlineError(
                "the OpenID provider knows you, but you have no rights here",
                where="login",
                remedy="ask for a group that has some, or for 'goldline people add --oidc'",
            )
        return login

    def _with_account(self, name: str, account: Account) -> Person | None:
        grant = Grant(
            roles=account.roles,
            shops=account.shops,
            channels=account.channels,
            staff_figures=account.staff_figures,
            language=account.language,
        )
        person = person_of(name, grant, self.roles)
        if person is None:
            _log.warning("an account has no role, or one that no longer exists, and cannot log in")
        return person

    def _check(self, settings: Settings, host: str) -> None:
        unknown = {role for group in self.groups.values() for role in group.roles} - set(self.roles)
        if unknown:
            raise SettingsError(
                f"GOLDLINE_OIDC_GROUPS: there is no role {min(unknown)!r}",
                where="settings",
                remedy=f"there are: {', '.join(self.roles)}",
            )
        if is_this_machine(host):
            return
        if self.openid is None and not self.accounts.all():
            raise GoldlineError(
                "everybody who reaches this address would see everything: nobody has an account",
                where=f"--host {host}",
                remedy="run 'goldline people add NAME --role ROLE' or set GOLDLINE_OIDC_ISSUER; or keep 127.0.0.1",
            )
        if not settings.boards_url.startswith("https://") and not all(
            is_this_machine(name) for name in self.hosts.names
        ):
            raise GoldlineError(
                "passwords would travel in clear",
                where="GOLDLINE_BOARDS_URL",
                remedy="put a proxy with a certificate in front and set it to the https:// address",
            )
