"""Keys that are digests lie in the warehouse's file as they are; other texts are shortened."""

from __future__ import annotations

from pathlib import Path

import duckdb

from goldline.warehouse.engine import Warehouse

ROWS = 300_000
LINES = (
    "select sha256(range::varchar) as sales_line_id, 'a text that many rows say ' || range % 7 as text, range as number"
)


def test_a_digest_is_not_shortened_neither_at_first_nor_later(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse(f"duckdb:///{path}", memory="500MB") as warehouse:
        with warehouse.transaction() as session:
            session.create_as("lines", f"{LINES} from range({ROWS})")
            assert session.columns("lines") == [("sales_line_id", "varchar"), ("text", "varchar"), ("number", "bigint")]
        with warehouse.transaction() as session:
            session.execute(f"insert into lines {LINES} from range({ROWS}, {2 * ROWS})")
    with duckdb.connect(path, read_only=True) as file:
        kept = file.execute(
            "select column_name, list(distinct lower(compression)) from pragma_storage_info('lines')"
            " where segment_type = 'VARCHAR' group by 1 order by 1"
        ).fetchall()
        assert file.execute("select count(*), count(distinct sales_line_id) from lines").fetchone() == (
            2 * ROWS,
            2 * ROWS,
        )
    assert kept == [("sales_line_id", ["uncompressed"]), ("text", ["dict_fsst"])]
