"""Readers of the real boards: each with an account and a session, asking the application itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx

from goldline.boards.web.app import create_app
from goldline.people import People
from goldline.people.accounts import Account
from goldline.people.sessions import Login
from goldline.reports.subscriptions import Subscriptions
from goldline.settings import load_settings

BASE = "http://127.0.0.1:8050"
_TOKENS = re.compile(rb"[0-9a-f]{16}-[0-9a-f]{64}")


@dataclass(frozen=True)
class Answer:
    """What came back, without what is made anew for every page."""

    status: int
    kind: str
    name: str
    body: bytes


class Boards:
    """The application over one home, with people who have sessions.

    Args:
        home: A published home.
        accounts: The people.
    """

    def __init__(self, home: Path, accounts: dict[str, Account]) -> None:
        settings = load_settings(home=home)
        with People.from_settings(settings).accounts.changing() as written:
            written.update(accounts)
        self.people = People.from_settings(settings)
        self.app = create_app(None, self.people, settings, subscriptions=Subscriptions(home))
        self._accounts = accounts
        self._cookies: dict[str, str] = {}

    def ask(self, person: str, paths: Iterable[str], **request: object) -> dict[str, Answer]:
        """Ask for addresses as a person; return the answers by address."""
        return asyncio.run(self._asked(person, list(paths), **request))

    async def _asked(self, person: str, paths: list[str], **request: object) -> dict[str, Answer]:
        transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 5000), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            http.headers["cookie"] = self._cookie(person)
            return {path: _answer(await http.request("GET", path, **request)) for path in paths}  # type: ignore[arg-type]

    def _cookie(self, person: str) -> str:
        if person not in self._cookies:
            login = Login(name=person, how="password", credential=self._accounts[person].credential)
            header = self.people.cookies.header("session", self.people.sessions.begin(login))
            self._cookies[person] = header.partition(";")[0]
        return self._cookies[person]


def _answer(response: httpx.Response) -> Answer:
    kind = response.headers.get("content-type", "").partition(";")[0]
    name = response.headers.get("content-disposition", "") + response.headers.get("location", "")
    return Answer(response.status_code, kind, name, _TOKENS.sub(b"token", response.content))
