"""A published home of the made-up retailer, some products with hostile names, and the boards served over it.

The home is loaded once for all tests of this folder. Looking at pages belongs to the tests.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import uvicorn

from goldline.boards.web.app import create_app
from goldline.demo import write_deliveries
from goldline.people import People
from goldline.reports.subscriptions import Subscriptions
from goldline.settings import load_settings
from tests.integration.whole_load import carry_out
from tests.support import open_home

LAST_DAY = date(2026, 11, 21)
DAYS = 62
HOSTILE = {
    "Veste Colette": "<script>document.title='caught'</script>",
    "Manteau Garance": "<img src=x onerror=\"document.title='caught'\">",
    "Veste Garance": "=cmd|' /C calc'!A0",
    "Sac Colette": "}}{{ 7*7 }}{% raw %}</script>",
    "Foulard Manufacture": "مرحبا (قميص) 100%",
}
STARTS_WITHIN = 30


@dataclass(frozen=True)
class Site:
    """The boards, served."""

    url: str
    home: Path


def publish(home: Path) -> None:
    """Deliver and publish two months, with hostile product names."""
    write_deliveries(home / "landing", days=DAYS, customers=120, last_day=LAST_DAY, lines=2_500)
    for path in home.glob("landing/*/*"):
        if path.name.startswith(("ARTICLES", "VENTES")):
            _rename(path)
    carry_out(open_home(home))


@contextmanager
def served(home: Path) -> Iterator[Site]:
    """Serve the boards of a home in a thread; they are gone afterwards."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    settings = load_settings(home=home, boards_url=url)
    app = create_app(None, People.from_settings(settings), settings, subscriptions=Subscriptions(home))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + STARTS_WITHIN
    while not server.started:
        assert time.monotonic() < end and thread.is_alive()
        time.sleep(0.05)
    try:
        yield Site(url, home)
    finally:
        server.should_exit = True
        thread.join(STARTS_WITHIN)


def _rename(path: Path) -> None:
    """Give some products names that would do harm where they are not taken as text."""
    stat = path.stat()
    text = path.read_bytes().decode("cp1252")  # the contract takes UTF-8, too
    for name, hostile in HOSTILE.items():
        quoted = '"' + hostile.replace('"', '""') + '"' if any(sign in hostile for sign in ';"\n') else hostile
        text = text.replace(f";{name};", f";{quoted};")
    path.write_bytes(text.encode())
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
