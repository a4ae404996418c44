"""An engine that has too little memory says which setting to raise."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldline.errors import GoldlineError
from goldline.warehouse.engine import Warehouse


def test_too_little_memory_is_said_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse(f"duckdb:///{path}", memory="50MB", threads=1) as warehouse:
        with pytest.raises(GoldlineError, match="too little memory") as raised, warehouse.transaction() as session:
            session.execute("create table lists as select list(range) as numbers from range(40_000_000)")
        assert "GOLDLINE_MEMORY" in raised.value.remedy
        assert raised.value.where == str(path)
