"""A browser that looks at boards: at a width, in a scheme, and hears what the console says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, Response

Scheme = Literal["light", "dark"]
DRAWN = "() => [...document.querySelectorAll('[data-chart]')].every(place => 'drawn' in place.dataset)"


class Looker:
    """Opens pages and remembers their complaints."""

    def __init__(self, browser: Browser, url: str, pictures: Path) -> None:
        """Open nothing yet."""
        self._browser, self.url, self._pictures = browser, url, pictures
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def page(self, *, width: int = 1440, scheme: Scheme = "light", locale: str = "en-GB", **more: Any) -> Page:
        """Return an empty page of a new reader."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale=locale, **more
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def open(self, page: Page, path: str) -> Response | None:
        """Open an address and wait until its charts are drawn."""
        response = page.goto(self.url + path)
        self.settled(page)
        return response

    def settled(self, page: Page) -> None:
        """Wait until nothing is on its way and all charts are drawn."""
        page.wait_for_load_state("load")
        page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
        page.wait_for_function(DRAWN)

    def picture(self, page: Page, name: str) -> None:
        """Take a picture of the whole page."""
        self._pictures.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self._pictures / f"{name}.png", full_page=True)

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")
