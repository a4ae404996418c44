"""The sensor that tells people: reads what went wrong since its last look, notes it, sends mails.

Its cursors are kept in the outbox and move in the same transaction as the incidents they led to, so that
neither a crash nor a mail server that is down loses one. What counts as going wrong is decided in the
modules it calls; each of them is looked at by itself, so that one that cannot be read keeps none of the
others back.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from goldline.alerts import Batch, Incident, Outbox
from goldline.deliver import blocked_days
from goldline.errors import GoldlineError
from goldline.home import Home
from sensors.check_incidents import check_incident, check_key
from sensors.clock_incidents import (
    backfill_incident,
    backfill_key,
    clock_incidents,
    ended_backfills,
    has_failed,
    read_clockwork,
)
from sensors.conditions import Changed, follow
from sensors.finished_runs import FinishedRun, finished_after, read_run
from sensors.late_deliveries import SCOPE as LATE
from sensors.late_deliveries import gaps_of, late_incidents
from sensors.missing_feeds import look_for_missing_feeds
from sensors.restatements import look_for_restatements
from sensors.run_incidents import ended_by, failure_incident
from sensors.silent_shops import look_for_silence

FIRST_LOOK_BACK = timedelta(days=1)
RUNS, BACKFILLS = "dagster:runs", "dagster:backfills"
Kind = dg.DagsterEventType


def alerts_sensor(home: Home, names: frozenset[str]) -> dg.SensorDefinition:
    """Make the sensor; ``names`` are all sensors and schedules it keeps an eye on."""

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=20,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"mailer"},
        description="Mails what failed, is late or has recovered; nothing is lost while mail is down.",
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        outbox, now = context.resources.mailer.outbox, datetime.now(UTC)
        changed = look(context.instance, home, outbox, names, now, tell=context.log.error)
        sent = context.resources.mailer.send(now)
        if sent.error:
            context.log.warning(f"{sent.failed} mails could not be sent and are tried again: {sent.error}")
        return dg.SkipReason(
            f"{changed.opened} new alerts, {changed.resolved} recovered;"
            f" {sent.sent} mails sent, {sent.failed + sent.waiting} waiting"
        )

    return alerts


def look(
    instance: dg.DagsterInstance,
    home: Home,
    outbox: Outbox,
    names: frozenset[str],
    now: datetime,
    *,
    tell: Callable[[str], None],
) -> Changed:
    """Look at everything once and bring the outbox up to date."""
    url = home.settings.ui_url
    looks: dict[str, Callable[[], Changed]] = {
        "runs": lambda: look_at_runs(instance, home, outbox, now),
        "backfills": lambda: look_at_backfills(instance, outbox, url, now),
        "sensors and schedules": lambda: follow(
            outbox, "clock:", clock_incidents(read_clockwork(instance, names), url, now), now
        ),
        "late deliveries": lambda: look_for_gaps(home, outbox, now),
        "missing feeds": lambda: look_for_missing_feeds(home, outbox, now),
        "restatements": lambda: look_for_restatements(home, outbox, now),
        "silent shops": lambda: look_for_silence(instance, home, outbox, now),
    }
    changed, broken = Changed(), []
    for name, each in looks.items():
        try:
            changed += each()
        except GoldlineError as error:
            tell(f"{name} could not be looked at: {error}")
            broken.append(_unreadable(name, error, now))
    return changed + follow(outbox, "alerts:", broken, now)


def look_at_runs(instance: dg.DagsterInstance, home: Home, outbox: Outbox, now: datetime) -> Changed:
    """Report failures and failed checks of runs that ended since; end what they have put right."""
    cursor: dict[str, int] = json.loads(outbox.cursor(RUNS) or "{}")
    ended: list[tuple[int, str]] = []
    for kind in (Kind.RUN_SUCCESS, Kind.RUN_FAILURE):
        found, cursor[kind.value] = finished_after(
            instance, kind, reached=cursor.get(kind.value), since=now - FIRST_LOOK_BACK
        )
        ended += found
    runs = [run for _, run_id in sorted(ended) if (run := read_run(instance, run_id))]
    blocked = {name: blocked_days(home, contract) for name, contract in home.contracts.items()} if runs else {}
    open_keys = {record.incident.key for record in outbox.open_incidents()} if runs else set()
    with outbox.batch() as batch:
        changed = Changed()
        for run in runs:
            changed += _tell_run(batch, run, open_keys, blocked, home.settings.ui_url, now)
        batch.set_cursor(RUNS, json.dumps(cursor))
    return changed


def look_at_backfills(instance: dg.DagsterInstance, outbox: Outbox, ui_url: str, now: datetime) -> Changed:
    """Report backfills that failed since the last look; end those that were repeated successfully."""
    known = outbox.cursor(BACKFILLS)
    seen: list[str] = json.loads(known or "[]")
    ended = ended_backfills(instance, seen)
    if known is None:  # at the very first look, old ones are not news
        ended = [b for b in ended if now.timestamp() - b.backfill_timestamp < FIRST_LOOK_BACK.total_seconds()]
    if not ended and known is not None:
        return Changed()
    opened = resolved = 0
    with outbox.batch() as batch:
        for backfill in ended:
            if has_failed(backfill):
                opened += batch.report(backfill_incident(backfill, ui_url), now)
            else:
                resolved += batch.resolve(backfill_key(backfill), now)
        batch.set_cursor(BACKFILLS, json.dumps([*seen, *(backfill.backfill_id for backfill in ended)][-200:]))
    return Changed(opened, resolved)


def look_for_gaps(home: Home, outbox: Outbox, now: datetime) -> Changed:
    """Report deliveries that are due and missing; end those that came after all."""
    found = gaps_of(home, now)
    return follow(outbox, LATE, late_incidents(found, home, now), now, lasting={gap.key for gap in found})


def _tell_run(
    batch: Batch,
    run: FinishedRun,
    open_keys: set[str],
    blocked: Mapping[str, set[date]],
    ui_url: str,
    now: datetime,
) -> Changed:
    over = ended_by(run, open_keys, blocked) + [
        check_key(c) for c in run.checks if c.passed and check_key(c) in open_keys
    ]
    news: list[Incident] = [check_incident(check, ui_url) for check in run.checks if not check.passed]
    if not run.is_success and not run.will_retry:
        news.append(failure_incident(run, ui_url))
    resolved = sum(batch.resolve(key, now) for key in over)
    opened = sum(batch.report(incident, now) for incident in news)
    open_keys.difference_update(over)
    open_keys.update(incident.key for incident in news)
    return Changed(opened, resolved)


def _unreadable(name: str, error: GoldlineError, now: datetime) -> Incident:
    return Incident(
        key=f"alerts:{name}",
        kind="alerts_incomplete",
        group="platform",
        title=f"{name} could not be looked at",
        cause=str(error),
        since=now,
        how_to_reproduce="goldline doctor",
    )
