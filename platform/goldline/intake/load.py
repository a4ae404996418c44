"""Loading deliveries: archived files in batches of whole delivery days, each batch in one transaction.

A delivery day of a source is loaded whole or not at all: when one of its files is refused, its sister files are held
until a corrected file arrives. The register ``intake.delivery_file`` is written in the transaction of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pyarrow as pa

from goldline.contracts import Contract, Feed
from goldline.errors import ClearDataRefused, DeliveryRefused
from goldline.faultpoint import reach
from goldline.intake.check import CheckedFeed, CheckedFile, Checker
from goldline.intake.quarantine import Quarantine, Report, Verdict
from goldline.intake.register import LoadedFile, register
from goldline.intake.rules import identifier
from goldline.intake.structure import Records, read_records
from goldline.landing.archive import Archive
from goldline.landing.history import Entry
from goldline.warehouse.engine import Session, Warehouse

BATCH_BYTES = 96_000_000  # smaller batches go through the log of the database, and are compressed twice
Progress = Callable[[int, int], None]


@dataclass
class Intake:
    """What an intake did, per file. ``clear`` are the refused files that hold personal data in clear."""

    loaded: list[LoadedFile] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    clear: set[int] = field(default_factory=set)
    held: dict[int, str] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)


def take_in(
    warehouse: Warehouse,
    archive: Archive,
    contract: Contract,
    entries: Sequence[Entry],
    *,
    quarantine: Quarantine,
    memory: str = "1GB",
    threads: int = 2,
    progress: Progress | None = None,
) -> Intake:
    """Check and load ledger entries of one source.

    Args:
        warehouse: Where the rows go.
        archive: Where the bytes are.
        contract: The source's contract.
        entries: The entries to load; later versions of a file supersede earlier ones.
        quarantine: Where faults are reported.
        memory: Memory limit of the checking engine.
        threads: Threads of the checking engine.
        progress: Called with (files done, files in all).
    """
    done, result = 0, Intake(entries={entry.sequence: entry for entry in entries})
    checker = Checker(contract, memory=memory, threads=threads)
    try:
        for batch in _batches(entries):
            _load_batch(warehouse, archive, checker, batch, quarantine, result)
            done += len(batch)
            if progress:
                progress(done, len(entries))
    finally:
        checker.close()
    return result


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Cut the entries into runs of whole days of about ``BATCH_BYTES``."""
    batch: list[Entry] = []
    for _, group in groupby(
        sorted(entries, key=lambda e: (e.delivery_date, e.sequence)), key=lambda e: e.delivery_date
    ):
        day = list(group)
        if batch and sum(entry.size for entry in (*batch, *day)) > BATCH_BYTES:
            yield batch
            batch = []
        batch += day
    if batch:
        yield batch


def _load_batch(
    warehouse: Warehouse,
    archive: Archive,
    checker: Checker,
    batch: list[Entry],
    quarantine: Quarantine,
    result: Intake,
) -> None:
    refused: dict[int, str] = {}
    checked = [
        _check_feed(archive, checker, feed, entries, refused, result.clear)
        for feed, entries in _by_feed(checker.contract, batch)
    ]
    files = {sequence: file for one in checked for sequence, file in one.files.items()}
    for one in checked:
        refused |= {s: f"{f.entry.name}, {why}" for s, f in one.files.items() if (why := f.refusal(one.feed))}
    newest = {(e.feed, e.delivery_date): e for e in batch}
    blocked = {e.delivery_date: e.name for e in newest.values() if e.sequence in refused}
    held = {
        e.sequence: f"held back: {blocked[e.delivery_date]} of the same delivery was refused"
        for e in batch
        if e.delivery_date in blocked and e.sequence not in refused
    }
    for entry in batch:
        _report(quarantine, entry, files.get(entry.sequence), refused.get(entry.sequence), held.get(entry.sequence))
    reach("intake.checked")
    good = [e for e in batch if e.sequence not in refused and e.sequence not in held]
    with warehouse.transaction() as session:
        result.loaded += _load_files(session, checker, checked, {e.sequence for e in good})
        reach("intake.before_commit")
    reach("intake.committed")
    result.refused |= refused
    result.clear |= {sequence for sequence in refused if sequence in files and files[sequence].clear}
    result.held |= held


def _by_feed(contract: Contract, batch: list[Entry]) -> Iterator[tuple[Feed, list[Entry]]]:
    for name, feed in contract.feeds.items():
        if entries := [entry for entry in batch if entry.feed == name]:
            yield feed, entries


