"""Checking the rows of one feed: text in, typed rows out, with the faults of those that must stay behind.

The work is done by an in-memory DuckDB, a few statements for any number of files.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zoneinfo import available_timezones

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv

from goldline.contracts import Contract, Dialect, Feed
from goldline.intake.personal import clear_data_in, mask
from goldline.intake.quarantine import MAX_FAULTS, Fault
from goldline.intake.rules import FeedRules, identifier
from goldline.intake.structure import MAX_FIELD_BYTES, Records
from goldline.intake.totals import LeftOut, left_out_as, totals_of
from goldline.landing.history import Entry

BLOCK_BYTES = 4 * MAX_FIELD_BYTES  # any record fits a block, and a block the cache of the processor
META = ("sequence", "delivery_date", "line_number")


@dataclass
class CheckedFile:
    """What checking found in one file."""

    entry: Entry
    records: Records
    faults: list[Fault] = field(default_factory=list)
    bad_lines: set[int] = field(default_factory=set)
    left_out: dict[int, LeftOut] = field(default_factory=dict)
    clear: str = ""

    @property
    def duplicates(self) -> int:
        """How many rows say the same as another row of the file."""
        return sum(row.outcome == "duplicate" for row in self.left_out.values())

    def refusal(self, feed: Feed) -> str | None:
        """Say why the file as a whole is refused, or None."""
        rows = len(self.records.lines)
        if self.clear:
            return f"{self.clear}; the file was not loaded. What to do: pseudonymise it before the export"
        if rows == 0 and not feed.may_be_empty:
            return "line 1: the file has a header and no rows. What to do: export the day again"
        bad = len(self.bad_lines)
        if bad > feed.max_bad_rows and bad > feed.max_bad_share * rows:
            limit = f"more than {feed.max_bad_rows} rows and {feed.max_bad_share:.0%}"
            return f"{bad} of {rows} rows are bad ({limit}); first: {self.faults[0]}. What to do: correct the export"
        return None


@dataclass(frozen=True)
class CheckedFeed:
    """The files of one feed in a batch, and the temporary table that holds their good rows."""

    feed: Feed
    table: str
    files: dict[int, CheckedFile]


class Checker:
    """Checks feeds of one contract. Close it to free its memory."""

    def __init__(self, contract: Contract, *, memory: str, threads: int) -> None:
        """Open the in-memory engine."""
        self.contract = contract
        config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory, "threads": threads}
        self._db = duckdb.connect(config=config)
        self._made = 0

    def close(self) -> None:
        """Free the engine."""
        self._db.close()

    def check(self, feed: Feed, files: Iterable[tuple[Entry, Records]]) -> CheckedFeed:
        """Check the files of a feed; their good rows end in one temporary table."""
        checked = {entry.sequence: CheckedFile(entry, records) for entry, records in files}
        self._made += 1
        table = f"checked_{self._made}"
        headers = sorted({file.records.header for file in checked.values()})
        for number, header in enumerate(headers):
            same = [file for file in checked.values() if file.records.header == header]
            self._check_same_header(feed, header, same, table, first=number == 0)
        if feed.key and checked:
            self._check_duplicates(feed, table, checked)
        return CheckedFeed(feed, table, checked)

    def good_rows(self, checked: CheckedFeed, sequences: Sequence[int]) -> pa.Table:
        """Return the typed good rows of some of the files."""
        columns = ", ".join(map(identifier, (*META, *checked.feed.columns)))
        return self._db.execute(
            f"select {columns} from {checked.table} where not is_faulty and list_contains(?, sequence)",
            [list(sequences)],
        ).to_arrow_table()

    def totals(self, checked: CheckedFeed, sequences: Sequence[int]) -> pa.Table | None:
        """Return what some of the files come to, or None for a feed that says nothing of sales."""
        left_out = [row for sequence in sequences for row in checked.files[sequence].left_out.values()]
        return totals_of(self._db, checked.table, checked.feed, sequences, left_out)

    def drop(self, checked: CheckedFeed) -> None:
        """Free the rows of a feed."""
        self._db.execute(f"drop table if exists {checked.table}")

    def _check_same_header(
        self, feed: Feed, header: tuple[str, ...], files: list[CheckedFile], table: str, *, first: bool
    ) -> None:
        rules = FeedRules(self.contract, feed, header)
        self._db.register("arrived", _as_table(files, header, self.contract.dialect))
        into = f"create temp table {table} as" if first else f"insert into {table}"
        self._db.execute(f"{into} {rules.checked_sql('arrived')}")
        by_sequence = {file.entry.sequence: file for file in files}
        if self._db.execute(f"select 1 from {table} where is_faulty or is_clear limit 1").fetchone():
            self._note_faulty(rules, table, by_sequence)
            self._note_clear(rules, table, by_sequence)
        self._note_broken_rules(rules, table, by_sequence)
        self._note_unknown_zones(feed, table, by_sequence)
        self._db.unregister("arrived")

    def _note_faulty(self, rules: FeedRules, table: str, files: dict[int, CheckedFile]) -> None:
        """Find the columns at fault, only for the rows that have one."""
        bad = f"select a.* from arrived a semi join (select sequence, line_number from {table} where is_faulty) b"
        source = f"({bad} using (sequence, line_number))"
        parts = ", ".join(f"case when {r.fault} then {i} end" for i, r in enumerate(rules.columns))
        text = rules.text_sql(source)
        found = self._db.execute(
            f"with bad as ({text}), broken as"
            f" (select *, list_filter([{parts}], lambda x: x is not null) as broken_columns from bad)"
            f" select sequence, line_number, broken_columns, [{', '.join(identifier(r.name) for r in rules.columns)}]"
            " from broken"
            " order by sequence, line_number"
        ).fetchall()
        for sequence, line, at, values in found:
            broken = [rules.columns[index].name for index in at]
            files[sequence].left_out[line] = left_out_as(rules.feed, sequence, line, broken)
            for index in at:
                rule = rules.columns[index]
                self._add(files[sequence], rules.header, line, rule.name, rule.rule or "a value", values[index])

    def _note_clear(self, rules: FeedRules, table: str, files: dict[int, CheckedFile]) -> None:
        columns = list(dict.fromkeys(rules.header))
        found = self._db.execute(
            f"select a.sequence, a.line_number, [{', '.join(f'a.{identifier(c)}' for c in columns)}] from arrived a"
            f" semi join (select sequence, line_number from {table} where is_clear or is_faulty)"
            " using (sequence, line_number)"
            " order by 1, 2"
        ).fetchall()
        for sequence, line, values in found:
            if files[sequence].clear:
                continue
            for column, value in zip(columns, values, strict=True):
                spec = rules.feed.columns.get(column)
                scanned = spec is None or (spec.scan and spec.type not in ("ean", "decimal", "integer"))
                if kind := clear_data_in(value or "") if scanned or "@" in (value or "") else None:
                    files[sequence].clear = f"line {line}, column {column}: found what looks like {kind} in clear"
                    break

    def _note_broken_rules(self, rules: FeedRules, table: str, files: dict[int, CheckedFile]) -> None:
        if not rules.feed.rules:
            return
        named = {rule.name: rule for rule in rules.feed.rules}
        source = f"(select * from {table} where not is_faulty and list_contains({list(files)}, sequence))"
        found = self._db.execute(f"{rules.broken_rules_sql(source)} order by all").fetchall()
        for sequence, line, name in found:
            rule = named[name]
            self._add(files[sequence], rules.header, line, rule.column, f"{name}: {rule.says}", None)
        self._mark_faulty(table, [(sequence, line) for sequence, line, _ in found])

    def _note_unknown_zones(self, feed: Feed, table: str, files: dict[int, CheckedFile]) -> None:
        for name, column in feed.columns.items():
            if column.type != "timezone":
                continue
            found = self._db.execute(
                f"select sequence, line_number, {identifier(name)} from {table} where {identifier(name)} is not null"
                f" and not is_faulty and list_contains({list(files)}, sequence)"
            ).fetchall()
            wrong = [(s, line) for s, line, zone in found if zone not in available_timezones()]
            for sequence, line in wrong:
                header = files[sequence].records.header
                self._add(files[sequence], header, line, name, "an IANA time zone such as Europe/Paris", "?")
            self._mark_faulty(table, wrong)

    def _check_duplicates(self, feed: Feed, table: str, files: dict[int, CheckedFile]) -> None:
        """Within a file: equal rows of one key count once, conflicting ones are all left out."""
        key = ", ".join(f"coalesce(cast({identifier(c)} as varchar), '')" for c in feed.key)
        values = ", ".join(map(identifier, feed.columns))
        found = self._db.execute(
            f"with keyed as (select sequence, line_number, {values}, count(*) over (partition by sequence, {key}) as n"
            f" from {table} where not is_faulty), twice as (select *, md5(cast(row({values}) as varchar)) as content"
            " from keyed where n > 1)"
            f" select sequence, line_number, min(content) over w = max(content) over w as same,"
            f" row_number() over (partition by sequence, {key} order by line_number) as copy"
            f" from twice window w as (partition by sequence, {key}) order by 1, 2"
        ).fetchall()
        marked = []
        for sequence, line, same, copy in found:
            if not same:
                says = f"one row per {' + '.join(feed.key)}; rows with this key contradict each other"
                self._add(files[sequence], files[sequence].records.header, line, feed.key[-1], says, None)
            elif copy > 1:
                files[sequence].left_out[line] = LeftOut(sequence, line, "duplicate")
            if not same or copy > 1:
                marked.append((sequence, line))
        self._mark_faulty(table, marked)

    def _mark_faulty(self, table: str, rows: list[tuple[int, int]]) -> None:
        if rows:
            marked = pa.table({"sequence": [s for s, _ in rows], "line_number": [line for _, line in rows]})
            self._db.register("marked", marked)
            self._db.execute(
                f"update {table} set is_faulty = true from marked"
                f" where marked.sequence = {table}.sequence and marked.line_number = {table}.line_number"
            )
            self._db.unregister("marked")

    def _add(
        self, file: CheckedFile, header: tuple[str, ...], line: int, column: str, rule: str, value: str | None
    ) -> None:
        file.bad_lines.add(line)
        if len(file.faults) < MAX_FAULTS:
            number = header.index(column) + 1 if column in header else 0
            file.faults.append(Fault(line, column, number, rule, mask(value)))


def _as_table(files: list[CheckedFile], header: tuple[str, ...], dialect: Dialect) -> pa.Table:
    """Parse the bodies of files with one header into one table of texts and nulls; structure was checked before."""
    counts = [len(file.records.lines) for file in files]
    meta = [
        pa.array(np.repeat(np.array([f.entry.sequence for f in files], dtype=np.int64), counts)),
        pa.array(np.repeat(np.array([f.entry.delivery_date for f in files], dtype="datetime64[D]"), counts)),
        pa.array(np.concatenate([f.records.lines for f in files]) if files else np.array([], dtype=np.int32)),
    ]
    body = b"".join(file.records.body for file in files)
    names = list(header)
    if not body:
        texts = [pa.array([], type=pa.string()) for _ in names]
        return pa.Table.from_arrays([*meta, *texts], names=[*META, *names])
    parsed = pyarrow.csv.read_csv(
        io.BytesIO(body),
        read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=dialect.delimiter,
            newlines_in_values=any(file.records.multiline for file in files),
            ignore_empty_lines=False,
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=list(dialect.nulls),
            check_utf8=False,
        ),
    )
    if parsed.num_rows != sum(counts):
        raise AssertionError(f"{parsed.num_rows} rows parsed of {sum(counts)} counted: the two readers disagree")
    for name, values in zip(META, meta, strict=True):
        parsed = parsed.append_column(name, values)
    return parsed
