"""A warehouse of made-up deliveries in which customers were joined, lines returned and a file corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from goldline.demo import write_deliveries
from goldline.home import Home
from goldline.warehouse.engine import Session
from tests.integration.restate.retailer import load_and_build, of_day, open_home, without_a_ticket

CORRECTED = date(2026, 3, 20)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An installation with twelve days of deliveries, one of them delivered again with a ticket more."""
    folder = tmp_path_factory.mktemp("explained")
    write_deliveries(folder / "deliveries", days=12, customers=150, seed=11, last_day=date(2026, 3, 28))
    again = {path.name for path in of_day(folder / "deliveries", CORRECTED, source="cashmere")}
    files = sorted((folder / "deliveries").glob("*/*.csv"))
    wrong, _ = without_a_ticket(folder / "deliveries", CORRECTED, folder / "wrong")
    home = open_home(folder / "home")
    load_and_build(home, [*(path for path in files if path.name not in {p.name for p in wrong}), *wrong])
    load_and_build(home, [path for path in files if path.name in again])
    return home


@pytest.fixture
def session(shop: Home) -> Iterator[Session]:
    """A look at its warehouse."""
    with shop.warehouse() as warehouse, warehouse.transaction() as opened:
        yield opened
