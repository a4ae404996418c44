"""From version 1 to 2: rows that a corrected file replaced are kept, and each file's own totals.

Version 1 deleted such rows, and never wrote the totals down; both are in the archive only. So a warehouse with loaded
files has to be built anew; in an empty one, the tables are dropped, and made again when they are needed.
"""

from __future__ import annotations

from goldline.warehouse.engine import Session
from goldline.warehouse.migrations.step import Migration

_REPLACED = ("intake.delivery_file", "operation.table_build", "operation.check_result", "operation.published")


def _apply(session: Session) -> str:
    if int(session.scalar("select count(*) from intake.delivery_file")):
        return "did not keep the rows that corrected files replaced, nor the totals of each file"
    for table in _REPLACED:
        session.execute(f"drop table if exists {table}")
    return ""


EVERYTHING_KEPT = Migration(2, "rows that a corrected file replaced are kept, and each file's own totals", _apply)