def _check_feed(
    archive: Archive, checker: Checker, feed: Feed, entries: list[Entry], refused: dict[int, str], clear: set[int]
) -> CheckedFeed:
    files: list[tuple[Entry, Records]] = []
    for entry in entries:
        try:
            data = archive.read(entry.sha256)
            files.append((entry, read_records(data, checker.contract, feed, entry.name)))
        except DeliveryRefused as error:
            refused[entry.sequence] = f"{error.where}: {error.what}. What to do: {error.remedy}"
            if isinstance(error, ClearDataRefused):
                clear.add(entry.sequence)
    return checker.check(feed, files)


def _report(
    quarantine: Quarantine, entry: Entry, file: CheckedFile | None, refused: str | None, held: str | None
) -> None:
    reason = refused or held or ""
    if not reason and file and not file.faults:
        quarantine.clear(entry)
        return
    verdict: Verdict = "refused" if refused else "held" if held else "loaded"
    rows = len(file.records.lines) if file else 0
    quarantine.write(
        Report(
            sequence=entry.sequence,
            source=entry.source,
            feed=entry.feed,
            delivery_date=entry.delivery_date,
            name=entry.name,
            sha256=entry.sha256,
            verdict=verdict,
            reason=reason,
            rows_received=rows,
            rows_quarantined=rows if reason else len(file.bad_lines) if file else 0,
            faults=tuple(file.faults) if file else (),
        )
    )


def _load_files(session: Session, checker: Checker, checked: list[CheckedFeed], good: set[int]) -> list[LoadedFile]:
    loaded = []
    for one in checked:
        sequences = [sequence for sequence in one.files if sequence in good]
        if not sequences:
            continue
        rows = one.good_rows(sequences)
        table = checker.contract.table(one.feed.name)
        _replace(session, table, checker.contract.source, one.feed, rows, [one.files[s].entry for s in sequences])
        if (totals := checker.totals(one, sequences)) is not None:
            session.insert_arrow("intake.delivery_total", totals)
        reach("intake.rows_written")
        counts = dict(zip(*_value_counts(rows), strict=True))
        loaded += [
            LoadedFile(
                entry=one.files[s].entry,
                encoding=one.files[s].records.encoding,
                rows_received=len(one.files[s].records.lines),
                rows_loaded=counts.get(s, 0),
                rows_quarantined=len(one.files[s].bad_lines),
                rows_duplicate=one.files[s].duplicates,
                ignored_columns=tuple(n for n in one.files[s].records.header if n not in one.feed.columns),
                contract_digest=checker.contract.digest,
            )
            for s in sequences
        ]
    register(session, loaded)
    return loaded


def _value_counts(rows: pa.Table) -> tuple[list[Any], list[Any]]:
    counted = rows["sequence"].value_counts()
    return counted.field("values").to_pylist(), counted.field("counts").to_pylist()


def _replace(session: Session, table: str, source: str, feed: Feed, rows: pa.Table, entries: Sequence[Entry]) -> None:
    """Add the rows; where a file corrects an earlier one, rows of the scopes it holds are marked as superseded.

    Versions that are loaded already count as well: an earlier version, once refused, may be retried after them.
    """
    session.insert_arrow(table, rows)
    reach("intake.superseding")
    days = sorted({entry.delivery_date for entry in entries})
    loaded = session.rows(
        "select sequence, delivery_date from intake.delivery_file"
        " where source = $source and feed = $feed and delivery_date = any($days)",
        {"source": source, "feed": feed.name, "days": days},
    )
    versions = sorted({*loaded, *((entry.sequence, entry.delivery_date) for entry in entries)})
    if len(versions) == len(days):
        return
    slots: dict[str, object] = {"days": days}
    if feed.replaces:
        columns = ", ".join(map(identifier, feed.replaces))
        newest = (
            f"select max(sequence) as sequence, delivery_date, {columns} from {table}"
            f" where delivery_date = any($days) group by delivery_date, {columns}"
        )
        scope = " and ".join(f"newer.{identifier(c)} = older.{identifier(c)}" for c in feed.replaces)
    else:
        latest = {day: sequence for sequence, day in versions}
        slots = {"sequences": list(latest.values()), "days": list(latest)}
        newest, scope = "select unnest($sequences) as sequence, unnest($days) as delivery_date", "true"
    session.execute(
        f"update {table} as older set superseded_by = newer.sequence from ({newest}) as newer"
        f" where older.delivery_date = newer.delivery_date and older.sequence < newer.sequence"
        f" and older.superseded_by is null and {scope}",
        slots,
    )
