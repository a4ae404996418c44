"""What the watchdog looks at, each look by itself: daemon, sensors, the night, mails, disk, what is published.

A look returns what is wrong; it may raise where something cannot be read, which the round turns into a condition of its
own.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from goldline.landing.ledger import Ledger
from goldline.publish.folder import PublishedFolder
from goldline.publish.manifest import Manifest
from goldline.settings import Settings
from goldline.watchdog.conditions import Condition
from goldline.watchdog.dagster_state import WATCHED, DagsterState, Look, Run

SILENCE, SLEEP = timedelta(minutes=3), timedelta(minutes=10)
START = "start it: 'goldline ui', or the daemon of docker-compose.yml or of your service manager"
GONE_ON = ("STARTED", "STARTING", "QUEUED", "NOT_STARTED", "CANCELING")
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
ASSET_JOB = "__ASSET_JOB"  # somebody materializes single tables by hand


@dataclass(frozen=True)
class Scene:
    """What all looks share."""

    settings: Settings
    dagster: DagsterState
    now: datetime


LookAt = Callable[[Scene], Iterator[Condition]]


def look_at_daemon(scene: Scene) -> Iterator[Condition]:
    """The daemon starts the night, and sends the alerts; dead, it can tell nobody."""
    beats = scene.dagster.heartbeats.values()
    if not beats:
        yield Condition(
            key="daemon:never",
            what="Dagster's daemon was never started",
            cause="Without it the schedule, the sensors and the alerts sleep.",
            since=scene.now,
            remedy=START,
        )
    elif scene.now - max(beats) > SILENCE:
        yield Condition(
            key="daemon:dead",
            what="Dagster's daemon is dead",
            cause=f"Its last sign of life was at {max(beats):%Y-%m-%d %H:%M} UTC. Schedule, sensors and alerts sleep.",
            since=max(beats),
            remedy=START,
        )


def look_at_sensors(scene: Scene) -> Iterator[Condition]:
    """Sensors and schedules must be on, and their looks must end well."""
    beats = scene.dagster.heartbeats.values()
    if not beats or scene.now - max(beats) > SILENCE:
        return  # nothing looks while the daemon is dead, which is told by itself
    for name in WATCHED:
        look = scene.dagster.looks.get(name)
        yield from _look(name, look, scene) if look else _unknown(name, scene)


def _look(name: str, look: Look, scene: Scene) -> Iterator[Condition]:
    label = f"{'schedule' if look.is_schedule else 'sensor'} {name}"
    failures = [tick for tick in look.ticks if tick.status != "STARTED"]
    failing = next((n for n, tick in enumerate(failures) if tick.status != "FAILURE"), len(failures))
    newest = look.ticks[0].at if look.ticks else None
    if look.is_stopped:
        yield Condition(
            key=f"sensors:{name}:stopped",
            what=f"{label} is stopped",
            cause="Nothing that it would start or report happens until it is switched on again.",
            since=newest or scene.now,
            remedy="switch it on again: Automation, in the Dagster UI",
        )
    elif failing >= (1 if look.is_schedule else 2):
        yield Condition(
            key=f"sensors:{name}:fails",
            what=f"{label} fails",
            cause=failures[0].error or "It gives no reason.",
            since=failures[failing - 1].at,
            remedy=f"read its last look under Automation > {name} in the Dagster UI",
        )
    elif not look.is_schedule and newest and scene.now - newest > SLEEP:
        yield Condition(
            key=f"sensors:{name}:sleeps",
            what=f"{label} has not looked for a while",
            cause=f"Its last look was at {newest:%Y-%m-%d %H:%M} UTC although the daemon is alive.",
            since=newest,
            remedy="see under Deployment in the Dagster UI whether the code location loads; restart the daemon",
        )


def _unknown(name: str, scene: Scene) -> Iterator[Condition]:
    yield Condition(
        key=f"sensors:{name}:unknown",
        what=f"the daemon does not know {name}",
        cause="It is alive, but has not started this sensor or schedule: the code location does not load.",
        since=scene.now,
        remedy="see under Deployment in the Dagster UI why the code location does not load",
        patience=SLEEP,
    )


def look_at_night(scene: Scene) -> Iterator[Condition]:
    """By the deadline, what had arrived must be loaded and published."""
    settings = scene.settings
    if not settings.ledger_dir.exists() or not Ledger(settings.ledger_dir).entries():
        return
    deadline = _last(settings.deadline, scene.now, settings)
    start = _last(settings.night_at, deadline, settings)
    runs = [run for run in scene.dagster.runs if run.job != ASSET_JOB]
    ended = [run for run in runs if run.status in ENDED and run.ended_at and run.ended_at >= start]
    newest = max(ended, key=_end, default=None)
    going_on = next((run for run in runs if run.status in GONE_ON), None)
    if newest and newest.status == "SUCCESS":
        return
    if going_on:
        what, cause = "the night is not over", f"Run {going_on.run_id[:8]} began at {going_on.created_at:%H:%M} UTC."
    elif newest:
        what, cause = "the night did not succeed", f"Run {newest.run_id[:8]} ended as {newest.status.lower()}."
    elif _has_skipped(scene, start):
        return
    else:
        what, cause = "the night did not run", f"No run has ended since {start:%Y-%m-%d %H:%M} UTC."
    yield Condition(
        key="night:late",
        what=f"{what} by the deadline",
        cause=f"{cause} Readers still have the version before.",
        since=deadline,
        remedy=f"'goldline status' says why; 'goldline run' repeats it; runs are at {settings.ui_url.rstrip('/')}/runs",
    )


def _end(run: Run) -> datetime:
    return run.ended_at or run.created_at


def _has_skipped(scene: Scene, start: datetime) -> bool:
    """The schedule looked, and found that nothing waited."""
    schedule = scene.dagster.looks.get("nightly")
    return bool(schedule and any(tick.status == "SKIPPED" and tick.at >= start for tick in schedule.ticks))


def _last(hour: time, before: datetime, settings: Settings) -> datetime:
    """The last time it was this hour, in the business's time zone."""
    zone = ZoneInfo(settings.timezone)
    local = before.astimezone(zone)
    today = datetime.combine(local.date(), hour, zone)
    return (today if today <= local else datetime.combine(local.date() - timedelta(days=1), hour, zone)).astimezone(UTC)


