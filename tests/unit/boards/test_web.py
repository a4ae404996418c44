"""The application around the boards: headers, preferences, refusals, and what is said when nothing is published."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from goldline.boards.catalogue import load_boards
from goldline.boards.web.app import create_app
from goldline.boards.web.security import HEADERS
from goldline.errors import GoldlineError
from goldline.people import People
from goldline.settings import Settings, load_settings
from tests.unit.boards.sample import FakeStore, number

BASE = "http://127.0.0.1:8050"


@pytest.fixture
def settings(home: Path) -> Settings:
    return load_settings(home=home)


def get(settings: Settings, path: str, *, store: Any = None, **headers: str) -> httpx.Response:
    """Ask the application as somebody at this machine would."""
    app = create_app(store, People.from_settings(settings), settings)
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000), raise_app_exceptions=False)

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.get(path, headers=headers)

    return asyncio.run(asked())


def store() -> Any:
    answers = {name: number(None) for board in load_boards().values() for t in board.tiles for name in t.metrics[:1]}
    return cast(Any, FakeStore({**answers}))


@pytest.mark.parametrize(
    "path", ["/", "/sales", "/nothing", "/healthz", "/static/boards.css", "/static/nothing", "/a/b/c"]
)
def test_every_answer_has_the_security_headers(settings: Settings, path: str) -> None:
    answer = get(settings, path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_https_is_asked_for_where_readers_come_by_it(home: Path) -> None:
    secure = load_settings(home=home, boards_url="https://boards.example.org")
    assert "strict-transport-security" in get(secure, "/healthz", Host="boards.example.org").headers
    assert "strict-transport-security" not in get(load_settings(home=home), "/healthz").headers


def test_while_nothing_is_published_a_page_says_so(settings: Settings) -> None:
    answer = get(settings, "/sales", **{"Accept-Language": "fr"})
    assert answer.status_code == 503
    assert "Rien n’est encore publié" in answer.text and "<h1>" in answer.text


def test_the_start_leads_to_the_first_board(settings: Settings) -> None:
    answer = get(settings, "/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/kpi")


def test_an_unknown_filter_is_told_what_there_is(settings: Settings) -> None:
    answer = get(settings, "/sales?colour=red", store=store())
    assert answer.status_code == 400
    assert "there is no filter" in answer.text and "compare" in answer.text


def test_an_error_of_the_inside_is_not_told_to_the_reader(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeStore):
        def choices(self, *_: Any, **__: Any) -> list[tuple[str, str]]:
            raise GoldlineError("cannot be read", where=str(settings.home / "people.yaml"))

    answer = get(settings, "/sales", store=cast(Any, Broken(store().answers)))
    assert answer.status_code == 500
    assert str(settings.home) not in answer.text
    assert "people.yaml" in caplog.text


def test_language_and_colours_go_into_a_cookie_and_out_of_the_address(settings: Settings) -> None:
    answer = get(settings, "/sales?year=2026&lang=fr&theme=dark", store=store())
    assert (answer.status_code, answer.headers["location"]) == (303, "/sales?year=2026")
    assert "lang=fr" in str(answer.headers) and "theme=dark" in str(answer.headers)


def test_htmx_gets_the_figures_alone_and_the_canonical_address(settings: Settings) -> None:
    figures = FakeStore(store().answers)
    answer = get(settings, "/sales?year=&compare=none&month=", store=cast(Any, figures), **{"HX-Request": "true"})
    assert answer.text.lstrip().startswith("<section") and "<html" not in answer.text
    assert answer.headers["hx-push-url"] == "/sales?compare=none"


def test_a_static_file_with_its_fingerprint_may_be_kept_for_good(settings: Settings) -> None:
    page = get(settings, "/nothing").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in get(settings, address).headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/sales/nothing", "/sales.exe", "/sales/revenue.exe", "/full/unified_customers.csv", "/health/versions/lines"],
)
def test_what_there_is_not_is_a_page_that_says_so(settings: Settings, path: str) -> None:
    answer = get(settings, path, store=store())
    assert answer.status_code == 404 and "There is no such page" in answer.text
