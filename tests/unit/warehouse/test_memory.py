"""An engine keeps little in memory until much is asked of it, and says which setting to raise when it is too little."""

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


@pytest.mark.parametrize(
    ("memory", "at_first", "then"), [("4GB", "953.6 MiB", "3.7 GiB"), ("60MB", "57.2 MiB", "57.2 MiB")]
)
def test_little_is_kept_in_memory_until_many_rows_are_read(memory: str, at_first: str, then: str) -> None:
    with Warehouse("duckdb:///:memory:", memory=memory) as warehouse, warehouse.transaction() as session:
        assert session.scalar("select current_setting('memory_limit')") == at_first
        session.use_all_memory()
        assert session.scalar("select current_setting('memory_limit')") == then
