"""What the watchdog asks of a Dagster storage that is not SQLite, such as PostgreSQL: read through Dagster itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorStatus, InstigatorType
from sqlalchemy.exc import SQLAlchemyError

from goldline.errors import TransientError
from goldline.graph.runs import open_instance
from goldline.settings import Settings
from goldline.watchdog.dagster_state import LOOK_BACK, RUNS_READ, TICKS_READ, WATCHED, DagsterState, Look, Run, Tick


def read_instance(settings: Settings, now: datetime) -> DagsterState:
    """Read what Dagster knows.

    Raises:
        TransientError: Its storage cannot be reached.
    """
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    try:
        with open_instance(settings) as instance:
            return DagsterState(
                heartbeats={
                    kind: datetime.fromtimestamp(beat.timestamp, UTC)
                    for kind, beat in instance.get_daemon_heartbeats().items()
                },
                looks={look.name: look for look in _looks(instance)},
                runs=tuple(_runs(instance, now)),
            )
    except (SQLAlchemyError, dg.DagsterError, OSError) as error:
        raise TransientError(
            f"Dagster's storage cannot be read ({type(error).__name__})",
            where=str(settings.dagster_dir),
            remedy="see that its database is up, and what dagster.yaml says of it",
        ) from error


def _looks(instance: dg.DagsterInstance) -> Iterator[Look]:
    for state in instance.all_instigator_state():
        if state.name in WATCHED:
            ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=TICKS_READ)
            yield Look(
                name=state.name,
                is_schedule=state.instigator_type == InstigatorType.SCHEDULE,
                is_stopped=state.status == InstigatorStatus.STOPPED,
                ticks=tuple(
                    Tick(
                        at=datetime.fromtimestamp(tick.timestamp, UTC),
                        status=tick.status.value,
                        error=tick.error.message.strip() if tick.error else "",
                    )
                    for tick in ticks
                ),
            )


def _runs(instance: dg.DagsterInstance, now: datetime) -> Iterator[Run]:
    recent = dg.RunsFilter(created_after=now - LOOK_BACK)
    for record in instance.get_run_records(recent, limit=RUNS_READ):
        run = record.dagster_run
        yield Run(
            run_id=run.run_id,
            job=run.job_name,
            status=run.status.value,
            created_at=record.create_timestamp.astimezone(UTC),
            ended_at=datetime.fromtimestamp(record.end_time, UTC) if record.end_time else None,
        )
