"""A home with a few delivered days in it, loaded once and copied for each test."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from goldline.demo import write_deliveries
from tests.integration.whole_load import started


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with five delivered days, a faulty file among them, and what they give published."""
    home = tmp_path_factory.mktemp("published") / "home"
    write_deliveries(home / "landing", days=5, customers=60, last_day=date(2026, 3, 28))
    with started() as loader:
        assert loader.load(home) == 0
    return home


@pytest.fixture
def home_copy(published: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return Path(shutil.copytree(published, tmp_path / "home"))
