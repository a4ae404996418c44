"""A browser on the UI: pages by their address, pictures of them, and the few clicks that people need.

Pictures go to the folder that GOLDLINE_SCREENSHOTS names, else beside the test's other files.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, sync_playwright

SECONDS = 1_000
SIZE: ViewportSize = {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Browser:
    """A page of the UI, and where its pictures go."""

    page: Page
    url: str
    pictures: Path

    def open(self, path: str, *texts: str) -> None:
        """Open a page and wait until it shows these texts."""
        self.page.goto(self.url + path)
        self.expect(*texts)

    def expect(self, *texts: str) -> None:
        """Wait until the page shows these texts."""
        for text in texts:
            self.page.get_by_text(text, exact=True).first.wait_for(timeout=30 * SECONDS)

    def picture(self, name: str, *, whole: bool = False) -> None:
        """Take a picture of what is to be seen, or of the whole page."""
        self.page.wait_for_timeout(1.2 * SECONDS)
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=whole)

    def choose_days(self, first: str, last: str) -> None:
        """In the dialog that is open, choose a range of delivery days instead of what it proposes."""
        days = self.page.get_by_placeholder("No matching partitions").or_(
            self.page.locator("input[type=text]", has=self.page.locator("xpath=self::*[starts-with(@value,'[')]"))
        )
        days.first.wait_for(timeout=30 * SECONDS)
        days.first.fill(f"[{first}...{last}]")
        days.first.press("Tab")

    def click(self, name: str) -> None:
        """Click a button by its name or a part of it."""
        self.page.get_by_role("button", name=name).first.click()

    def show_html(self, html: str) -> None:
        """Show a document of our own, such as a mail."""
        self.page.set_content(html)


def find_chromium() -> str:
    """Return where Chromium is; without it there is nothing to look with."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium); the UI was not looked at")
    return chromium


@contextmanager
def browsing(chromium: str, url: str, pictures: Path) -> Iterator[Browser]:
    """Open the browser, without a window."""
    pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, locale="en-GB", timezone_id="Europe/Paris")
        page.set_default_timeout(30 * SECONDS)
        yield Browser(page, url, pictures)
        browser.close()
