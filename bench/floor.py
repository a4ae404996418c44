"""The floor: the platform's job in one bare DuckDB script.

Without archive, ledger, quarantine, checks of tables, reconciliation, increments, versions or Dagster.

    python -m bench.floor --landing FOLDER --out FOLDER (--typed | --checked)

It reads every delivery file, makes the unified model, identity, golden customer, customer days and enriched model
with the same SQL as the platform, and writes the same published tables as Parquet. ``--typed`` reads with
``read_csv`` and its types; ``--checked`` checks every value by the contracts' rules while it is read and stores no
text that arrived.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.contracts import ROOT
from bench.csv_files import quoted
from bench.floor_identity import make_identity
from bench.floor_load import Loader
from bench.floor_reference import make_reference
from bench.table_files import IDENTITY, TableFile, apart, left_out_of, load_tables, published, readers

PRELUDE = ROOT / "platform" / "goldline" / "warehouse" / "duckdb.sql"
PARQUET = "format parquet, compression zstd, row_group_size 122880"


@dataclass(frozen=True)
class Floor:
    """What the script is asked to do.

    Attributes:
        landing: The deliveries.
        out: Where the published tables go; emptied first.
        is_checked: Check every value while reading.
        memory: Memory limit of DuckDB.
        threads: Threads of DuckDB.
    """

    landing: Path
    out: Path
    is_checked: bool
    memory: str = "4GB"
    threads: int = 2

    def run(self) -> dict[str, dict[str, float]]:
        """Do the job; return the rows of each published table, and the CPU seconds of each step."""
        shutil.rmtree(self.out, ignore_errors=True)
        work = self.out / "work"
        work.mkdir(parents=True)
        tables = load_tables()
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self.memory,
            "threads": self.threads,
            "preserve_insertion_order": False,
            "storage_compatibility_version": "latest",
        }
        with duckdb.connect(work / "floor.duckdb", config=config) as db:
            db.execute("set timezone = 'UTC'; set enable_progress_bar = false")
            db.execute(PRELUDE.read_text("utf-8"))
            loader = Loader(db, work, self.is_checked, tables)
            loader.load(self.landing)
            steps = dict(loader.seconds)
            make_reference(db)
            rows: dict[str, float] = {"bad rows": loader.bad_rows}
            for name, table in tables.items():
                before = time.process_time()
                made = self._make(db, table, tables)
                rows |= {name: made} if name in published() else {}
                steps[name] = round(time.process_time() - before, 1)
            for name, (of, columns) in apart().items():
                before = time.process_time()
                parts = (f"select {', '.join(columns)} from ({tables[table].sql})" for table in of)
                self._copy(db, name, " union all ".join(parts), is_ordered=False)
                steps[name] = round(time.process_time() - before, 1)
        shutil.rmtree(work)
        return {"rows": rows, "cpu_seconds": steps}

    def _make(self, db: duckdb.DuckDBPyConnection, table: TableFile, tables: dict[str, TableFile]) -> int:
        """Make one table: published ones as Parquet that later tables read, others as what their readers need."""
        db.execute(f"create schema if not exists {table.name.split('.')[0]}")
        if table.name == IDENTITY:
            make_identity(db)
            return 0
        if table.name in published():
            return self._publish(db, table, published()[table.name])
        kind = "table" if readers(tables, table.name) > 1 else "view"
        db.execute(f"create {kind} {table.name} as {table.sql}")
        return 0

    def _publish(self, db: duckdb.DuckDBPyConnection, table: TableFile, order: list[str]) -> int:
        left_out = ", ".join(map(quoted, ["", *left_out_of(table.name)]))
        shown = f"columns(name -> name not in ({left_out}))"
        ordered = f" order by {', '.join(order)}" if order else ""
        rows, file = self._copy(
            db, table.name.split(".")[1], f"select {shown} from ({table.sql}){ordered}", bool(order)
        )
        db.execute(f"create view {table.name} as select * from read_parquet({file})")
        return rows

    def _copy(self, db: duckdb.DuckDBPyConnection, name: str, select: str, is_ordered: bool) -> tuple[int, str]:
        file = quoted(str(self.out / f"{name}.parquet"))
        written = db.execute(
            f"copy ({select}) to {file} ({PARQUET}, preserve_order {str(is_ordered).lower()})"
        ).fetchone()
        return int(written[0]) if written else 0, file


def main() -> None:
    """Run the floor from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.floor", description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--typed", action="store_true", help="read types")
    how.add_argument("--checked", action="store_true", help="check every value while reading")
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    floor = Floor(asked.landing, asked.out, asked.checked, asked.memory, asked.threads)
    print(json.dumps(floor.run(), indent=1))  # noqa: T201 - this is a command


if __name__ == "__main__":
    main()
