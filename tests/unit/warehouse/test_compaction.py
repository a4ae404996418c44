"""What deletions leave of a table in the warehouse's file is put together every so many loads, not every night."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from goldline.intake import register
from goldline.intake.register import LoadedFile
from goldline.landing.history import Entry
from goldline.warehouse.engine import Session, Warehouse
from tests.unit.intake.test_totals import ENTRY

ROWS = 4 * 122_880


def loaded(entry: Entry) -> LoadedFile:
    return LoadedFile(entry, "utf-8", 1, 1, 0, 0, (), "")


def night(home: Path, sequence: int) -> int:
    """Load a file, delete all but a few rows of a table; return in how many pieces the rest is afterwards."""
    path = home / "warehouse.duckdb"
    with Warehouse(f"duckdb:///{path}", memory="500MB", threads=1) as warehouse, warehouse.transaction() as session:
        prepare(session)
        register.register(session, [loaded(ENTRY._replace(sequence=sequence))])
        session.execute(f"create or replace table numbers as select range as number from range({ROWS})")
    with Warehouse(f"duckdb:///{path}", memory="500MB", threads=1) as warehouse, warehouse.transaction() as session:
        register.register(session, [loaded(ENTRY._replace(sequence=sequence + 1))])
        session.execute("delete from numbers where number % 10 > 0")
    with duckdb.connect(path, read_only=True) as file:
        pieces = file.execute(
            "select count(distinct row_group_id), (select count(*) from numbers) from pragma_storage_info('numbers')"
        ).fetchone()
    assert pieces is not None
    assert pieces[1] == ROWS // 10
    return int(pieces[0])


def prepare(session: Session) -> None:
    session.execute("create schema if not exists intake")
    for statement in register.CREATE.split(";"):
        session.execute(statement)


def test_pieces_are_put_together_every_so_many_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "COMPACTED", 4)
    assert night(tmp_path, 1) == 4
    assert night(tmp_path, 3) == 1
