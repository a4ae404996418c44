"""Checking the installation: what works, what does not, and what to do about it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.text import Text

from goldline.alerts import FileMailer, mailer_from, outbox_from
from goldline.commands.terminal import Exit, command, out
from goldline.deliver import FOR_GOOD
from goldline.errors import GoldlineError, TransientError
from goldline.flow import suite_of
from goldline.home import Home
from goldline.landing.history import Entry
from goldline.publication import published_tables
from goldline.publish import versions
from goldline.settings import load_settings

LOW_DISK_BYTES = 2_000_000_000
SILENCE = timedelta(minutes=3)
_COUNT_TABLES = (
    "select count(*) from information_schema.tables where table_schema not in ('information_schema', 'pg_catalog')"
)


@dataclass(frozen=True)
class Finding:
    """One examined thing: fine, or not and then what to do."""

    what: str
    said: str
    is_fine: bool = True
    remedy: str = ""


@command
def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every archived and published file and compare checksums.")
    ] = False,
) -> None:
    """Check the installation and say what to do."""
    home = Home(load_settings())
    failed = 0
    for finding in _examine(home, deep=deep):
        mark = ("✓ ", "green") if finding.is_fine else ("✗ ", "bold red")
        out.print(Text.assemble(mark, (f"{finding.what:<22}", "bold"), finding.said))
        if not finding.is_fine:
            failed += 1
            out.print(Text.assemble("  ", ("do: ", "bold"), finding.remedy))
    if failed:
        raise typer.Exit(int(Exit.FAILED))


def _examine(home: Home, *, deep: bool) -> Iterator[Finding]:
    examinations: list[tuple[str, Callable[[Home], str]]] = [
        ("Python", lambda _: sys.version.split()[0]),
        (
            "settings",
            lambda h: f"home {h.settings.home}, time zone {h.settings.timezone}, currency {h.settings.currency}",
        ),
        ("disk", _disk),
        ("contracts", lambda h: ", ".join(f"{c.source} ({len(c.feeds)} feeds)" for c in h.contracts.values())),
        ("tables", _tables),
        ("landing zone", _landing),
        ("ledger", lambda h: f"{len(h.ledger.entries()):,} files on record, chain of checks intact"),
        ("archive", _archive_deep if deep else _archive),
        ("warehouse", _warehouse),
        ("published", _published_deep if deep else _published),
        ("mail", _mail),
        ("alerts", _alerts),
        ("daemon", _daemon),
    ]
    for what, examine in examinations:
        yield _finding(what, examine, home)


def _finding(what: str, examine: Callable[[Home], str], home: Home) -> Finding:
    try:
        return Finding(what, examine(home))
    except GoldlineError as error:
        where = f"{error.where}: " if error.where else ""
        return Finding(what, f"{where}{error.what}", is_fine=False, remedy=error.remedy or "see the message")
    except OSError as error:
        return Finding(
            what, f"{error.strerror}: {error.filename}", is_fine=False, remedy="check the path and its rights"
        )


def _disk(home: Home) -> str:
    home.settings.home.mkdir(parents=True, exist_ok=True)
    probe = home.settings.home / ".doctor"
    probe.write_bytes(b"ok")
    probe.unlink()
    free = shutil.disk_usage(home.settings.home).free
    if free < LOW_DISK_BYTES:
        raise GoldlineError(f"only {free / 1e9:.1f} GB free", where=str(home.settings.home), remedy="free some space")
    return f"home is writable, {free / 1e9:.0f} GB free"


def _tables(home: Home) -> str:
    checks = sum(len(suite.checks) for table in home.catalogue.tables if (suite := suite_of(table)))
    return f"{len(home.catalogue.tables)} tables, {len(published_tables())} of them published, {checks} checks"


def _landing(home: Home) -> str:
    with home.landing() as zone:
        scan = zone.scan(datetime.now(UTC))
    refused = f", {len(scan.refused)} that do not belong" if scan.refused else ""
    return f"{len(scan.complete)} complete files wait, {len(scan.growing)} are being written{refused}"


def _archive(home: Home) -> str:
    missing = [e for e in _kept(home) if not home.archive.path(e.sha256).exists()]
    if missing:
        raise GoldlineError(
            f"{len(missing)} files of the ledger are not in the archive, first {missing[0].name}",
            where=str(home.settings.archive_dir),
            remedy="restore the archive from a copy, or deliver these files again",
        )
    return "every file of the ledger is there (--deep compares their checksums)"


def _kept(home: Home) -> list[Entry]:
    """Entries whose bytes must be in the archive: all but those refused for personal data in clear."""
    states = home.ledger.states()
    return [e for e in home.ledger.entries() if states[e.sequence].contract != FOR_GOOD]


def _archive_deep(home: Home) -> str:
    problems = list(home.archive.verify({entry.sha256 for entry in _kept(home)}))
    if problems:
        raise GoldlineError(f"{len(problems)} problems, first: {problems[0]}", remedy="restore the archive from a copy")
    return "every file is there and unchanged"


def _warehouse(home: Home) -> str:
    path = home.warehouse_file
    if path is not None and not path.exists():
        return "not built yet; the first run makes it"
    try:
        with home.warehouse() as warehouse, warehouse.transaction() as session:
            tables = session.scalar(_COUNT_TABLES)
            size = path.stat().st_size if path else session.scalar("select pg_database_size(current_database())")
    except TransientError as error:
        if path is None and "is writing" not in error.what:
            raise
        return f"in use: {error.what}"
    return f"{warehouse!r}: {tables} tables, {size / 1e6:.0f} MB"


def _published(home: Home) -> str:
    if not (home.settings.published_dir / "current.json").exists():
        return "nothing yet; 'goldline run' publishes"
    manifest = versions.current(home.settings.published_dir)
    return f"version {manifest.version}, deliveries to {manifest.delivery_day}"


def _published_deep(home: Home) -> str:
    said = _published(home)
    if said.startswith("version"):
        versions.verify(home.settings.published_dir, versions.current(home.settings.published_dir).version)
        said += ", every file verified"
    return said


def _mail(home: Home) -> str:
    mailer = mailer_from(home.settings)
    if isinstance(mailer, FileMailer):
        return f"no mail server set: mails are written to {mailer.folder}"
    if not home.settings.mail_to:
        raise GoldlineError(
            "a mail server is set, but nobody gets mails", where="GOLDLINE_MAIL_TO", remedy="set the addresses"
        )
    return f"{home.settings.smtp_host}:{home.settings.smtp_port}; try it with 'goldline alerts test'"


def _daemon(home: Home) -> str:
    """Look for the heartbeats of Dagster's daemon, without which nothing starts and no alert is sent by itself."""
    if not home.settings.dagster_dir.exists():
        return "never started; 'goldline ui' starts it"
    from goldline.graph.runs import open_instance

    with open_instance(home.settings) as instance:
        beats = [beat.timestamp for beat in instance.get_daemon_heartbeats().values()]
    if not beats:
        return "never started; 'goldline ui' starts it"
    newest = datetime.fromtimestamp(max(beats), UTC)
    if datetime.now(UTC) - newest > SILENCE:
        raise GoldlineError(
            f"silent since {newest:%Y-%m-%d %H:%M} UTC: the schedule, the sensors and the alerts sleep",
            remedy="start it: 'goldline ui', or the daemon of docker-compose.yml",
        )
    return "running; schedule, sensors and alerts are awake"


def _alerts(home: Home) -> str:
    outbox = outbox_from(home.settings)
    return f"{len(outbox.open_incidents())} open incidents, {len(outbox.pending())} mails wait"
