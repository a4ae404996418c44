"""Each board on a phone, a laptop and a wide screen, by day and by night, in both languages; and what axe-core says."""

from __future__ import annotations

import pytest

from goldline.boards.catalogue import load_boards
from tests.e2e.boards.looking import Looker, Scheme

pytestmark = pytest.mark.e2e
BOARDS = sorted(load_boards())
LOOKS: list[tuple[int, Scheme, str]] = [(390, "light", "fr-FR"), (1440, "dark", "en-GB"), (1920, "light", "en-GB")]
GRAVE = ("serious", "critical")


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_no_board_scrolls_sideways_or_complains(looker: Looker, width: int, scheme: Scheme, locale: str) -> None:
    page = looker.page(width=width, scheme=scheme, locale=locale)
    for board in BOARDS:
        answer = looker.open(page, f"/{board}")
        assert answer is not None and answer.status == 200
        looker.picture(page, f"{board}-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") == width, board
        assert page.locator(".tile.failed").count() == 0, board
        assert looker.complaints == [], board
    assert page.locator("html").get_attribute("lang") == locale[:2]


@pytest.mark.parametrize(
    ("width", "scheme", "paths"),
    [
        (390, "dark", ("kpi", "products", "segments", "subscriptions", "nothing-of-this-name")),
        (1440, "light", ("sales", "customers", "behaviour", "contacts", "health", "sales/shops", "sales/shops/lines")),
    ],
)
def test_axe_finds_nothing_grave(looker: Looker, axe: str, width: int, scheme: Scheme, paths: tuple[str, ...]) -> None:
    page = looker.page(width=width, scheme=scheme, bypass_csp=True)
    for path in paths:
        looker.open(page, f"/{path}")
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        grave = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in GRAVE]
        assert grave == [], path


def test_a_board_on_paper_has_no_menus_and_dark_ink(looker: Looker) -> None:
    page = looker.page(scheme="dark")
    looker.open(page, "/sales")
    page.emulate_media(media="print")
    assert page.locator(".filters").is_hidden() and page.locator(".side").is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.drawing svg text')).fill") == "rgb(51, 51, 51)"


def test_the_chosen_colours_and_language_stay(looker: Looker) -> None:
    page = looker.page(scheme="light")
    looker.open(page, "/sales?lang=fr&theme=dark&compare=none")
    assert page.url == f"{looker.url}/sales?compare=none"
    looker.open(page, "/customers")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("h1").inner_text() == "Clients"
    assert page.locator("[data-chart] svg").count() > 0 and looker.complaints == []
