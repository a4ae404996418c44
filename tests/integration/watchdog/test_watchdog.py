"""The watchdog as cron runs it: a real process, Dagster's real storage, a real mail server."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import dagster as dg
import pytest
import typer
from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._daemon.types import DaemonHeartbeat
from dagster_shared.error import SerializableErrorInfo
from typer.testing import CliRunner

from goldline.alerts import Incident, outbox_from
from goldline.commands.watchdog import watchdog
from goldline.graph.runs import open_instance
from goldline.graph.watched import read_instance
from goldline.settings import Settings, load_settings
from goldline.watchdog.dagster_state import WATCHED, is_readable_here, read_sqlite
from tests.integration.alerts.server import Inbox, MailServer

pytestmark = pytest.mark.integration

PROGRAM = "from goldline.commands.watchdog import watchdog; import typer; typer.run(watchdog)"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def settings(home: Path, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("GOLDLINE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("GOLDLINE_SMTP_PORT", str(mail_server.port))
    monkeypatch.setenv("GOLDLINE_MAIL_TO", "data@example.org")
    monkeypatch.setenv("GOLDLINE_WATCH_DISK_GB", "0")
    monkeypatch.setenv("DAGSTER_HOME", "")
    return load_settings()


def watch(*options: str, expect: int) -> tuple[str, str]:
    """Run the command; return what it printed on both streams."""
    app = typer.Typer()
    app.command()(watchdog)
    ran = CliRunner().invoke(app, options)
    assert ran.exit_code == expect, ran.output
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    return ran.stdout, ran.stderr


def watch_apart(*options: str, expect: int) -> tuple[str, str]:
    """The same in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "platform"), str(ROOT)))}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *options], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == expect, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stdout, ran.stderr


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def beat(settings: Settings, *, minutes_ago: float = 0) -> None:
    """Let the daemon show life, and its sensors and schedule have looked."""
    with open_instance(settings) as instance:
        at = time.time() - 60 * minutes_ago
        instance.add_daemon_heartbeat(DaemonHeartbeat(timestamp=at, daemon_type="SENSOR", daemon_id="x", errors=[]))
        for name in WATCHED:
            look(instance, name)


def look(
    instance: dg.DagsterInstance,
    name: str,
    *,
    status: InstigatorStatus = InstigatorStatus.DECLARED_IN_CODE,
    tick: TickStatus = TickStatus.SKIPPED,
) -> None:
    location = InProcessCodeLocationOrigin(LoadableTargetOrigin(python_file="none"), location_name="goldline")
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
    kind = InstigatorType.SCHEDULE if name == "nightly" else InstigatorType.SENSOR
    data = ScheduleInstigatorData("0 3 * * *") if kind == InstigatorType.SCHEDULE else SensorInstigatorData()
    state = InstigatorState(origin, kind, status, data)
    known = {each.name for each in instance.all_instigator_state()}
    (instance.update_instigator_state if name in known else instance.add_instigator_state)(state)
    instance.create_tick(
        TickData(
            instigator_origin_id=state.instigator_origin_id,
            instigator_name=name,
            instigator_type=kind,
            status=tick,
            timestamp=time.time(),
            run_ids=[],
            error=SerializableErrorInfo("no such table", [], None) if tick == TickStatus.FAILURE else None,
            selector_id=state.selector_id,
        )
    )


def test_a_daemon_that_was_never_started_is_mailed_once_with_what_to_do(settings: Settings, inbox: Inbox) -> None:
    printed, _ = watch(expect=1)
    assert "Dagster's daemon was never started" in printed
    watch(expect=1)
    (mail,) = inbox.mails
    assert mail["Subject"] == "[Goldline] watchdog: Dagster's daemon was never started"
    assert "What to do: start it" in text(mail)


def test_a_daemon_that_was_killed_is_mailed_and_called_off_when_it_lives_again(
    settings: Settings, inbox: Inbox
) -> None:
    beat(settings, minutes_ago=10)
    watch_apart(expect=1)
    assert inbox.mails[0]["Subject"] == "[Goldline] watchdog: Dagster's daemon is dead"
    beat(settings)
    printed, _ = watch(expect=0)
    assert "over: daemon:dead" in printed
    assert inbox.mails[1]["Subject"] == "[Goldline] recovered: Dagster's daemon is dead"
    watch(expect=0)
    assert len(inbox.mails) == 2


def test_when_all_is_well_nothing_is_mailed_or_said(settings: Settings, inbox: Inbox) -> None:
    beat(settings)
    printed, said = watch_apart(expect=0)
    assert printed.strip() == "✓ all is well"
    assert said == ""
    assert inbox.mails == []


def test_while_the_mail_server_is_down_it_says_so_and_mails_with_the_next_round(
    settings: Settings, inbox: Inbox, mail_server: MailServer
) -> None:
    mail_server.stop()
    _, said = watch(expect=1)
    assert "the mail could not be sent, the next round tries again" in said
    again = MailServer(inbox, port=mail_server.port)
    again.start()
    try:
        watch(expect=1)
        watch(expect=1)
    finally:
        again.stop()
    assert len(inbox.mails) == 1


