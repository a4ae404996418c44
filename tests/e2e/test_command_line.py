"""The command line as a person uses it: real processes, a made-up retailer, and everything that can go wrong early."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.main import get_command

from goldline.cli import app
from goldline.publish import versions
from goldline.warehouse.lease import Lease

pytestmark = pytest.mark.e2e

GOLDLINE = Path(sys.executable).with_name("goldline")
SECRET = "canary-of-the-mail-server"
LAST = date(2026, 3, 28)
DAYS = 5
COUNTS = "select (select count(*) from unified_sales) as lines, (select count(*) from golden_customer) as customers"


class Person:
    """Somebody at a shell, with a home and settings of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            **os.environ,
            "GOLDLINE_HOME": str(home),
            "GOLDLINE_SETTLE_SECONDS": "0",
            "GOLDLINE_MAIL_TO": "data@example.org",
            "COLUMNS": "400",
        }

    def says(self, *words: str, expect: int = 0, **settings: str) -> str:
        """Run a command, require its exit code, and return all that it printed."""
        ran = subprocess.run(
            [GOLDLINE, *words],
            env=self.environment | settings,
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        printed = ran.stdout + ran.stderr
        assert ran.returncode == expect, printed
        assert "Traceback" not in printed
        return printed

    @property
    def digests(self) -> dict[str, str]:
        return versions.current(self.home / "published").digests

    @property
    def version(self) -> str:
        return versions.current(self.home / "published").version


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path / "home")


def commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[tuple[str, ...], object]] = [((), get_command(app))]
    while waiting:
        words, one = waiting.pop()
        found.append(words)
        waiting += [((*words, name), child) for name, child in getattr(one, "commands", {}).items()]
    return sorted(found)


