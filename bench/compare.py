"""Holding two sets of published tables against each other, row by row.

Counted are the rows, the exact sums of every decimal column, and the rows that are in one set only.

Columns that say how a row was loaded, not what it is, don't count.

    python -m bench.compare LEFT RIGHT

A set is a folder with a Parquet file, or a folder of Parquet files, per table; of a home's ``published`` folder the
current version is taken.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from bench.csv_files import quoted
from bench.table_files import apart, published

OPERATIONAL = ("loaded_at", "source_file_line")


@dataclass(frozen=True)
class Difference:
    """What differs in one table; nothing does where ``is_equal``."""

    table: str
    rows: tuple[int, int]
    sums: dict[str, tuple[Decimal, Decimal]]
    only_left: int
    only_right: int

    @property
    def is_equal(self) -> bool:
        """Whether the two tables hold the same rows."""
        return self.rows[0] == self.rows[1] and not (self.sums or self.only_left or self.only_right)

    def __str__(self) -> str:
        """Say it in a line."""
        if self.is_equal:
            return f"{self.table}: equal, {self.rows[0]:,} rows"
        sums = ", ".join(f"{name} {left} / {right}" for name, (left, right) in self.sums.items())
        return (
            f"{self.table}: {self.rows[0]:,} / {self.rows[1]:,} rows,"
            f" {self.only_left:,} / {self.only_right:,} in one only{'; ' + sums if sums else ''}"
        )


def compare(left: Path, right: Path) -> list[Difference]:
    """Compare every table of the job."""
    with duckdb.connect(config={"threads": 2, "memory_limit": "4GB"}) as db:
        db.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        names = [*(name.split(".")[1] for name in published()), *apart()]
        return [_compare(db, name, _version(left), _version(right)) for name in names]


def _version(folder: Path) -> Path:
    """Return the folder that holds the tables: of a published folder, its newest version."""
    versions = sorted(folder.glob("versions/v*")) or sorted(folder.glob("v[0-9]*"))
    return versions[-1] if versions else folder


def _relation(folder: Path, table: str) -> str:
    """Find a table's files: by the manifest, else by its name."""
    manifest = folder / "manifest.json"
    if manifest.is_file():
        described = json.loads(manifest.read_text("utf-8"))["tables"][table]
        files = [part["file"] for part in described.get("parts", [described])]
    else:
        files = [f"{table}.parquet"]
    listed = ", ".join(quoted(str(folder / file)) for file in files)
    return f"read_parquet([{listed}], hive_partitioning=false)"


def _compare(db: duckdb.DuckDBPyConnection, table: str, left: Path, right: Path) -> Difference:
    sides = [_relation(folder, table) for folder in (left, right)]
    described = [db.execute(f"describe select * from {side}").fetchall() for side in sides]
    columns = {row[0]: row[1] for row in described[0] if row[0] not in OPERATIONAL}
    if strange := set(columns) ^ {row[0] for row in described[1] if row[0] not in OPERATIONAL}:
        raise SystemExit(f"{table}: only one side has {', '.join(sorted(strange))}")
    money = [name for name, kind in columns.items() if kind.startswith("DECIMAL")]
    totals = []
    for side in sides:
        sums = "".join(f", coalesce(sum({name}), 0)" for name in money)
        totals.append(db.execute(f"select count(*){sums} from {side}").fetchone() or (0,))
    differing = {
        name: (one, other) for name, one, other in zip(money, totals[0][1:], totals[1][1:], strict=True) if one != other
    }
    only = [_only(db, sides[n], sides[1 - n], list(columns)) for n in (0, 1)]
    return Difference(table, (totals[0][0], totals[1][0]), differing, only[0], only[1])


def _only(db: duckdb.DuckDBPyConnection, here: str, there: str, columns: list[str]) -> int:
    """Count the rows that only one side has, each as often as it is there more."""
    line = f"md5_number(concat_ws(chr(31), {', '.join(f'coalesce(cast({c} as varchar), chr(30))' for c in columns)}))"
    found = db.execute(
        f"select count(*) from (select {line} as line from {here} except all select {line} from {there})"
    ).fetchone()
    return int(found[0]) if found else 0


def main() -> None:
    """Compare from the command line; the exit code is 1 where something differs."""
    if len(sys.argv) != 3:
        raise SystemExit("say python -m bench.compare LEFT RIGHT")
    differences = compare(Path(sys.argv[1]), Path(sys.argv[2]))
    for difference in differences:
        print(difference)  # noqa: T201 - this is a command
    raise SystemExit(not all(difference.is_equal for difference in differences))


if __name__ == "__main__":
    main()
