"""Every oddity of a file gets its verdict: loaded exactly, a row left out, refused; with its place, not its value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from goldline.deliver import deliver
from goldline.home import Home
from goldline.intake.quarantine import Report
from tests.integration.faulty_files import CANARIES, CASHMERE, MAGENTO, VARIANTS, Case
from tests.support import EVERY_DAY, open_home, open_warehouse

pytestmark = pytest.mark.integration

FIRST = date(2026, 3, 28)
FEEDS = {"cashmere": ("VENTES", CASHMERE), "magento": ("sales_order_item", MAGENTO)}
FILES = [(source, case) for source, (_, cases) in FEEDS.items() for case in cases]
NAMES = [f"{source}: {case.name}" for source, case in FILES]


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    report: Report | None
    rows: dict[int, dict[str, Any]]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home into which every file was delivered, each as the only file of a day of its own."""
    home = open_home(tmp_path_factory.mktemp("home"))
    for source, (feed, cases) in FEEDS.items():
        folder = home.settings.home / "landing" / source
        folder.mkdir(parents=True)
        for number, case in enumerate(cases):
            (folder / f"{feed}_{FIRST + timedelta(number):%Y%m%d}.csv").write_bytes(case.data)
    with home.warehouse() as warehouse:
        for source in FEEDS:
            deliver(home, warehouse, source, EVERY_DAY, run_id="test")
    return home


@pytest.fixture(scope="module")
def outcomes(installation: Home) -> dict[str, Outcome]:
    """What became of each file."""
    reports = {(r.source, r.delivery_date): r for r in installation.quarantine.reports()}
    found: dict[str, Outcome] = {}
    with (
        open_warehouse(installation.settings.home / "warehouse.duckdb") as warehouse,
        warehouse.transaction() as session,
    ):
        for source, (feed, cases) in FEEDS.items():
            rows = session.arrow(f"select * from {source}.raw_{feed.lower()}").to_pylist()
            for number, case in enumerate(cases):
                day = FIRST + timedelta(number)
                kept = {row["line_number"]: row for row in rows if row["delivery_date"] == day}
                found[f"{source}: {case.name}"] = Outcome(reports.get((source, day)), kept)
    return found


def test_the_corpus_is_large_and_has_every_variant_of_the_fixtures() -> None:
    assert len(FILES) > 150
    assert len(set(NAMES)) == len(NAMES)
    known = {case.data for case in CASHMERE}
    assert all(path.read_bytes() in known for path in VARIANTS.iterdir())


@pytest.mark.parametrize(("source", "case"), FILES, ids=NAMES)
def test_a_file_gets_the_verdict_it_deserves(outcomes: dict[str, Outcome], source: str, case: Case) -> None:
    outcome = outcomes[f"{source}: {case.name}"]
    if case.verdict == "loaded":
        assert outcome.report is None
    elif case.verdict == "rows":
        assert outcome.report is not None
        assert outcome.report.verdict == "loaded"
        assert case.line in {fault.line for fault in outcome.report.faults}
        assert case.line not in outcome.rows
        assert outcome.rows
    else:
        assert outcome.report is not None
        assert outcome.report.verdict == "refused"
        assert not outcome.rows


@pytest.mark.parametrize("case", [c for c in CASHMERE if c.verdict == "loaded"], ids=lambda case: case.name)
def test_what_is_loaded_is_what_stands_in_the_file(outcomes: dict[str, Outcome], case: Case) -> None:
    rows = outcomes[f"cashmere: {case.name}"].rows
    assert len(rows) == case.rows
    for line, column, value in case.cells:
        found = rows[line][column]
        assert (found if isinstance(value, int) else str(found)) == value


@pytest.mark.parametrize(
    ("source", "case"), [(s, c) for s, c in FILES if c.verdict == "rows"], ids=lambda x: getattr(x, "name", x)
)
def test_a_bad_row_is_reported_with_line_column_and_shape(
    outcomes: dict[str, Outcome], source: str, case: Case
) -> None:
    report = outcomes[f"{source}: {case.name}"].report
    assert report is not None
    fault = next(f for f in report.faults if f.line == case.line)
    names = case.data.split(b"\n")[0].decode("cp1252").strip().split("," if source == "magento" else ";")
    assert (fault.column, fault.column_number, fault.value) == (case.column, names.index(case.column) + 1, case.shape)
    assert fault.rule
    assert report.rows_quarantined == len({f.line for f in report.faults}) <= 3


@pytest.mark.parametrize(
    ("source", "case"), [(s, c) for s, c in FILES if c.verdict == "refused"], ids=lambda x: getattr(x, "name", x)
)
def test_a_refused_file_is_reported_with_its_place_and_what_to_do(
    outcomes: dict[str, Outcome], source: str, case: Case
) -> None:
    report = outcomes[f"{source}: {case.name}"].report
    assert report is not None
    assert report.reason.startswith(report.name)
    assert case.says in report.reason
    assert f"line {case.line}" in report.reason or not case.line
    assert f", column {case.column}" in report.reason or not case.column
    assert "What to do: " in report.reason


def test_no_value_of_a_bad_cell_and_nothing_personal_is_ever_written_down(installation: Home) -> None:
    home = installation.settings
    written = [p for folder in (home.quarantine_dir, home.ledger_dir) for p in Path(folder).rglob("*") if p.is_file()]
    assert len(written) > 100
    for path in [*written, home.home / "warehouse.duckdb"]:
        content = path.read_bytes()
        assert [canary for canary in CANARIES if canary.encode() in content] == []


def test_every_line_of_every_file_is_loaded_left_out_or_a_duplicate(installation: Home) -> None:
    with (
        open_warehouse(installation.settings.home / "warehouse.duckdb") as warehouse,
        warehouse.transaction() as session,
    ):
        wrong = session.rows(
            "select file_name from intake.delivery_file"
            " where rows_received <> rows_loaded + rows_quarantined + rows_duplicate"
        )
        ignored = session.rows(
            "select ignored_columns, count(*) from intake.delivery_file where ignored_columns <> '' group by 1"
        )
    assert wrong == []
    assert ignored == [("poids", 1)]
