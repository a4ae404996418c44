"""One published home and one server for all tests of this folder, and a browser for each.

Playwright keeps an event loop running in its thread, in which no other test could start one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.boards.looking import Looker
from tests.e2e.boards.site import Site, publish, served
from tests.e2e.ui.browser import find_chromium

AXE = "axe-core@4.14.1"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("boards") / "home"
    home.mkdir()
    publish(home)
    with served(home) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def looker(site: Site, browser: Browser, tmp_path: Path) -> Iterator[Looker]:
    pictures = Path(os.environ.get("BOARDS_PICTURES", tmp_path))
    opened = Looker(browser, site.url, pictures)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility rules, from npm into a cache for temporary files."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so axe-core could not be fetched; accessibility was not looked at")
    folder = tmp_path_factory.mktemp("axe")
    packed = subprocess.run([npm, "pack", "--silent", AXE], cwd=folder, capture_output=True, text=True, check=False)
    if packed.returncode:
        pytest.skip(f"npm could not fetch {AXE}; accessibility was not looked at")
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()