def test_an_end_that_could_not_be_mailed_is_mailed_later(
    settings: Settings, inbox: Inbox, mail_server: MailServer
) -> None:
    watch(expect=1)
    beat(settings)
    mail_server.stop()
    watch(expect=1)
    again = MailServer(inbox, port=mail_server.port)
    again.start()
    try:
        watch(expect=0)
    finally:
        again.stop()
    assert [mail["Subject"].split(":")[0] for mail in inbox.mails] == ["[Goldline] watchdog", "[Goldline] recovered"]


def test_a_stopped_alerts_sensor_and_alerts_that_nobody_sends_are_one_mail(settings: Settings, inbox: Inbox) -> None:
    beat(settings)
    with open_instance(settings) as instance:
        look(instance, "alerts", status=InstigatorStatus.STOPPED)
    old = datetime.now(UTC) - timedelta(hours=3)
    outbox_from(settings).report(
        Incident(key="k", kind="run_failed", group="magento", title="t", cause="c", since=old), old
    )
    printed, _ = watch(expect=1)
    assert "sensor alerts is stopped" in printed
    assert "alerts are not mailed" in printed
    (mail,) = inbox.mails
    assert "sensor alerts is stopped" in text(mail)
    assert "alerts are not mailed" in text(mail)


def test_looking_only_mails_nothing_and_remembers_nothing_and_speaks_json(
    settings: Settings, home: Path, inbox: Inbox
) -> None:
    printed, _ = watch("--dry-run", "--json", expect=1)
    told = json.loads(printed)
    assert [each["key"] for each in told["conditions"]] == ["daemon:never"]
    assert told["ok"] is False
    assert inbox.mails == []
    assert not (home / "watchdog.json").exists()
    watch("--skip", "daemon", "--skip", "sensors", expect=0)
    assert "no such look: demon" in watch("--skip", "demon", expect=2)[1]


@pytest.mark.parametrize("broken", ["dagster/history/runs.db", "outbox/outbox.sqlite", "ledger/ledger.jsonl"])
def test_a_half_broken_home_is_a_condition_and_never_a_crash(
    broken: str, settings: Settings, home: Path, inbox: Inbox
) -> None:
    beat(settings)
    path = home / broken
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"this is no such file\n" * 100)
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    printed, _ = watch(expect=1)
    assert "could not be looked at" in printed
    assert len(inbox.mails) == 1


def test_a_home_that_is_gone_is_told_too(settings: Settings, home: Path, inbox: Inbox, tmp_path: Path) -> None:
    shutil.rmtree(home)
    watch("--state", str(tmp_path / "state.json"), expect=1)
    assert "disk could not be looked at" in text(inbox.mails[0])


def test_what_could_not_be_looked_at_is_not_called_over(settings: Settings, home: Path, inbox: Inbox) -> None:
    watch(expect=1)
    runs = home / "dagster" / "history" / "runs.db"
    runs.parent.mkdir(parents=True)
    runs.write_bytes(b"broken" * 1000)
    watch(expect=1)
    assert "recovered" not in "".join(mail["Subject"] for mail in inbox.mails)


def test_the_files_of_dagster_say_the_same_as_dagster_itself(settings: Settings) -> None:
    beat(settings)

    @dg.job
    def nightly() -> None:
        pass

    with open_instance(settings) as instance:
        look(instance, "deliveries", status=InstigatorStatus.STOPPED, tick=TickStatus.FAILURE)
        instance.create_run_for_job(nightly, status=dg.DagsterRunStatus.STARTED)
        nightly.execute_in_process(instance=instance)
    now = datetime.now(UTC)
    assert is_readable_here(settings)
    mine, theirs = read_sqlite(settings, now), read_instance(settings, now)
    assert mine.heartbeats == theirs.heartbeats
    assert {name: (each.is_stopped, each.is_schedule) for name, each in mine.looks.items()} == {
        name: (each.is_stopped, each.is_schedule) for name, each in theirs.looks.items()
    }
    assert [[tick.status for tick in each.ticks] for each in mine.looks.values()] == [
        [tick.status for tick in theirs.looks[name].ticks] for name in mine.looks
    ]
    assert [(run.run_id, run.status, run.job) for run in mine.runs] == [
        (run.run_id, run.status, run.job) for run in theirs.runs
    ]
    assert mine.runs[0].ended_at == theirs.runs[0].ended_at


def test_a_lock_that_another_process_holds_is_waited_for(settings: Settings, home: Path, inbox: Inbox) -> None:
    beat(settings)
    db = sqlite3.connect(home / "dagster" / "history" / "runs.db", isolation_level=None)
    db.execute("begin immediate")
    try:
        watch(expect=0)
    finally:
        db.execute("rollback")
        db.close()
