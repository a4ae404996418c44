"""``goldline export`` and ``goldline report``, as a person types them."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldline.cli import app
from goldline.reports.subscriptions import Subscription, Subscriptions
from tests.integration.metrics.conftest import Opened


@pytest.fixture
def shop(home: Path, retailer: Opened, monkeypatch: pytest.MonkeyPatch) -> Path:
    for part in ("published", "boards"):
        shutil.copytree(retailer.settings.home / part, home / part)
    monkeypatch.chdir(home)
    return home


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_a_tile_comes_out_as_csv_with_its_filters(shop: Path) -> None:
    code, text, _ = run("export", "sales", "--tile", "shops", "--format", "csv", "--filter", "shop=shop:2", "-o", "-")
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert code == 0
    assert {line[0] for line in lines[1 : lines.index([])]} == {"Shop shop:2"}
    assert ["Shop", "Shop shop:2"] in lines


def test_a_board_is_written_to_a_file_that_names_it_and_its_day(shop: Path) -> None:
    code, _, said = run("export", "contacts", "--format", "xlsx", "--language", "fr")
    assert code == 0
    assert "contacts-2026-03-28.xlsx" in said
    assert (shop / "contacts-2026-03-28.xlsx").read_bytes().startswith(b"PK")


def test_a_table_is_written_in_full(shop: Path) -> None:
    assert run("export", "golden_customer", "--format", "csv", "-o", "customers.csv")[0] == 0
    assert (shop / "customers.csv").read_text(encoding="utf-8-sig").startswith("customer_key,")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing",), "there is no board 'nothing'"),
        (("sales", "--tile", "x"), "the board has no tile 'x'"),
        (("sales", "--filter", "year"), "'year' is no filter"),
        (("sales", "--filter", "shoop=1"), "there is no filter 'shoop'"),
        (("sales", "--format", "parquet"), "can't be written as parquet"),
        (("enriched_model", "--format", "pdf"), "can't be written as pdf"),
        (("enriched_model", "--format", "csv", "--tile", "x"), "exported in full"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_no_file(shop: Path, words: tuple[str, ...], said: str) -> None:
    code, _, error = run("export", *words)
    assert code == 1
    assert said in " ".join(error.split())
    assert not list(shop.glob("*.part"))


def test_a_trial_of_the_report_writes_mails_and_sends_nothing(shop: Path) -> None:
    Subscriptions(shop).put(Subscription(address="jo@example.org"))
    code, text, _ = run("report", "--dry-run", "-o", "mails")
    assert code == 0
    assert "report-001.eml" in text
    assert b"Subject: " in (shop / "mails" / "report-001.eml").read_bytes()
    assert not (shop / "outbox" / "mails").exists()


def test_the_report_says_why_it_is_held_back(shop: Path) -> None:
    Subscriptions(shop).put(Subscription(address="jo@example.org"))
    code, text, _ = run("report")
    assert code == 0
    assert "held back: stale" in text


def test_without_subscribers_it_says_how_to_get_some(shop: Path) -> None:
    code, _, error = run("report")
    assert code == 1
    assert "nobody wants the report" in " ".join(error.split())