@pytest.mark.parametrize("words", commands(), ids=lambda words: " ".join(words) or "goldline")
def test_every_command_explains_itself(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app([*words, "--help"])
    printed = capsys.readouterr().out
    assert ended.value.code == 0
    assert "Usage:" in printed
    assert len(printed.splitlines()) > 6


def test_the_first_help_names_the_exit_codes_and_needs_no_home(person: Person) -> None:
    printed = person.says("--help")
    assert "75 try again later" in printed
    assert {"demo", "run", "backfill", "rebuild", "status", "query", "doctor", "publish"} <= set(printed.split())
    assert not person.home.exists()


def test_the_version_is_said_without_a_command(person: Person) -> None:
    assert person.says("--version") == f"goldline {version('goldline')}\n"


def test_an_empty_home_is_fine_and_every_look_at_it_says_what_to_do(person: Person) -> None:
    printed = person.says("doctor")
    assert "✗" not in printed
    assert "nothing yet; 'goldline run' publishes" in printed
    assert "goldline run" in person.says("query", "select 1", expect=1)
    assert "goldline demo" in person.says("backfill", expect=1)
    assert "nothing has arrived yet" in person.says("run")


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        (("status",), {"GOLDLINE_TIMEZONE": "Mars/Olympus"}, "GOLDLINE_TIMEZONE"),
        (("run",), {"GOLDLINE_CURRENCY": "euro"}, "GOLDLINE_CURRENCY"),
        (("doctor",), {"GOLDLINE_SMTP_PORT": SECRET}, "GOLDLINE_SMTP_PORT"),
        (("run", "--date", "2026-02-30"), {}, "--date"),
        (("run", "--dat", "2026-02-28"), {}, "--dat"),
        (("demo", "--days", "0"), {}, "--days"),
        (("publish", "restore"), {}, "Missing argument"),
        (("query", "select 1", "--format", "xml"), {}, "--format"),
        (("fly",), {}, "fly"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple | dict) else value,
)
def test_wrong_usage_and_wrong_settings_say_which_and_end_with_2(
    person: Person, words: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    printed = person.says(*words, expect=2, **settings)
    assert said in printed
    assert SECRET not in printed


def test_settings_are_shown_with_their_origin_and_without_their_secrets(person: Person) -> None:
    printed = person.says(
        "settings",
        GOLDLINE_SMTP_USER="goldline",
        GOLDLINE_SMTP_PASSWORD=SECRET,
        GOLDLINE_LANDING=f"sftp://shop:{SECRET}@host/drop",
    )
    assert SECRET not in printed
    assert "sftp://shop:**********@host/drop" in printed
    assert any("GOLDLINE_HOME" in line and "environment" in line for line in printed.splitlines())


def test_a_test_mail_without_a_mail_server_becomes_a_file(person: Person) -> None:
    printed = person.says("alerts", "test")
    mails = list(person.home.rglob("*.eml"))
    assert len(mails) == 1
    assert str(mails[0]) in printed
    assert b"data@example.org" in mails[0].read_bytes()
    assert str(mails[0]) in person.says("alerts", "pending")


@pytest.fixture
def retailer(person: Person) -> Person:
    """A person with deliveries of some days; those of the last one have not come yet."""
    person.says("demo", "--days", str(DAYS), "--customers", "150", "--last-day", str(LAST))
    hold_back(person)
    return person


def held(person: Person) -> Path:
    return person.home.parent / "held"


def hold_back(person: Person) -> None:
    for path in sorted((person.home / "landing").glob(f"*/*_{LAST:%Y%m%d}.csv")):
        folder = held(person) / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        path.rename(folder / path.name)


def test_from_the_first_delivery_to_a_rebuild(retailer: Person) -> None:
    """One long day, because every step stands on the one before."""
    first = LAST - timedelta(DAYS - 1)
    one_day_is_loaded(retailer, first)
    days_are_backfilled_past_what_does_not_belong(retailer, first + timedelta(1), LAST - timedelta(1))
    a_second_run_finds_nothing_new(retailer)
    the_snapshot_is_asked(retailer)
    the_planted_faults_are_in_quarantine(retailer)
    a_version_is_restored(retailer)
    a_second_writer_is_told_to_come_back(retailer)
    a_cut_file_is_refused(retailer)
    its_correction_is_loaded(retailer)
    a_rebuild_ends_in_the_same_tables(retailer)


def counts(person: Person) -> dict[str, int]:
    [row] = json.loads(person.says("query", COUNTS, "--format", "json"))
    return {name: int(value) for name, value in row.items()}


def days_published(person: Person) -> list[str]:
    sql = "select distinct business_date as day from unified_sales order by 1"
    return [row["day"][:10] for row in json.loads(person.says("query", sql, "--format", "json"))]


def one_day_is_loaded(person: Person, day: date) -> None:
    printed = person.says("run", "--date", str(day))
    assert "v000001" in printed
    assert all(name.endswith(f"_{day:%Y%m%d}.csv") for name in taken(person))


def taken(person: Person) -> list[str]:
    return [path.name for path in (person.home / "landing").glob("*/taken/*.csv")]


def days_are_backfilled_past_what_does_not_belong(person: Person, start: date, end: date) -> None:
    assert "is after" in person.says("backfill", "--from", str(end), "--to", str(start), expect=1)
    hostile = hostile_names(person)
    printed = person.says("backfill", "--from", str(start), "--to", str(end))
    assert printed.count("not taken: cashmere/") == len(hostile)
    assert "\x1b" not in printed
    assert all(os.path.lexists(path) for path in hostile)
    for path in hostile:
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    assert "v000002" in printed
    assert f"deliveries to {end}" in printed


def hostile_names(person: Person) -> list[Path]:
    """Put things into the landing zone that do not belong there."""
    folder = person.home / "landing" / "cashmere"
    names = ["VENTES_20260230.csv", "ventes_20260328.csv", "VENTES_\x1b[31m20260328.csv", "VENTES_20260328.csv;reboot"]
    names += ["VENTES_20260328.csv\nx", "-rf", "$(reboot)", "V" * 250]
    planted = [folder / name for name in names]
    for path in planted:
        path.write_text("x")
    (folder / "VENTES_20260301.csv").symlink_to("/etc/passwd")
    (folder / "VENTES_20260302.csv").mkdir()
    return [*planted, folder / "VENTES_20260301.csv", folder / "VENTES_20260302.csv"]


def a_second_run_finds_nothing_new(person: Person) -> None:
    before = person.digests
    assert "nothing new to load" in person.says("run")
    assert (person.version, person.digests) == ("v000002", before)
    printed = person.says("status")
    assert {"cashmere", "magento", "v000002"} <= set(printed.replace(",", " ").split())


def the_snapshot_is_asked(person: Person) -> None:
    sql = "select channel, count(*) as lines, sum(net_amount_excl_tax) as net from unified_sales group by 1 order by 1"
    shown, as_csv, as_json = (person.says("query", sql, "--format", kind) for kind in ("table", "csv", "json"))
    from_json = json.loads(as_json)
    from_csv = list(csv.DictReader(io.StringIO(as_csv)))
    assert [row["channel"] for row in from_csv] == ["ecommerce", "store"]
    assert [{name: str(value) for name, value in row.items()} for row in from_json] == from_csv
    assert all(row["lines"] in shown and row["channel"] in shown for row in from_csv)
    for forbidden in ("select * from read_text('/etc/passwd')", "drop table unified_sales", "select * from nowhere"):
        assert "root:" not in person.says("query", forbidden, expect=1)


def the_planted_faults_are_in_quarantine(person: Person) -> None:
    printed = person.says("quarantine", "list")
    name = next(word for word in printed.replace("cashmere/", "").split() if word.startswith("VENTES_"))
    shown = person.says("quarantine", "show", name)
    assert {"gencod", "quantite"} <= set(shown.split())
    assert "9,99999A+99" in shown
    assert "3,70123E+11" not in printed + shown
    assert "not refused" in person.says("quarantine", "retry", name, expect=1)
    assert "no report" in person.says("quarantine", "show", "VENTES_19990101.csv", expect=1)


def a_version_is_restored(person: Person) -> None:
    newest = counts(person)
    assert "v000001 is current" in person.says("publish", "restore", "v000001")
    assert counts(person)["lines"] < newest["lines"]
    listed = person.says("publish", "list")
    assert [line for line in listed.splitlines() if "→" in line and "v000001" in line]
    assert "v000009" in person.says("publish", "restore", "v000009", expect=1)
    person.says("publish", "restore", "v000002")
    assert counts(person) == newest


def a_second_writer_is_told_to_come_back(person: Person) -> None:
    lease = Lease.of(person.home / "warehouse.duckdb")
    try:
        printed = person.says("run", expect=75)
    finally:
        lease.release()
    assert f"process {os.getpid()}" in printed


def a_cut_file_is_refused(person: Person) -> None:
    before = person.digests
    shutil.copytree(held(person), person.home / "landing", dirs_exist_ok=True)
    name = f"VENTES_{LAST:%Y%m%d}.csv"
    whole = (held(person) / "cashmere" / name).read_bytes()
    (person.home / "landing" / "cashmere" / name).write_bytes(whole[:-40])
    printed = person.says("run", expect=1)
    line = whole.count(b"\n")
    assert f"{name}, line {line}, column " in printed
    assert "the file was cut" in printed
    assert "deliver the whole file again" in printed
    assert (person.version, person.digests) == ("v000002", before)
    assert name in person.says("status")
    assert "refused" in person.says("quarantine", "show", name)


def its_correction_is_loaded(person: Person) -> None:
    name = f"VENTES_{LAST:%Y%m%d}.csv"
    shutil.copy2(held(person) / "cashmere" / name, person.home / "landing" / "cashmere")
    assert "v000003" in person.says("run")
    assert str(LAST) in days_published(person)
    assert name not in person.says("quarantine", "list")


def a_rebuild_ends_in_the_same_tables(person: Person) -> None:
    before = person.digests
    person.says("rebuild", "--yes")
    assert (person.version, person.digests) == ("v000003", before)
    assert not list(person.home.glob("*.before-rebuild"))
    assert "✗" not in person.says("doctor", "--deep")
