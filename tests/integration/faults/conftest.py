"""The market stall of ``tests.torture`` on both engines, for the few cases that every test run can afford."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.postgres.server import started
from tests.torture.cases import Stage, stage


@pytest.fixture(scope="package")
def stalls() -> Iterator[Stage]:
    with started() as server, stage(server=server) as made:
        yield made
