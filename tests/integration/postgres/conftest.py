"""A PostgreSQL server for all tests of this folder, and installations whose warehouse is a new database of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from goldline.home import Home
from goldline.settings import load_settings
from tests.integration.postgres.server import Server, started

NewHome = Callable[..., Home]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with started() as server:
        yield server


@pytest.fixture
def url(server: Server) -> str:
    """An empty database."""
    return server.new_database(f"test_{next(_numbers)}")


@pytest.fixture(scope="session")
def new_home(server: Server) -> NewHome:
    """Makes installations: with a folder alone on DuckDB, else on an empty PostgreSQL database."""

    def make(folder: Path, *, engine: str = "postgresql") -> Home:
        warehouse = server.new_database(f"home_{next(_numbers)}") if engine == "postgresql" else ""
        return home_on(folder, warehouse)

    return make


def home_on(folder: Path, warehouse: str) -> Home:
    """An installation whose files count as complete at once."""
    return Home(
        load_settings(
            home=folder, warehouse=warehouse, landing="", settle_seconds=0, timezone="Europe/Paris", currency="EUR"
        )
    )
