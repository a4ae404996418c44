"""The accounts of one installation: ``<home>/people.yaml``, read anew when it changed, replaced in one step.

Who may do what with it is not decided here: roles are in ``roles``, passwords in ``passwords``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from goldline.errors import GoldlineError
from goldline.landing.durable import lock_file
from goldline.people.person import LOCAL
from goldline.people.private import private_folder, read_private, write_private
from goldline.yaml_text import read_yaml

FILE_NAME = "people.yaml"
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_HEAD = "# Who may read the boards. Written by 'goldline people'; it holds password hashes, so keep it private.\n"
_WAIT_SECONDS = 10.0


class Account(BaseModel):
    """One person's account.

    Attributes:
        password: Argon2 hash; None: the account has no password.
        oidc: The person logs in through OpenID Connect.
        roles: Names of the roles.
        shops: Keys of the selling points to which it is limited; None for all.
        channels: Channels to which it is limited; None for all.
        staff_figures: Gives figures by seller, or takes them away; None: as the roles say.
        language: Preferred language.
        credential: Changes with the password; sessions of an earlier one are over.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    password: str | None = None
    oidc: bool = False
    roles: tuple[str, ...] = ()
    shops: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    staff_figures: bool | None = None
    language: Literal["en", "fr"] | None = None
    credential: str = Field(default_factory=lambda: secrets.token_hex(8))


class Accounts:
    """The file of accounts.

    Args:
        home: Folder of the installation.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / FILE_NAME
        self._seen: tuple[int, int, int] | None = None
        self._accounts: dict[str, Account] = {}

    def all(self) -> dict[str, Account]:
        """Return the accounts by name, as the file has them now.

        Raises:
            GoldlineError: The file is wrong, or others may read it.
        """
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return {}
        seen = (status.st_mtime_ns, status.st_ino, status.st_size)
        if seen != self._seen:
            self._accounts, self._seen = _parsed(self.path), seen
        return dict(self._accounts)

    def find(self, name: str) -> Account | None:
        """Return the account of a name, however it is written."""
        return self.all().get(plain_name(name))

    @contextmanager
    def changing(self) -> Iterator[dict[str, Account]]:
        """Give the accounts to change; they are written at the end, unless an error comes first."""
        folder = private_folder(self.path.parent / "people")
        with lock_file(folder / "lock", wait=_WAIT_SECONDS):
            accounts = _parsed(self.path) if self.path.exists() else {}
            yield accounts
            written = {name: _fields(account) for name, account in sorted(accounts.items())}
            text = _HEAD + yaml.safe_dump({"people": written}, allow_unicode=True, sort_keys=False)
            write_private(self.path, text.encode())
        self._seen = None


def plain_name(name: str) -> str:
    """Return the one way in which a name is kept."""
    return name.strip().casefold()


def checked_name(name: str) -> str:
    """Return the name for a new account.

    Raises:
        GoldlineError: It cannot be one.
    """
    plain = plain_name(name)
    if not _NAME.fullmatch(plain) or plain == LOCAL.name:
        raise GoldlineError(
            f"{name!r} cannot be the name of an account",
            where="name",
            remedy="take letters without accents, digits, dots, dashes or a mail address, at most 64 characters",
        )
    return plain


def _fields(account: Account) -> dict[str, Any]:
    fields = account.model_dump(mode="json", exclude_none=True)
    return {name: value for name, value in fields.items() if value is not False or name == "staff_figures"}


def _parsed(path: Path) -> dict[str, Account]:
    try:
        content = read_yaml(read_private(path).decode("utf-8")) or {}
        people = (content.get("people") or {}) if isinstance(content, dict) else None
        if not isinstance(people, dict):
            raise GoldlineError("no list of people", where=str(path), remedy="write 'people:' and the accounts below")
        return {checked_name(str(name)): Account.model_validate(fields) for name, fields in people.items()}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise GoldlineError("not valid YAML", where=str(path), remedy="correct it, or take it from a backup") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        raise GoldlineError(f"{at}: {first['msg']}", where=str(path), remedy="see docs/people-and-roles.md") from None