def look_at_outbox(scene: Scene) -> Iterator[Condition]:
    """Alerts must leave: what waits for hours has nobody who sends it, or no server that takes it."""
    path = scene.settings.outbox_dir / "outbox.sqlite"
    if not path.exists():
        return
    with closing(sqlite3.connect(path, timeout=5)) as db:
        db.execute("pragma query_only = on")
        oldest, count, error = db.execute(
            "select min(created_at), count(*), max(error) from messages where sent_at is null"
        ).fetchone()
        noticed = db.execute("select min(created_at) from notices where message is null").fetchone()[0]
    waiting = min((datetime.fromisoformat(text) for text in (oldest, noticed) if text), default=None)
    if waiting and scene.now - waiting > timedelta(minutes=scene.settings.watch_mail_minutes):
        yield Condition(
            key="outbox:stuck",
            what="alerts are not mailed",
            cause=f"{count} mails wait, the oldest news since {waiting:%Y-%m-%d %H:%M} UTC. {error or ''}".strip(),
            since=waiting,
            remedy="'goldline alerts pending' shows them; 'goldline alerts test' tries the mail server",
        )


def look_at_disk(scene: Scene) -> Iterator[Condition]:
    """A full disk stops everything, the record of it as well."""
    home = scene.settings.home
    usage = shutil.disk_usage(home)
    if usage.free < scene.settings.watch_disk_gb * 1_000_000_000:
        yield Condition(
            key="disk:full",
            what=f"the disk is nearly full: {usage.free / 1e9:.1f} GB free",
            cause=f"{home} is on a disk of {usage.total / 1e9:.0f} GB.",
            since=scene.now,
            remedy="free some space: taken/ in the landing zone may be emptied, GOLDLINE_KEEP_VERSIONS lowered",
        )


def look_at_published(scene: Scene) -> Iterator[Condition]:
    """Readers must have the figures of the last days."""
    settings = scene.settings
    today = scene.now.astimezone(ZoneInfo(settings.timezone)).date()
    manifest = _published(settings.published_dir)
    if manifest is None or manifest.delivery_day is None:
        return
    age = (today - manifest.delivery_day).days
    if age > settings.watch_published_days:
        yield Condition(
            key="published:old",
            what=f"what is published is {age} days old",
            cause=f"Version {manifest.version} has deliveries to {manifest.delivery_day}.",
            since=datetime.combine(
                manifest.delivery_day + timedelta(days=settings.watch_published_days + 1), time(0), UTC
            ),
            remedy="'goldline status' says what waits and what was refused; 'goldline run' publishes",
        )


def _published(folder: Path) -> Manifest | None:
    published = PublishedFolder(folder)
    pointer = published.pointer() if folder.exists() else None
    return Manifest.read(published.version_path(pointer.version)) if pointer else None


LOOKS: dict[str, LookAt] = {
    "daemon": look_at_daemon,
    "sensors": look_at_sensors,
    "night": look_at_night,
    "outbox": look_at_outbox,
    "disk": look_at_disk,
    "published": look_at_published,
}
NEED_DAGSTER = ("daemon", "sensors", "night")
