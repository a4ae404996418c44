"""The small warehouse; reference and feed tables are made once for all tests of this package."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from goldline.warehouse.engine import Warehouse
from tests.unit.arrivals.world import World, prepared


@pytest.fixture(scope="package")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse("duckdb:///:memory:", threads=1) as warehouse:
        with warehouse.transaction() as session:
            prepared(session)
        yield warehouse


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[World]:
    with warehouse.transaction() as session:
        session.execute("delete from intake.delivery_file")
        yield World(session)
