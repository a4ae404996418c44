"""Naming the lines behind a difference: which line is missing, there once too often, or has other amounts.

Two neighbouring stations are compared line by line, for one delivery day only. A line is named by its key, document and
place in its file, never by anything personal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from goldline.contracts import Contract, Feed
from goldline.errors import DeliveryRefused, IntegrityError
from goldline.home import Home
from goldline.intake.check import Checker
from goldline.intake.rules import identifier
from goldline.intake.structure import read_records
from goldline.landing.history import Entry
from goldline.warehouse.engine import Session

MOST = 20
BEFORE = {
    "unified": "{source}.sales where exclusion_reason is null and",
    "excluded": "{source}.sales where exclusion_reason is not null and",
    "enriched": "merge.unified_sales where",
}
TABLES = {
    "unified": "merge.unified_sales",
    "excluded": "merge.unified_exclusions",
    "enriched": "enriched_model.enriched_model",
}


@dataclass(frozen=True)
class Line:
    """A line behind a difference.

    Attributes:
        what: ``is missing``, ``is there once too often`` or ``has other amounts``.
        sales_line_id: Its key, where one of the tables still has it.
        document: Number of the document and of the line in it, or the key of the row in its file.
    """

    what: str
    source: str
    file: str
    physical_line: int
    document: str
    sales_line_id: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        key = f"line {self.sales_line_id} ({self.document})" if self.sales_line_id else self.document
        return f"{self.source} {self.file} line {self.physical_line}, {key}: {self.what}"


def name_lines(home: Home, session: Session, station: str, source: str, day: date, feed: str = "") -> list[Line]:
    """Find the lines of a delivery day in which a station differs from the one before it."""
    contract = home.contracts[source]
    if station in TABLES:
        return _between_tables(session, station, source, day)
    feeds = [one for one in contract.feeds.values() if one.totals and feed in ("", one.name)]
    if station == "sales":
        return [line for one in feeds for line in _between_rows_and_sales(session, contract, one, day)][:MOST]
    return [line for one in feeds for line in _between_file_and_rows(home, session, contract, one, day)][:MOST]


def _between_tables(session: Session, station: str, source: str, day: date) -> list[Line]:
    amounts = ["net_amount_excl_tax", "net_amount_incl_tax"]
    if station != "excluded":
        amounts.append("gross_amount_incl_tax")
    columns = (
        "sales_line_id, source_system, document_number, source_line_id, source_file, source_file_line, delivery_date,"
        f" {', '.join(amounts)}"
    )
    before, after = BEFORE[station].format(source=source), f"{TABLES[station]} where"
    chosen = "source_system = ? and delivery_date = ?"
    differs = " or ".join(f"sum(side * {name}) <> 0" for name in amounts)
    found = session.rows(
        f"with both_sides as (select {columns}, 1 as side from {before} {chosen}"
        f" union all select {columns}, -1 as side from {after} {chosen})"
        " select sum(side), max(source_file), max(source_file_line), max(document_number), max(source_line_id),"
        f" sales_line_id from both_sides group by sales_line_id having sum(side) <> 0 or {differs}"
        f" order by sales_line_id limit {MOST}",
        [source, day, source, day],
    )
    return [
        Line(_what(int(side)), source, file, int(line), f"document {document}, line {number}", key)
        for side, file, line, document, number, key in found
    ]


def _between_rows_and_sales(session: Session, contract: Contract, feed: Feed, day: date) -> Iterator[Line]:
    """Compare by file and physical line: a line of the source's sales knows the row that it was made from."""
    totals, chosen = feed.totals, ""
    if totals and totals.header:
        amounts = (totals.gross, totals.net, totals.tax)
        chosen = " and (" + " or ".join(f"coalesce({amount}, 0) <> 0" for amount in amounts) + ")"
    sold = "select distinct" if totals and totals.header else "select"
    found = session.rows(
        "with files as (select * from intake.delivery_file where source = ? and feed = ? and delivery_date = ?),"
        " both_sides as (select files.file_name, lines.line_number, 1 as side"
        f" from {contract.newest(feed.name)} as lines join files on files.sequence = lines.sequence"
        f" where lines.delivery_date = ?{chosen}"
        f" union all {sold} source_file, source_file_line, -1 from {contract.source}.sales"
        " where delivery_date = ? and source_file in (select file_name from files))"
        " select file_name, line_number, sum(side) from both_sides group by file_name, line_number"
        f" having sum(side) <> 0 order by file_name, line_number limit {MOST}",
        [contract.source, feed.name, day, day, day],
    )
    for file, line, side in found:
        yield _known(session, contract, feed, day, file, int(line), _what(int(side)))


def _between_file_and_rows(home: Home, session: Session, contract: Contract, feed: Feed, day: date) -> Iterator[Line]:
    """Check the archived file once more: the rows that pass are those that must be there."""
    entries = [
        e for e in home.ledger.entries() if (e.source, e.feed, e.delivery_date) == (contract.source, feed.name, day)
    ]
    loaded = {s for (s,) in session.rows("select sequence from intake.delivery_file where delivery_date = ?", [day])}
    for entry in entries:
        if entry.sequence not in loaded:
            continue
        expected = _good_lines(home, contract, feed, entry)
        present = Counter(
            {
                int(line): int(count)
                for line, count in session.rows(
                    f"select line_number, count(*) from {contract.table(feed.name)} where sequence = ?"
                    " group by line_number",
                    [entry.sequence],
                )
            }
        )
        for line in sorted((expected - present) | (present - expected)):
            what = _what(expected[line] - present[line])
            yield _known(session, contract, feed, day, entry.name, line, what)


def _good_lines(home: Home, contract: Contract, feed: Feed, entry: Entry) -> Counter[int]:
    checker = Checker(contract, memory=home.settings.memory, threads=home.settings.threads)
    try:
        records = read_records(home.archive.read(entry.sha256), contract, feed, entry.name)
        checked = checker.check(feed, [(entry, records)])
        lines = checked.good_rows([entry.sequence])["line_number"].to_pylist()
        return Counter(int(line) for line in lines if line is not None)
    except (DeliveryRefused, IntegrityError, FileNotFoundError):
        return Counter()
    finally:
        checker.close()


def _known(session: Session, contract: Contract, feed: Feed, day: date, file: str, line: int, what: str) -> Line:
    """Add what some table still knows of a row: the key of its line, else the key of the row."""
    for table in ("merge.unified_sales", "merge.unified_exclusions", f"{contract.source}.sales"):
        found = session.rows(
            f"select sales_line_id, document_number, source_line_id from {table}"
            " where delivery_date = ? and source_file = ? and source_file_line = ? order by sales_line_id limit 1",
            [day, file, line],
        )
        if found:
            key, document, number = found[0]
            return Line(what, contract.source, file, line, f"document {document}, line {number}", key)
    columns = ", ".join(f"cast({identifier(name)} as varchar)" for name in feed.key)
    rows = session.rows(
        f"select {columns} from {contract.table(feed.name)} where line_number = ? and sequence in"
        " (select sequence from intake.delivery_file where file_name = ? and source = ?) limit 1",
        [line, file, contract.source],
    )
    values = rows[0] if rows else ()
    key = ", ".join(f"{name} {value}" for name, value in zip(feed.key, values, strict=False))
    return Line(what, contract.source, file, line, key or "a row of the file")


def _what(side: int) -> str:
    if side == 0:
        return "has other amounts"
    return "is missing" if side > 0 else "is there once too often"
