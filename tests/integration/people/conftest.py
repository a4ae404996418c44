"""The published retailer that the tests of readers and of other tools share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.people.twins import publish


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("original"))
