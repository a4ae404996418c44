"""Holding a table to a full build on a server: the cases of DuckDB, with the same outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldline.warehouse.engine import Warehouse
from tests.integration.postgres.server import Server
from tests.unit.build.test_verify import CASES, held

pytestmark = pytest.mark.integration


def test_a_table_is_held_to_a_full_build_as_on_duckdb(tmp_path: Path, server: Server) -> None:
    for number, spoil in enumerate(CASES):
        with Warehouse(server.new_database(f"verify_{number}")) as warehouse, warehouse.transaction() as session:
            found = held(session, tmp_path / str(number), spoil)
        assert (found.missing, found.extra) == CASES[spoil], spoil
