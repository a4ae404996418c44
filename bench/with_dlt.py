"""The load with dlt: every delivery file into a DuckDB database, one table per feed, as rows of Arrow.

    python -m bench.with_dlt --landing FOLDER --out FOLDER --prepare
    python -m bench.with_dlt --landing FOLDER --out FOLDER

Covered: all columns of all feeds, whole numbers and amounts with their types (exact decimals), everything else as
text, no check of values and no newest version. Arrow tables are the fastest way through dlt: rows as dictionaries
take ten times as long. Preparing copies the deliveries without the spaces in the tills' thousands: Arrow stops at them.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import dlt
import pyarrow as pa
import pyarrow.csv

from bench.contracts import Feed, feeds
from bench.csv_files import batches, plain_numbers


def read(feed: Feed, landing: Path, scratch: Path) -> Iterator[pa.Table]:
    """Yield the rows of each file of a feed."""
    for batch in batches(feed, feed.files(landing), scratch):
        types = {name: arrow_type(column["type"]) for name, column in feed.columns.items() if name in batch.header}
        for path in batch.files:
            rows = pyarrow.csv.read_csv(
                path,
                # Arrow's threads get into each other's way over a decimal comma: good amounts are refused, or it aborts
                read_options=pyarrow.csv.ReadOptions(use_threads=False),
                parse_options=pyarrow.csv.ParseOptions(delimiter=feed.dialect["delimiter"], newlines_in_values=True),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=types,
                    decimal_point=feed.dialect["decimal_mark"],
                    null_values=feed.dialect["nulls"],
                    strings_can_be_null=True,
                ),
            )
            yield rows.append_column("delivery_date", pa.array([path.stem[-8:]] * rows.num_rows, pa.string()))


def arrow_type(kind: str) -> pa.DataType:
    """Return the Arrow type of a contract's type."""
    if found := re.fullmatch(r"decimal\((\d+),(\d+)\)", kind):
        return pa.decimal128(int(found[1]), int(found[2]))
    return pa.int64() if kind == "integer" else pa.string()


def main() -> None:
    """Load from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.with_dlt", description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--prepare", action="store_true")
    asked = parser.parse_args()
    landing: Path = asked.out / "landing"
    if asked.prepare:
        for source in {feed.source for feed in feeds()}:
            shutil.copytree(asked.landing / source, landing / source)
        plain_numbers(landing)
        return
    with tempfile.TemporaryDirectory(prefix="goldline-bench-") as scratch:
        pipeline = dlt.pipeline(
            "goldline_bench",
            pipelines_dir=str(asked.out / "pipelines"),
            destination=dlt.destinations.duckdb(str(asked.out / "dlt.duckdb")),
            dataset_name="raw",
        )
        resources = [
            dlt.resource(read(feed, landing, Path(scratch)), name=feed.table.replace(".", "_"))
            for feed in feeds()
            if feed.files(landing)
        ]
        pipeline.run(resources, write_disposition="replace")
        counts = pipeline.last_trace.last_normalize_info.row_counts
    print(json.dumps({name: rows for name, rows in counts.items() if not name.startswith("_")}))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
