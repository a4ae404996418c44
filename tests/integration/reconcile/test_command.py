"""``goldline reconcile``: the statement of the published version, in each of its forms, and its exit codes."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from goldline.cli import app
from goldline.commands import terminal

pytestmark = pytest.mark.integration


@pytest.fixture
def published(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GOLDLINE_HOME", str(loaded))
    monkeypatch.setattr(terminal.out, "width", 200)
    return loaded


def reconcile(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["reconcile", *arguments])


@pytest.mark.usefixtures("published")
def test_the_statement_ends_with_its_residual() -> None:
    done = reconcile("--month", "2026-03")
    assert done.exit_code == 0, done.output
    assert "unified sales" in done.output
    assert "residual 0 in all" in done.output.splitlines()[-1]


@pytest.mark.usefixtures("published")
def test_a_delivery_has_a_line_per_file_and_shop() -> None:
    done = reconcile("--date", "2026-03-28", "--source", "cashmere")
    assert done.exit_code == 0, done.output
    lines = [line for line in done.output.splitlines() if line.startswith("2026-03-28")]
    assert len(lines) > 1
    assert all("VENTES" in line and "cashmere:" in line for line in lines)
    assert "magento" not in done.output


def test_csv_has_every_entry_to_the_last_decimal(published: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    done = reconcile("--format", "csv", "--output", str(target))
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8"))))
    net = {
        station: sum(Decimal(r["net_amount"]) for r in rows if r["station"] == station)
        for station in ("sales", "unified")
    }
    excluded = sum(Decimal(row["net_amount"]) for row in rows if row["station"] == "excluded")
    assert net["sales"] == net["unified"] + excluded != 0
    assert all(Decimal(row["row_count"]) == 0 for row in rows if row["station"].startswith("residual of "))
    assert any(row["station"] == "residual of enriched" for row in rows)


def test_the_page_is_one_file(published: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    done = reconcile("--month", "2026-03", "--format", "html", "--output", str(target))
    assert done.exit_code == 0, done.output
    page = target.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "http" not in page.replace('lang="en"', "")
    assert "residual 0 in all" in page


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--month", "2026-3"),
        ("--date", "28/03/2026"),
        ("--date", "2026-03-28", "--month", "2026-03"),
        ("--source", "nobody"),
    ],
)
def test_a_wrong_option_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert reconcile(*arguments).exit_code == 2


@pytest.mark.usefixtures("published")
def test_a_period_without_deliveries_says_so() -> None:
    done = reconcile("--month", "2031-01")
    assert done.exit_code == 0
    assert "nothing was delivered" in done.output
