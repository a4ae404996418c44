"""Who gets the daily report: the file ``subscriptions.yaml`` in the home, edited by hand or on a page.

A subscription names an address and an account. What may be seen is decided by the account's rights at the moment of
sending, never by the file; filters only narrow it further.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from goldline.alerts.policy import address as parsed_address
from goldline.boards.model import Language
from goldline.errors import GoldlineError, SettingsError
from goldline.metrics.filters import Filters
from goldline.yaml_text import read_yaml

FILE = "subscriptions.yaml"
HEADING = "# Who gets the daily report: docs/daily-report.md says what a line means; /subscriptions edits it, too.\n"
Attachment = Literal["pdf", "xlsx"]


class Subscription(BaseModel):
    """One mail each morning.

    Attributes:
        address: Where it goes.
        person: The account whose rights decide what is in it.
        language: The mail's language.
        filters: A query string such as ``shop=cashmere:001&channel=store``; days are the report's own.
        boards: Boards whose main figures stand below the day's.
        attach: Formats in which these boards are attached.
        active: False keeps the line and sends nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    person: str = "local"
    language: Language = "en"
    filters: str = ""
    boards: tuple[str, ...] = ()
    attach: tuple[Attachment, ...] = ()
    active: bool = True

    @field_validator("address")
    @classmethod
    def _is_usable(cls, value: str) -> str:
        try:
            found = parsed_address(value.strip())
        except SettingsError:
            raise ValueError("write it as name@example.org") from None
        if not (found.username and found.domain):
            raise ValueError("write it as name@example.org")
        return value.strip()

    @field_validator("filters")
    @classmethod
    def _are_filters(cls, value: str) -> str:
        try:
            return _filters(value).to_query()
        except GoldlineError as error:
            raise ValueError(f"{error.what}; {error.remedy}") from None

    @property
    def chosen(self) -> Filters:
        """The filters as such."""
        return _filters(self.filters)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it another one: address, account and filters."""
        return self.address.casefold(), self.person, self.filters


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    subscriptions: list[Subscription] = Field(default_factory=list)


class Subscriptions:
    """The file; each change is written whole, under a lock, by one rename."""

    def __init__(self, home: Path) -> None:
        """Remember the place; nothing is read."""
        self.path = home / FILE

    def all(self) -> tuple[Subscription, ...]:
        """Return every subscription, in the order of the file; none without a file.

        Raises:
            GoldlineError: The file is not what it should be; the message names the line of the list.
        """
        try:
            content = read_yaml(self.path.read_text(encoding="utf-8"))
            return tuple(_File.model_validate(content or {}).subscriptions)
        except FileNotFoundError:
            return ()
        except ValidationError as error:
            raise self._wrong("; ".join(_problem(item) for item in error.errors(include_input=False))) from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            place = getattr(error, "problem_mark", None)
            raise self._wrong(f"not YAML{f', line {place.line + 1}' if place else ''}") from None

    def of(self, person: str) -> tuple[Subscription, ...]:
        """Return the subscriptions of one account."""
        return tuple(each for each in self.all() if each.person == person)

    def put(self, subscription: Subscription) -> None:
        """Add a subscription, or replace the one with the same address, account and filters."""
        with self._changing() as kept:
            places = [at for at, each in enumerate(kept) if each.key == subscription.key]
            if places:
                kept[places[0]] = subscription
            else:
                kept.append(subscription)

    def add(
        self,
        *,
        address: str,
        person: str,
        language: Language = "en",
        boards: Iterable[str] = (),
        attach: Iterable[str] = (),
        filters: str = "",
    ) -> None:
        """Put a subscription that a form was filled in for.

        Raises:
            GoldlineError: A field cannot be used; the message names it.
        """
        given = {"address": address, "person": person, "language": language, "filters": filters}
        try:
            self.put(Subscription.model_validate({**given, "boards": tuple(boards), "attach": tuple(attach)}))
        except ValidationError as error:
            what = "; ".join(_problem(item) for item in error.errors(include_input=False))
            raise GoldlineError(what, where="subscription", remedy="correct the field") from None

    def remove(self, address: str, person: str, filters: str | None = None) -> int:
        """Remove the subscriptions of an address and account, or the one with these filters; return how many."""
        with self._changing() as kept:
            before = len(kept)
            kept[:] = [
                each
                for each in kept
                if (each.address.casefold(), each.person) != (address.strip().casefold(), person)
                or filters not in (None, each.filters)
            ]
            return before - len(kept)

    @contextmanager
    def _changing(self) -> Iterator[list[Subscription]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(f".{FILE}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = list(self.all())
            yield kept
            self._write(kept)

    def _write(self, kept: list[Subscription]) -> None:
        content = {"subscriptions": [each.model_dump(mode="json", exclude_defaults=True) for each in kept]}
        temporary = self.path.with_name(f".{FILE}.tmp")
        with temporary.open("w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(HEADING + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)

    def _wrong(self, what: str) -> GoldlineError:
        return GoldlineError(what, where=str(self.path), remedy="correct the file; docs/daily-report.md has an example")


def _filters(query: str) -> Filters:
    found = parse_qs(query, keep_blank_values=False, strict_parsing=bool(query))
    return Filters.from_query(found)


def _problem(item: ErrorDetails) -> str:
    at = [str(part + 1) if isinstance(part, int) else part for part in item["loc"]]
    return f"{' '.join(at) or 'file'}: {item['msg'].removeprefix('Value error, ')}"
