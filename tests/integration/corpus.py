"""Delivering every file of ``faulty_files``, each as the only file of a day of its own, and what became of each.

Whether that is what the file deserves is said in ``wrong_with``; the tests and ``make torture`` ask it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from goldline.deliver import deliver
from goldline.home import Home
from goldline.intake.quarantine import Fault, Report
from tests.integration.faulty_files import CASHMERE, MAGENTO, Case
from tests.support import EVERY_DAY

FIRST = date(2026, 3, 28)
FEEDS = {"cashmere": ("VENTES", CASHMERE), "magento": ("sales_order_item", MAGENTO)}
FILES = [(source, case) for source, (_, cases) in FEEDS.items() for case in cases]
NAMES = [f"{source}: {case.name}" for source, case in FILES]


@dataclass(frozen=True)
class Outcome:
    """What became of one file: the report on it, if there is one, and its rows by their lines."""

    report: Report | None
    rows: dict[int, dict[str, Any]]


def deliver_all(home: Home) -> None:
    """Deliver every file into a home."""
    for source, (feed, cases) in FEEDS.items():
        folder = home.settings.home / "landing" / source
        folder.mkdir(parents=True)
        for number, case in enumerate(cases):
            (folder / f"{feed}_{FIRST + timedelta(number):%Y%m%d}.csv").write_bytes(case.data)
    with home.warehouse() as warehouse:
        for source in FEEDS:
            deliver(home, warehouse, source, EVERY_DAY, run_id="test")


def outcomes_in(home: Home) -> dict[str, Outcome]:
    """Return what became of each file, by its name."""
    reports = {(r.source, r.delivery_date): r for r in home.quarantine.reports()}
    found: dict[str, Outcome] = {}
    with home.warehouse() as warehouse, warehouse.transaction() as session:
        for source, (feed, cases) in FEEDS.items():
            rows = session.arrow(f"select * from {source}.raw_{feed.lower()}").to_pylist()
            for number, case in enumerate(cases):
                day = FIRST + timedelta(number)
                kept = {row["line_number"]: row for row in rows if row["delivery_date"] == day}
                found[f"{source}: {case.name}"] = Outcome(reports.get((source, day)), kept)
    return found


def wrong_with(source: str, case: Case, outcome: Outcome) -> list[str]:
    """Say what is wrong with what became of a file: its verdict, the place in the message, what was loaded."""
    report = outcome.report
    verdict = "loaded" if report is None else "rows" if report.verdict == "loaded" else report.verdict
    if verdict != case.verdict:
        return [f"the verdict is {verdict} instead of {case.verdict}"]
    if report is None:
        return list(_wrong_rows(case, outcome.rows))
    return list(_wrong_fault(source, case, outcome) if verdict == "rows" else _wrong_refusal(case, outcome))


def _wrong_rows(case: Case, rows: dict[int, dict[str, Any]]) -> Iterator[str]:
    if case.rows != len(rows) and case.cells:
        yield f"{len(rows)} rows were loaded instead of {case.rows}"
    for line, column, value in case.cells:
        found = rows[line][column]
        if (found if isinstance(value, int) else str(found)) != value:
            yield f"line {line}, column {column} is not {value}"


def _wrong_fault(source: str, case: Case, outcome: Outcome) -> Iterator[str]:
    assert outcome.report
    faults = [fault for fault in outcome.report.faults if fault.line == case.line]
    if not faults:
        yield f"no fault on line {case.line}"
        return
    header = case.data.split(b"\n")[0].decode("cp1252").strip().split("," if source == "magento" else ";")
    expected = Fault(case.line, case.column, header.index(case.column) + 1, faults[0].rule, case.shape)
    if faults[0] != expected or not faults[0].rule:
        yield f"{faults[0]} instead of {expected}"
    if case.line in outcome.rows or not outcome.rows:
        yield "the bad row was loaded, or no other was"
    if not outcome.report.rows_quarantined == len({fault.line for fault in outcome.report.faults}) <= 3:
        yield f"{outcome.report.rows_quarantined} rows left out"


def _wrong_refusal(case: Case, outcome: Outcome) -> Iterator[str]:
    assert outcome.report
    reason = outcome.report.reason
    if outcome.rows:
        yield "rows of a refused file were loaded"
    line, column = f"line {case.line}" if case.line else "", f", column {case.column}" if case.column else ""
    for part in (outcome.report.name, case.says, line, column, "What to do: "):
        if part not in reason:
            yield f"the reason does not say {part!r}: {reason}"
