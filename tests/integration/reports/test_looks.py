"""The mail as people see it: drawn by a browser, in light and dark, wide and on a phone.

Pictures stay in the folder of the test's other files.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from goldline.reports.subscriptions import Subscription
from tests.e2e.ui.browser import find_chromium
from tests.integration.metrics.conftest import Opened
from tests.integration.reports.morning import office, part

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mail")


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory, retailer: Opened) -> EmailMessage:
    with office(tmp_path_factory.mktemp("office") / "home", retailer.settings.home) as desk:
        desk.subscribe(Subscription(address="jo@example.org", boards=("sales", "kpi")))
        desk.report()
        return desk.send()[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        yield opened
        opened.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (760, "light"), (760, "dark")])
def test_it_fits_shows_its_pictures_and_asks_for_nothing(
    mail: EmailMessage, browser: Browser, pictures: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.set_content(html_with_pictures(mail))
    page.screenshot(path=pictures / f"mail_{width}_{scheme}.png", full_page=True)

    assert [url for url in asked if not url.startswith("data:")] == []
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("[...document.images].map(image => image.naturalWidth > 400)") == [True] * 3
    assert page.evaluate("[...document.images].every(image => image.alt.length > 20)")
    page.close()


def html_with_pictures(mail: EmailMessage) -> str:
    html = part(mail, "html")
    for each in mail.walk():
        if each["Content-ID"]:
            content = each.get_payload(decode=True)
            assert isinstance(content, bytes)
            address = f"data:image/png;base64,{base64.b64encode(content).decode()}"
            html = html.replace(f"cid:{str(each['Content-ID']).strip('<>')}", address)
    return html
