"""Runs: what waits, one day, a range of days, everything anew."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldline.commands.summary import show_published
from goldline.commands.terminal import Exit, command, err, good, open_home, progress, warn
from goldline.deliver import Days, land, pending, reconcile, require_same_history
from goldline.errors import GoldlineError, IntegrityError
from goldline.flow import is_published
from goldline.home import Home
from goldline.intake.register import registered
from goldline.intake.schema import prepare
from goldline.quality.answering import answering
from goldline.warehouse import aside
from goldline.warehouse.engine import Warehouse
from goldline.warehouse.lease import Lease
from goldline.warehouse.migrations import RebuildNeeded

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult

    from goldline.graph.steps import Reporter

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A delivery day.", metavar="YYYY-MM-DD")]
From = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First delivery day.", metavar="YYYY-MM-DD")
]
To = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last delivery day.", metavar="YYYY-MM-DD")
]
SETTLE_ROUNDS = 6
PATIENCE_SECONDS = 5  # with another run that is writing


@command
def run(date: Day = None) -> None:
    """Load every complete delivery that is not loaded yet, build all tables, check them, publish.

    With --date only the delivery of that day is taken in. A run that finds nothing new says so and changes nothing.

    Examples:
        goldline run
        goldline run --date 2026-03-28
    """
    home = open_home()
    day = date.date() if date else None
    _land(home, Days(day, day) if day else None)
    if not home.ledger.entries():
        warn("nothing has arrived yet: put files into <landing>/<source>/, or make some up with 'goldline demo'")
        return
    _load_what_waits(home, Days(day, day) if day else None, "nothing new to load")


@command
def backfill(first: From = None, last: To = None) -> None:
    """Load a range of delivery days in one run, then build, check and publish once.

    Without --from and --to every delivery that is known is covered. What is loaded already is not loaded twice.

    Examples:
        goldline backfill
        goldline backfill --from 2026-01-01 --to 2026-03-31
    """
    home = open_home()
    start, end = first.date() if first else date.min, last.date() if last else date.max
    if start > end:
        raise GoldlineError(f"{start} is after {end}", where="--from", remedy="give the earlier day as --from")
    _land(home, Days(start, end))
    known = sorted({e.delivery_date for e in home.ledger.entries() if start <= e.delivery_date <= end})
    if not known:
        raise GoldlineError(
            "no delivery of these days has arrived",
            where=home.settings.landing_url if "@" not in home.settings.landing_url else "landing zone",
            remedy="put the files into <landing>/<source>/, or make some up with 'goldline demo'",
        )
    _load_what_waits(home, Days(known[0], known[-1]), "every delivery of these days is loaded")


@command
def rebuild(yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False) -> None:
    """Build the warehouse anew from the archive: every file that ever came, in the order of the ledger.

    The published version stays readable all the time and is replaced at the end. The old warehouse is kept beside the
    new one (a file as *.before-rebuild, the schemas of a server as *_before_rebuild) until the rebuild has succeeded.
    """
    home = open_home()
    name = home.warehouse_file or "the warehouse on the server"
    if not yes and not typer.confirm(f"Build {name} anew from {len(home.ledger.entries())} archived files?"):
        raise typer.Exit(int(Exit.FAILED))
    _rebuild(home)


def _rebuild(home: Home) -> None:
    days = {entry.delivery_date for entry in home.ledger.entries()}
    if not days:
        raise GoldlineError("the archive is empty", where="ledger", remedy="deliver files first")
    if home.warehouse_file:
        _rebuild_file(home, home.warehouse_file, days)
    else:
        _rebuild_server(home, days)
    _say_what_is_left_out(home)
    show_published(home)


def _rebuild_file(home: Home, path: Path, days: set[date]) -> None:
    kept = path.with_name(path.name + ".before-rebuild")
    if path.exists():
        set_aside(home, path, kept)
    with home.warehouse(wait_seconds=PATIENCE_SECONDS) as warehouse:
        carry_out(home, warehouse, days)
    for left in (kept, _log_of(kept)):
        left.unlink(missing_ok=True)


def _rebuild_server(home: Home, days: set[date]) -> None:
    """Build in the same database; the old schemas stay beside the new ones until it has succeeded."""
    schemas = {"intake", "reference", "changes", *home.contracts, *(table.group for table in home.catalogue.tables)}
    with (
        home.warehouse(wait_seconds=PATIENCE_SECONDS, is_replaced=True) as warehouse,
        warehouse.transaction() as session,
    ):
        aside.set_aside(session, schemas)
    with home.warehouse(wait_seconds=PATIENCE_SECONDS) as warehouse:
        carry_out(home, warehouse, days)
        with warehouse.transaction() as session:
            aside.drop_aside(session)


def set_aside(home: Home, path: Path, kept: Path) -> None:
    """Move the old warehouse away once nobody writes it, its log folded into it unless it is damaged."""
    try:
        home.warehouse(wait_seconds=PATIENCE_SECONDS, is_replaced=True).close()
    except IntegrityError as error:
        warn(f"{error.what}: it is kept as {kept.name} until the new one is built")
    lease = Lease.of(path, wait_seconds=PATIENCE_SECONDS)  # else a run that begins now would write what is moved away
    try:
        path.replace(kept)
        if _log_of(path).exists():
            _log_of(path).replace(_log_of(kept))
    finally:
        lease.release()


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _land(home: Home, days: Days | None) -> None:
    """Take in what has landed; files that are still growing get a little time to become complete."""
    with progress() as report:
        for _ in range(SETTLE_ROUNDS):
            received = land(
                home,
                sources=home.contracts,
                days=days,
                progress=lambda done, total: report("take in files", done, total),
            )
            if not received.growing:
                break
            wait = min(home.settings.settle_seconds, 30) + 0.5
            err.print(f"waiting {wait:.0f} s for {len(received.growing)} files that changed just now ...")
            time.sleep(wait)
    if received.growing:
        warn(f"{len(received.growing)} files are still being written; they wait for the next run")
    for refusal in received.refused[:10]:
        warn(f"not taken: {refusal.source}/{refusal.name}: {refusal.reason}")
    if len(received.refused) > 10:
        warn(f"... and {len(received.refused) - 10} more files that do not belong here")
    if received.new:
        good(f"{len(received.new)} files taken in")


def _load_what_waits(home: Home, days: Days | None, if_nothing: str) -> None:
    """Carry out the run that the waiting days need, if there is anything to do, and say how things stand."""
    try:
        opened = home.warehouse(wait_seconds=PATIENCE_SECONDS)
    except RebuildNeeded as error:
        warn(f"{error.what}: this is done now, from {len(home.ledger.entries())} archived files")
        _rebuild(home)
        return
    with opened as warehouse:
        waiting, is_empty = _waiting(home, warehouse)
        waiting = {day for day in waiting if days is None or day in days}
        if waiting or is_empty or not is_published(home, warehouse):
            carry_out(home, warehouse, waiting)
        else:
            good(f"{if_nothing}; the published version is up to date")
    _say_what_is_left_out(home)
    show_published(home)


def _waiting(home: Home, warehouse: Warehouse) -> tuple[set[date], bool]:
    """Return the days that wait to be loaded, and whether nothing was loaded so far."""
    with warehouse.transaction() as session:
        prepare(session, home.contracts.values())
        present = registered(session)
        require_same_history(home, session)
    reconcile(home, present, grant=warehouse.grant)
    entries = [entry for contract in home.contracts.values() for entry in pending(home, contract, present)]
    return {entry.delivery_date for entry in entries}, not present


def carry_out(home: Home, warehouse: Warehouse, days: set[date]) -> None:
    """Carry out the run for some days, holding the warehouse; without a day, everything after the deliveries."""
    started = time.monotonic()
    with answering(), progress() as report:
        result = _execute(home, warehouse, days, report)
    if not result.success:
        from goldline.graph.runs import first_failure

        raise GoldlineError(
            first_failure(result),
            where=f"run {result.run_id[:8]}",
            remedy="correct the cause, then run again; the published version stays as it was."
            f" Details: {home.settings.ui_url}/runs/{result.run_id}",
        )
    good(f"run {result.run_id[:8]} succeeded in {time.monotonic() - started:.0f} s")


def _execute(home: Home, warehouse: Warehouse, days: set[date], report: Reporter) -> ExecuteInProcessResult:
    """Carry out the run in this process; Dagster is imported here, as other commands do without it."""
    from goldline.definitions import build_definitions
    from goldline.graph.jobs import REFRESH, plan_runs
    from goldline.graph.orphans import close_orphans
    from goldline.graph.runs import execute, open_instance
    from goldline.graph.steps import Progress
    from resources.warehouse import OpenWarehouse

    with open_instance(home.settings) as instance:
        definitions = build_definitions(home.settings, resources={"warehouse": OpenWarehouse(home, warehouse)})
        for run_id in close_orphans(instance):
            warn(f"run {run_id[:8]} was cut off earlier; it is now marked as failed")
        Progress.listener = report
        planned = plan_runs(days)
        job, tags = (planned[0].job, planned[0].tags) if planned else (REFRESH, {})
        return execute(definitions, job, instance, tags)


def _say_what_is_left_out(home: Home) -> None:
    states, newest = home.ledger.states(), home.ledger.newest().values()
    rows = sum(states[entry.sequence].rows_quarantined for entry in newest)
    if rows:
        warn(f"{rows} rows are in quarantine: goldline quarantine list")
    refused = sum(states[entry.sequence].status == "refused" for entry in newest)
    if refused:
        warn(f"{refused} files are refused and keep their delivery days out: goldline quarantine list")
