"""Holding a table to a full build: rows that are missing, too many, changed, or there as often as they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldline.build.verify import Difference, verify
from goldline.settings import load_settings
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.tables import create, load_catalogue

SQL = """\
-- One row per line.
select id, amount, name, day from shop.lines
"""
LINES = (
    "select * from (values (1, cast(1.50 as decimal(18,4)), 'a', date '2026-03-01'), (2, 2, null, null),"
    " (2, 2, null, null), (3, -0.0, '', date '2026-03-02')) as lines (id, amount, name, day)"
)


def held(session: Session, folder: Path, spoil: str) -> Difference:
    path = folder / "merge" / "lines.sql"
    path.parent.mkdir(parents=True)
    path.write_text(SQL)
    (folder / "vocabulary.yaml").write_text("{}")
    (table,) = load_catalogue(folder).tables
    session.execute("create schema shop")
    session.create_as("shop.lines", LINES)
    create(session, table, load_settings())
    if spoil:
        session.execute(spoil)
    return verify(session, table, load_settings())


CASES = {
    "": (0, 0),
    "update merge.lines set amount = 1.500, name = 'a' where id = 1": (0, 0),
    "delete from merge.lines where id = 1": (1, 0),
    "delete from merge.lines where id = 2": (2, 0),
    "insert into merge.lines select * from merge.lines where id = 2": (0, 2),
    "insert into merge.lines select 4, 1, null, null": (0, 1),
    "update merge.lines set name = '' where id = 2": (2, 2),
    "update merge.lines set day = null where id = 3": (1, 1),
    "update merge.lines set amount = amount + 0.0001 where id = 1": (1, 1),
}


@pytest.mark.parametrize("spoil", CASES)
def test_on_duckdb(tmp_path: Path, spoil: str) -> None:
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        found = held(session, tmp_path, spoil)
    assert (found.missing, found.extra) == CASES[spoil]
    assert found.is_equal == (CASES[spoil] == (0, 0)) == (not found.units)
