"""From delivered files to a mail: a shop that is silent, a feed that is missing, and how both are over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from goldline.cli import app
from goldline.deliver import deliver
from goldline.demo import write_deliveries
from goldline.graph.arrivals import ARRIVALS, newest_silences
from goldline.graph.runs import execute, first_failure, open_instance
from goldline.graph.tables import table_asset
from goldline.home import Home
from goldline.settings import load_settings
from goldline.warehouse.tables import TableFile
from resources.mailer import MailerResource
from resources.warehouse import WarehouseResource
from sensors.missing_feeds import look_for_missing_feeds
from sensors.silent_shops import look_for_silence
from tests.integration.alerts.server import Inbox, MailServer
from tests.integration.whole_load import carry_out
from tests.support import EVERY_DAY, build_tables, open_home

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:AssetExecutionContext.run_id is deprecated:DeprecationWarning"),
]

LAST = date(2026, 3, 28)
MORNING = datetime(2026, 3, 29, 3, 0, tzinfo=UTC)  # 05:00 in Paris: after the night, before the deadline
SHOP, OTHER = "001", "002"


class Installation:
    """A home with six weeks of deliveries, whose newest one a test changes before it is loaded."""

    def __init__(self, home: Home, instance: dg.DagsterInstance, mailer: MailerResource) -> None:
        self.home, self.instance, self.mailer = home, instance, mailer
        self.landing = home.settings.home / "landing" / "cashmere"

    def file(self, feed: str, day: date = LAST) -> Path:
        return self.landing / f"{feed}_{day:%Y%m%d}.csv"

    def lines(self, feed: str) -> list[str]:
        return self.file(feed).read_bytes().decode("cp1252").splitlines(keepends=True)

    def silence(self, shop: str, *feeds: str) -> dict[str, list[str]]:
        """Take the rows of a shop out of files of the newest delivery; return them."""
        taken = {}
        for feed in feeds:
            header, *lines = self.lines(feed)
            taken[feed] = [line for line in lines if line.startswith(f"{shop};")]
            assert taken[feed]
            kept = [line for line in lines if not line.startswith(f"{shop};")]
            self.write(feed, LAST, header, kept)
        return taken

    def write(self, feed: str, day: date, header: str, lines: list[str]) -> None:
        self.file(feed, day).write_text(header + "".join(lines), "cp1252", newline="")

    def load(self) -> None:
        """Load what has landed and build the calendar, as a run would."""
        shown = [self.home.catalogue.by_name[name] for name in ("control.arrivals", "control.feed_arrivals")]
        with self.home.warehouse() as warehouse:
            deliver(self.home, warehouse, "cashmere", EVERY_DAY, run_id="test")
            with warehouse.transaction() as session:
                build_tables(self.home, session, only=self.upstream(shown) - {table.table for table in shown})
        self.materialize(shown)

    def upstream(self, tables: list[TableFile]) -> set[str]:
        """Names of tables and of all that they are built from."""
        above = [up for table in tables for up in self.home.catalogue.upstream(table)]
        return {table.table for table in tables} | (self.upstream(above) if above else set())

    def materialize(self, tables: list[TableFile]) -> None:
        resources = {"warehouse": WarehouseResource(home_folder=str(self.home.settings.home))}
        job = dg.define_asset_job("nightly", selection=[dg.AssetKey([each.group, each.name]) for each in tables])
        definitions = dg.Definitions(
            [table_asset(self.home, table, {}) for table in tables],
            jobs=[job],
            resources=resources,
            executor=dg.in_process_executor,
        )
        result = execute(definitions, "nightly", self.instance, {})
        assert result.success, first_failure(result)

    def look(self, now: datetime = MORNING) -> None:
        """Let the sensors look, and mail what they found."""
        outbox = self.mailer.outbox
        look_for_silence(self.instance, self.home, outbox, now)
        look_for_missing_feeds(self.home, outbox, now)
        self.mailer.send(now)

    @property
    def open(self) -> list[str]:
        return [record.incident.key for record in self.mailer.outbox.open_incidents()]

    def status(self, shop: str, day: date = LAST) -> str:
        with self.home.warehouse() as warehouse, warehouse.transaction() as session:
            found = session.scalar(
                "select status from control.arrivals where store_key = ? and business_date = ?",
                [f"cashmere:{shop}", day],
            )
        return str(found)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which all deliveries of the tills but the newest are loaded; that one has landed."""
    home = tmp_path_factory.mktemp("arrivals") / "home"
    written = home.parent / "written"
    write_deliveries(written, days=36, customers=1500, lines=9_000, last_day=LAST)
    landing = home / "landing" / "cashmere"
    landing.mkdir(parents=True)
    newest = [path for path in (written / "cashmere").iterdir() if f"{LAST:%Y%m%d}" in path.name]
    for path in set((written / "cashmere").iterdir()) - set(newest):
        path.rename(landing / path.name)
    installation = open_home(home)
    with installation.warehouse() as warehouse:
        deliver(installation, warehouse, "cashmere", EVERY_DAY, run_id="test")
    for path in newest:
        path.rename(landing / path.name)
    return home


