"""The floor's loading: every delivery file into one DuckDB table per feed.

Typed, or with every value checked; then the newest version of each key.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from bench import rules
from bench.clear_data import holds_clear_data
from bench.contracts import Feed, feeds
from bench.csv_files import Batch, batches, read_csv
from bench.table_files import TableFile, uses_versions

FIRST_SEQUENCE = 1


@dataclass
class Loader:
    """Loads feeds into an open database.

    Attributes:
        db: The database.
        scratch: Where UTF-8 copies of other files go.
        is_checked: Check every value; otherwise ``read_csv`` reads types.
        tables: What will be made of the feeds: decides which need all their versions.
        bad_rows: How many rows were left out.
        seconds: CPU seconds of each feed.
    """

    db: duckdb.DuckDBPyConnection
    scratch: Path
    is_checked: bool
    tables: dict[str, TableFile]
    bad_rows: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def load(self, landing: Path) -> None:
        """Load every feed of every source."""
        for source in sorted({feed.source for feed in feeds()}):
            self.db.execute(f"create schema {source}")
        self.db.execute("create schema intake")
        self.db.execute(
            "create table intake.delivery_file (sequence bigint, source varchar, feed varchar, delivery_date date,"
            " file_name varchar, received_at timestamp)"
        )
        sequence = FIRST_SEQUENCE
        for feed in feeds():
            before = time.process_time()
            sequence = self._load_feed(feed, landing, sequence)
            self.seconds[feed.table] = round(time.process_time() - before, 1)

    def _load_feed(self, feed: Feed, landing: Path, sequence: int) -> int:
        has_versions = uses_versions(self.tables, feed.source, feed.name)
        table = f"{feed.source}.versions_{feed.name.lower()}" if has_versions else feed.table
        columns = ", ".join(f"{name} {rules.sql_type(column)}" for name, column in feed.columns.items())
        faulty = ", is_faulty boolean, is_clear boolean" if self.is_checked else ""
        self.db.execute(
            f"create table {table} (sequence bigint, delivery_date date, line_number integer, {columns}{faulty})"
        )
        for batch in batches(feed, feed.files(landing), self.scratch):
            self._register(feed, batch, sequence)
            self.db.execute(f"insert into {table} {self._select(feed, batch, sequence)}")
            sequence += len(batch.files)
        if self.is_checked:
            self._leave_out_bad_rows(feed, table)
        if has_versions:
            self.db.execute(f"create table {feed.table} as select * from {table}")
        self._keep_newest(feed, feed.table)
        return sequence

    def _register(self, feed: Feed, batch: Batch, sequence: int) -> None:
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        rows = [
            {
                "sequence": sequence + place,
                "source": feed.source,
                "feed": feed.name,
                "delivery_date": _day(path),
                "file_name": path.name,
                "received_at": now,
            }
            for place, path in enumerate(batch.files)
        ]
        self.db.register("new_files", pa.Table.from_pylist(rows))
        self.db.execute("insert into intake.delivery_file by name select * from new_files")
        self.db.unregister("new_files")

    def _select(self, feed: Feed, batch: Batch, sequence: int) -> str:
        present = {name: column for name, column in feed.columns.items() if name in batch.header}
        read = (
            read_csv(feed, batch, options=rules.null_option(feed))
            if self.is_checked
            else read_csv(feed, batch, types=rules.typed_types(feed), options=rules.typed_options(feed))
        )
        # the order of rows matters where they have no key: it numbers the tenders of a ticket
        line = "null" if feed.key else "row_number() over ()"
        head = f"{sequence} + file_index as sequence, {line} as line_number"
        if not self.is_checked:
            values = ", ".join(
                f"{rules.typed_value(name, column) if name in present else 'null'} as {name}"
                for name, column in feed.columns.items()
            )
            inner, faulty = f"select {head}, {values} from {read}", ""
        else:
            values = ", ".join(
                f"{rules.checked_value(name, column, feed) if name in present else 'null'} as {name}"
                for name, column in feed.columns.items()
            )
            faults = " or ".join(rules.fault(name, column, feed) for name, column in present.items())
            clear = rules.clear_data(feed, batch.header)
            inner = f"select {head}, {values}, coalesce({faults}, false) as is_faulty, {clear} as is_clear from {read}"
            faulty = f", is_faulty or {rules.row_faults(feed)}, is_clear"
        columns = ", ".join(feed.columns)
        return (
            f"select sequence, delivery_date, line_number, {columns}{faulty} from"
            f" (select arrived.*, files.delivery_date from ({inner}) as arrived"
            " join intake.delivery_file as files using (sequence))"
        )

    def _leave_out_bad_rows(self, feed: Feed, table: str) -> None:
        """Take out rows with a fault, and rows of one file that have the same key."""
        deleted = self.db.execute(f"delete from {table} where is_faulty").fetchone()
        self.bad_rows += deleted[0] if deleted else 0
        texts = [name for name, column in feed.columns.items() if column["type"] in ("code", "text")]
        seen = self.db.execute(f"select {', '.join(texts)} from {table} where is_clear").fetchall() if texts else []
        if any(holds_clear_data(value) for row in seen for value in row if value):
            raise SystemExit(f"{feed.table}: a value looks like personal data in clear")
        self.db.execute(f"alter table {table} drop column is_faulty")
        self.db.execute(f"alter table {table} drop column is_clear")
        if feed.key:
            key = ", ".join(feed.key)
            self.db.execute(
                f"delete from {table} where rowid in (select rid from (select rowid as rid, row_number() over ("
                f"partition by sequence, {key} order by rowid) as copy from {table} as rows"
                f" semi join (select sequence, {key} from {table} group by all having count(*) > 1) as twice"
                f" on {_same(['sequence', *feed.key], 'rows', 'twice')}) where copy > 1)"
            )

    def _keep_newest(self, feed: Feed, table: str) -> None:
        """Delete what a later delivery replaces; only keys that came twice are sorted."""
        if group := feed.content.get("complete_per"):
            columns = ", ".join(group)
            self.db.execute(
                f"delete from {table} where rowid in (select rows.rowid from {table} as rows join"
                f" (select {columns}, max(delivery_date) as newest from {table} group by {columns}"
                " having min(delivery_date) < max(delivery_date)) as groups"
                f" on {_same(group, 'rows', 'groups')} and rows.delivery_date < groups.newest)"
            )
        if feed.key:
            key = ", ".join(feed.key)
            order = [f"{column} desc nulls last" for column in feed.content.get("newest_by", ())]
            order += ["delivery_date desc", "line_number desc"]
            self.db.execute(
                f"delete from {table} where rowid in (select rid from (select rows.rowid as rid, row_number() over ("
                f"partition by {key} order by {', '.join(order)}) as version from {table} as rows"
                f" semi join (select {key} from {table} group by all having count(*) > 1) as twice"
                f" on {_same(feed.key, 'rows', 'twice')}) where version > 1)"
            )


def _same(columns: list[str], left: str, right: str) -> str:
    return " and ".join(f"{left}.{name} is not distinct from {right}.{name}" for name in columns)


def _day(path: Path) -> date:
    found = re.search(r"_([0-9]{8})\.csv$", path.name)
    if not found:
        raise ValueError(f"{path}: no delivery day in the name")
    return datetime.strptime(found[1], "%Y%m%d").date()
