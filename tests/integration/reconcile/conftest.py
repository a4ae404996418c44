"""A published home that the tests of the statement share; each takes a copy of it before it spoils anything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from goldline.demo import write_deliveries
from tests.integration.reconcile.built import publish_all
from tests.support import open_home


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with some days of a made-up retailer, built and published."""
    folder = tmp_path_factory.mktemp("home")
    write_deliveries(folder / "landing", days=4, customers=120, seed=3, last_day=date(2026, 3, 28))
    publish_all(open_home(folder))
    return folder
