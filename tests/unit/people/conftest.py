"""An installation with a few people, and a clock that can be turned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from goldline.people import People
from goldline.people.accounts import Account
from goldline.people.passwords import hash_password
from goldline.settings import load_settings
from tests.unit.people.browser import PASSWORD, Browser

HASH = hash_password(PASSWORD)


@dataclass
class Clock:
    now: float = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(home: Path, clock: Clock) -> Callable[..., People]:
    def open_people(*, host: str = "127.0.0.1", **overrides: object) -> People:
        return People.from_settings(load_settings(**overrides), host=host, now=clock)

    return open_people


@pytest.fixture
def anna(opened: Callable[..., People]) -> Account:
    """A store manager of one shop, in the file."""
    account = Account(password=HASH, roles=("store_manager",), shops=("cashmere:001",))
    with opened().accounts.changing() as accounts:
        accounts["anna"] = account
    return account


@pytest.fixture
def browser() -> Iterator[Callable[..., Browser]]:
    browsers: list[Browser] = []

    def open_browser(people: People, *, url: str = "http://127.0.0.1:8050", peer: str = "127.0.0.1") -> Browser:
        browsers.append(Browser(people, url=url, peer=peer))
        return browsers[-1]

    yield open_browser
    for one in browsers:
        one.close()