@pytest.fixture
def installation(loaded: Path, home: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    shutil.copytree(loaded, home, dirs_exist_ok=True)
    server = MailServer(inbox)
    server.start()
    monkeypatch.setenv("GOLDLINE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("GOLDLINE_SMTP_PORT", str(server.port))
    monkeypatch.setenv("GOLDLINE_MAIL_TO", "data@example.org")
    monkeypatch.setenv("GOLDLINE_SETTLE_SECONDS", "0")
    monkeypatch.setenv("DAGSTER_HOME", "")
    settings = load_settings()
    with open_instance(settings) as instance:
        yield Installation(Home(settings), instance, MailerResource(home_folder=str(home)))
    server.stop(no_assert=True)


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_silent_shops_are_one_mail_and_over_when_their_day_comes_late(installation: Installation, inbox: Inbox) -> None:
    taken = installation.silence(SHOP, "VENTES", "REGLEMENTS", "CLOTURES")
    installation.silence(OTHER, "VENTES")
    installation.load()
    assert (installation.status(SHOP), installation.status(OTHER)) == ("expected_missing", "expected_missing")
    installation.look()
    installation.look(MORNING + timedelta(minutes=5))
    (mail,) = inbox.mails
    assert mail["Subject"] == "[Goldline] silent: Paris Rivoli, 28 Mar 2026 (+1 more)"
    assert "Nothing came although the shop was expected to be open" in text(mail)
    assert "The till closed with" in text(mail)
    assert installation.open == [f"arrivals:shop:cashmere:{shop}:2026-03-28" for shop in (SHOP, OTHER)]

    headers = {feed: installation.home.contracts["cashmere"].feeds[feed].columns for feed in taken}
    later = LAST + timedelta(days=2)
    for feed, lines in taken.items():
        installation.write(feed, later, ";".join(headers[feed]) + "\r\n", lines)
    installation.load()
    assert installation.status(SHOP) == "late"
    installation.look(MORNING + timedelta(days=2))
    assert installation.open == [f"arrivals:shop:cashmere:{OTHER}:2026-03-28"]
    assert inbox.mails[1]["Subject"] == "[Goldline] recovered: Paris Rivoli, 28 Mar 2026"


def test_an_ordinary_night_with_a_late_shop_and_zero_sales_in_it_tells_nobody(
    installation: Installation, inbox: Inbox
) -> None:
    taken = installation.silence(SHOP, "VENTES", "REGLEMENTS", "CLOTURES")
    fields = taken["CLOTURES"][0].split(";")
    zero = ";".join([fields[0], fields[1], "0", "0", "0", "0", "0", "0"]) + "\r\n"
    header, *others = installation.lines("CLOTURES")
    installation.write("CLOTURES", LAST, header, [*others, zero])
    installation.load()
    assert installation.status(SHOP) == "zero_sales"
    installation.look()
    assert (inbox.mails, installation.open) == ([], [])


def test_a_missing_feed_is_told_from_the_hour_of_the_night_on_and_over_when_it_came(
    installation: Installation, inbox: Inbox
) -> None:
    path = installation.file("CLOTURES")
    content = path.read_bytes()
    path.unlink()
    installation.load()
    installation.look(datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
    assert inbox.mails == []
    installation.look()
    (mail,) = inbox.mails
    assert mail["Subject"] == "[Goldline] missing: Cashmere tills, CLOTURES of 28 Mar 2026"
    assert "CLOTURES_20260328.csv has not come" in text(mail)
    with installation.home.warehouse() as warehouse, warehouse.transaction() as session:
        missed = session.rows("select feed, delivery_date from control.feed_arrivals where status = 'expected_missing'")
    assert missed == [("CLOTURES", LAST)]
    path.write_bytes(content)
    installation.load()
    installation.look(MORNING + timedelta(hours=1))
    assert installation.open == []


def test_the_run_shows_the_calendar_as_a_picture_and_history_is_told_to_nobody(
    installation: Installation, inbox: Inbox
) -> None:
    installation.silence(SHOP, "VENTES")
    installation.load()
    event = installation.instance.get_latest_materialization_event(ARRIVALS)
    assert event
    assert event.asset_materialization
    shown = event.asset_materialization.metadata["calendar"]
    assert isinstance(shown, dg.MarkdownMetadataValue)
    assert "](data:image/svg+xml;base64," in str(shown.value)
    assert "Paris Rivoli" in str(shown.value)
    found = newest_silences(installation.instance)
    assert found
    assert [silence.store_key for silence in found.news] == ["cashmere:001"]
    installation.look(MORNING + timedelta(days=100))
    assert inbox.mails == []


def test_status_reads_the_calendar_from_the_published_version_while_a_run_writes(installation: Installation) -> None:
    installation.silence(SHOP, "VENTES", "CLOTURES")
    carry_out(installation.home)
    with installation.home.warehouse():
        printed = CliRunner().invoke(app, ["status", "--calendar", "--days", "14"]).output
    (line,) = (line for line in printed.splitlines() if line.startswith("Paris Rivoli"))
    assert line.split()[-1] == "X"
    assert "X expected, nothing came" in printed
    svg = CliRunner().invoke(app, ["status", "--calendar", "--format", "svg"]).output
    assert svg.startswith("<svg ")
    page = CliRunner().invoke(app, ["status", "--calendar", "--format", "html"]).output
    assert page.startswith("<!doctype html>")
