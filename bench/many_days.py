"""The same rows as many small daily deliveries and as a single large one.

    python -m bench.many_days --out FOLDER [--days 1000] [--customers 2000] [--seed 1]

Writes ``FOLDER/daily`` (one delivery per day, made up by ``goldline demo``) and ``FOLDER/single``: each feed's files
put together into one file of the last day. Rows that a later delivery would replace are in both: the single delivery
has the newest version of each key only, because one file may name a key once; how many rows each holds is in
``many_days.json``.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench.contracts import SOURCES, Feed, feeds
from bench.delivery_files import LINE_ENDS

LAST_DAY = date(2025, 12, 31)
Row = list[str]


def make_many_days(out: Path, *, days: int, customers: int, seed: int = 1) -> dict[str, int]:
    """Write both landing folders; return the number of rows of each."""
    from goldline.demo import write_deliveries

    daily, single = out / "daily", out / "single"
    write_deliveries(daily, days=days, customers=customers, seed=seed, last_day=LAST_DAY)
    rows = {"days": days, "daily": 0, "single": 0}
    for feed in feeds():
        files = feed.files(daily)
        if files:
            received, kept = _put_together(feed, files, single)
            rows["daily"] += received
            rows["single"] += kept
    (out / "many_days.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return rows


def _put_together(feed: Feed, files: list[Path], single: Path) -> tuple[int, int]:
    """Write a feed's files as one; return the rows received and kept."""
    header: Row = []
    newest: dict[object, Row] = {}
    received = 0
    for path in files:
        for row in _rows(feed, path):
            if not header or row == header:
                header = header or row
                continue
            received += 1
            key = (row[header.index(name)] for name in feed.key)
            newest[tuple("" if value in feed.dialect["nulls"] else value for value in key) or received] = row
    path = single / feed.source / feed.content["file"].replace("{day}", f"{LAST_DAY:%Y%m%d}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=feed.dialect["delimiter"], lineterminator=LINE_ENDS[feed.source])
        writer.writerow(header)
        writer.writerows(newest.values())
    return received, len(newest)


def _rows(feed: Feed, path: Path) -> Iterator[Row]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=feed.dialect["delimiter"])


def days_of(landing: Path) -> int:
    """Count the delivery days of a landing folder."""
    names = [path.name for source in SOURCES for path in (landing / source).glob("*.csv")]
    return len({found[1] for name in names if (found := re.search(r"_([0-9]{8})\.csv$", name))})


def main() -> None:
    """Make both folders from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.many_days", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--days", type=int, default=1_000)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    made = make_many_days(asked.out, days=asked.days, customers=asked.customers, seed=asked.seed)
    print(json.dumps(made))  # noqa: T201 - this is a command


if __name__ == "__main__":
    main()
