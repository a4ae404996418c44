"""Checking the rows of one feed: text in, typed rows out, with the faults of those that must stay behind.

The work is done by an in-memory DuckDB on Arrow tables, a few statements for any number of files.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.csv

from goldline.contracts import Contract, Feed
from goldline.intake.engine import opened, seen
from goldline.intake.personal import clear_data_in, mask
from goldline.intake.quarantine import MAX_FAULTS, Fault
from goldline.intake.rules import FeedRules, identifier, text_column
from goldline.intake.structure import MAX_FIELD_BYTES, Records
from goldline.intake.totals import LeftOut, left_out_as, totals_of
from goldline.intake.values import META, typed
from goldline.landing.history import Entry

BLOCK_BYTES = 4 * MAX_FIELD_BYTES  # any record fits a block, and a block the cache of the processor
Lines = list[tuple[int, int]]  # (sequence of the file, physical line)


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
    """The files of one feed in a batch, and their rows as ``values.typed`` gives them."""

    feed: Feed
    files: dict[int, CheckedFile]
    rows: pa.Table

    def good_rows(self, sequences: Sequence[int]) -> pa.Table:
        """Return the typed good rows of some of the files."""
        good = ~self.rows["is_faulty"].to_numpy()
        if len(sequences) < len(self.files):
            good &= np.isin(self.rows["sequence"].to_numpy(), list(sequences))
        rows = self.rows.select([*META, *self.feed.columns])
        return rows if good.all() else rows.filter(pa.array(good))


class Checker:
    """Checks feeds of one contract. Close it to free its memory."""

    def __init__(self, contract: Contract, *, memory: str, threads: int) -> None:
        """Open the in-memory engine."""
        self.contract = contract
        self._db = opened(memory=memory, threads=threads)

    def close(self) -> None:
        """Free the engine."""
        self._db.close()

    def check(self, feed: Feed, files: Iterable[tuple[Entry, Records]]) -> CheckedFeed:
        """Check the files of a feed."""
        checked = {entry.sequence: CheckedFile(entry, records) for entry, records in files}
        headers = sorted({file.records.header for file in checked.values()}) or [tuple(feed.columns)]
        rows = pa.concat_tables(
            self._check_same_header(feed, header, [f for f in checked.values() if f.records.header == header])
            for header in headers
        )
        return CheckedFeed(feed, checked, self._check_duplicates(feed, rows, checked) if feed.key else rows)

    def totals(self, checked: CheckedFeed, sequences: Sequence[int]) -> pa.Table | None:
        """Return what some of the files come to, or None for a feed that says nothing of sales."""
        left_out = [row for sequence in sequences for row in checked.files[sequence].left_out.values()]
        return totals_of(self._db, checked.rows, checked.feed, sequences, left_out)

    def _check_same_header(self, feed: Feed, header: tuple[str, ...], files: list[CheckedFile]) -> pa.Table:
        rules = FeedRules(self.contract, feed, header)
        arrived = _as_table(files, rules)
        rows = typed(self._db, arrived, rules)
        by_sequence = {file.entry.sequence: file for file in files}
        with seen(self._db, arrived=arrived, typed=rows):
            if self._db.execute("select 1 from typed where is_faulty or is_clear limit 1").fetchone():
                self._note_faulty(rules, by_sequence)
                self._note_clear(rules, by_sequence)
        with seen(self._db, typed=rows):
            broken = self._note_broken_rules(rules, by_sequence)
        rows = _marked(rows, broken)
        with seen(self._db, typed=rows):
            unknown = self._note_unknown_zones(rules, by_sequence)
        return _marked(rows, unknown)

    def _note_faulty(self, rules: FeedRules, files: dict[int, CheckedFile]) -> None:
        """Find the columns at fault, only for the rows that have one."""
        parts = ", ".join(f"case when {r.fault} then {i} end" for i, r in enumerate(rules.columns))
        found = self._db.execute(
            "with bad as (select a.* from arrived a semi join (select sequence, line_number from typed where is_faulty)"
            " using (sequence, line_number)), broken as"
            f" (select *, list_filter([{parts}], lambda x: x is not null) as broken_columns from bad)"
            f" select sequence, line_number, broken_columns, [{', '.join(r.text for r in rules.columns)}]"
            " from broken"
            " order by sequence, line_number"
        ).fetchall()
        for sequence, line, at, values in found:
            broken = [rules.columns[index].name for index in at]
            files[sequence].left_out[line] = left_out_as(rules.feed, sequence, line, broken)
            for index in at:
                rule = rules.columns[index]
                self._add(files[sequence], rules.header, line, rule.name, rule.rule or "a value", values[index])

    def _note_clear(self, rules: FeedRules, files: dict[int, CheckedFile]) -> None:
        texts = {name: text_column(number) for number, name in enumerate(rules.looked_at)}
        found = self._db.execute(
            f"select a.sequence, a.line_number, [{', '.join(texts[name] for name in rules.header)}] from arrived a"
            " semi join (select sequence, line_number from typed where is_clear or is_faulty)"
            " using (sequence, line_number)"
            " order by 1, 2"
        ).fetchall()
        for sequence, line, values in found:
            if files[sequence].clear:
                continue
            for number, (column, value) in enumerate(zip(rules.header, values, strict=True), 1):
                spec = rules.feed.columns.get(column)
                scanned = spec is None or (spec.scan and spec.type not in ("ean", "decimal", "integer"))
                if kind := clear_data_in(value or "") if scanned or "@" in (value or "") else None:
                    where = f"line {line}, column {column or number}"
                    files[sequence].clear = f"{where}: found what looks like {kind} in clear"
                    break

    def _note_broken_rules(self, rules: FeedRules, files: dict[int, CheckedFile]) -> Lines:
        if not rules.feed.rules:
            return []
        named = {rule.name: rule for rule in rules.feed.rules}
        source = "(select * from typed where not is_faulty)"
        found = self._db.execute(f"{rules.broken_rules_sql(source)} order by all").fetchall()
        for sequence, line, name in found:
            rule = named[name]
            self._add(files[sequence], rules.header, line, rule.column, f"{name}: {rule.says}", None)
        return [(sequence, line) for sequence, line, _ in found]

    def _note_unknown_zones(self, rules: FeedRules, files: dict[int, CheckedFile]) -> Lines:
        zones = [name for name, column in rules.feed.columns.items() if column.type == "timezone"]
        known, marked = available_timezones() if zones else set(), set()
        for name in zones:
            found = self._db.execute(
                f"select sequence, line_number, {identifier(name)} from typed where {identifier(name)} is not null"
                " and not is_faulty"
            ).fetchall()
            wrong = [(s, line) for s, line, zone in found if zone not in known and (s, line) not in marked]
            for sequence, line in wrong:
                header = files[sequence].records.header
                self._add(files[sequence], header, line, name, "an IANA time zone such as Europe/Paris", "?")
            marked.update(wrong)
        return list(marked)

    def _check_duplicates(self, feed: Feed, rows: pa.Table, files: dict[int, CheckedFile]) -> pa.Table:
        """Within a file: equal rows of one key count once, conflicting ones are all left out."""
        key = ", ".join(f"coalesce(cast({identifier(c)} as varchar), '')" for c in feed.key)
        values = ", ".join(map(identifier, feed.columns))
        with seen(self._db, typed=rows):
            if not self._db.execute(
                f"select 1 from typed where not is_faulty group by sequence, {key} having count(*) > 1 limit 1"
            ).fetchone():
                return rows
            found = self._db.execute(
                f"with keyed as (select sequence, line_number, {values}, count(*) over (partition by sequence, {key})"
                " as n from typed where not is_faulty), twice as"
                f" (select *, md5(cast(row({values}) as varchar)) as content from keyed where n > 1)"
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
        return _marked(rows, marked)

    def _add(
        self, file: CheckedFile, header: tuple[str, ...], line: int, column: str, rule: str, value: str | None
    ) -> None:
        file.bad_lines.add(line)
        if len(file.faults) < MAX_FAULTS:
            number = header.index(column) + 1 if column in header else 0
            file.faults.append(Fault(line, column, number, rule, mask(value)))


def _marked(rows: pa.Table, faulty: Lines) -> pa.Table:
    """Mark more rows as faulty."""
    if not faulty:
        return rows
    where = [sequence << 32 | line for sequence, line in faulty]
    here = rows["sequence"].to_numpy() << 32 | rows["line_number"].to_numpy()
    is_faulty = rows["is_faulty"].to_numpy() | np.isin(here, where)
    return rows.set_column(rows.schema.get_field_index("is_faulty"), "is_faulty", pa.array(is_faulty))


def _as_table(files: list[CheckedFile], rules: FeedRules) -> pa.Table:
    """Parse the bodies of files with one header into texts and nulls; structure was checked before.

    Returns:
        ``META``, and ``text_0``, ``text_1``... of the columns that are looked at; null where a column did not arrive.
    """
    counts = [len(file.records.lines) for file in files]
    meta = [
        pa.array(np.repeat(np.array([f.entry.sequence for f in files], dtype=np.int64), counts)),
        pa.array(np.repeat(np.array([f.entry.delivery_date for f in files], dtype="datetime64[D]"), counts)),
        pa.array(np.concatenate([np.array([], dtype=np.int32), *(f.records.lines for f in files)])),
    ]
    body = b"".join(file.records.body for file in files)
    texts = _parsed(body, rules, is_multiline=any(file.records.multiline for file in files)) if body else {}
    rows = sum(counts)
    columns = {text_column(n): texts.get(name, pa.nulls(rows, pa.string())) for n, name in enumerate(rules.looked_at)}
    if any(len(column) != rows for column in columns.values()):
        raise AssertionError(f"not {rows} rows parsed as counted: the two readers disagree")
    return pa.table(dict(zip(META, meta, strict=True)) | columns)


def _parsed(body: bytes, rules: FeedRules, *, is_multiline: bool) -> dict[str, pa.ChunkedArray[Any]]:
    """Return the texts of each column of a header; two of them may differ in nothing but case."""
    dialect = rules.contract.dialect
    names = [str(number) for number in range(len(rules.header))]
    parsed = pyarrow.csv.read_csv(
        io.BytesIO(body),
        read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=is_multiline, ignore_empty_lines=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=list(dialect.nulls),
            check_utf8=False,
        ),
    )
    return dict(zip(rules.header, parsed.columns, strict=True))
