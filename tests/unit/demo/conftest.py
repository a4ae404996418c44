"""One generated set of deliveries for all tests of this package."""

from __future__ import annotations

from datetime import date

import pytest

from goldline.demo import write_deliveries
from tests.unit.demo.reading import Deliveries


@pytest.fixture(scope="session")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    """Write 70 days over Christmas and the winter sales."""
    folder = tmp_path_factory.mktemp("landing")
    summary = write_deliveries(folder, days=70, customers=1_200, seed=7, last_day=date(2026, 2, 1))
    return Deliveries(folder, summary)
