"""Two homes that the tests share: a retailer made up line by line, and the demo, which the platform published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from goldline.demo import write_deliveries
from goldline.metrics.store import Store, open_store
from goldline.settings import Settings
from tests.integration.metrics.retailer import made_up
from tests.integration.metrics.snapshot import publish_lines
from tests.integration.metrics.world import World, read_world
from tests.integration.reconcile.built import publish_all
from tests.support import open_home


@dataclass(frozen=True)
class Opened:
    """A home, open for questions, and the same as data frames."""

    settings: Settings
    store: Store
    world: World


@pytest.fixture(scope="session")
def retailer_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the made-up retailer and its marketing spend."""
    folder = tmp_path_factory.mktemp("retailer")
    publish_lines(folder, made_up(), prospects=12)
    (folder / "marketing_spend.csv").write_text(
        "month,channel,amount\n2025-11,store,1200.50\n2025-12,store,900\n2025-12,search,300.25\n2026-01,ecommerce,450\n"
    )
    return folder


@pytest.fixture(scope="session")
def retailer(retailer_home: Path) -> Iterator[Opened]:
    """The made-up retailer."""
    yield from _opened(retailer_home)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The demo, as the platform publishes it."""
    folder = tmp_path_factory.mktemp("demo")
    write_deliveries(folder / "landing", days=62, customers=90, seed=3, last_day=date(2026, 3, 28))
    publish_all(open_home(folder))
    yield from _opened(folder)


@pytest.fixture(params=["retailer", "demo"])
def shop(request: pytest.FixtureRequest) -> Opened:
    """Each of the two."""
    found: Opened = request.getfixturevalue(request.param)
    return found


def _opened(home: Path) -> Iterator[Opened]:
    settings = open_home(home).settings
    with open_store(settings) as store:
        yield Opened(settings, store, read_world(home))
