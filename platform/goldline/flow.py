"""The steps between a loaded delivery and the published snapshot: build a table with its checks; publish what passed.

Each step is one function over a :class:`~goldline.home.Home` and an open warehouse. The graph that orders the steps,
and everything that Dagster shows of them, belongs to ``goldline.graph``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from goldline.build.builder import Outcome, Way, build, changed_in
from goldline.build.checking import clear, to_check
from goldline.errors import GoldlineError
from goldline.faultpoint import reach
from goldline.home import Home
from goldline.intake.register import registered
from goldline.intake.rules import identifier
from goldline.publication import LOADED_COLUMNS, Publication, cut_column, publications
from goldline.publish.manifest import Manifest
from goldline.publish.server import serve
from goldline.publish.snapshot import TableToPublish, publish
from goldline.quality.result import CheckResult
from goldline.quality.run import run_suite
from goldline.quality.suite import Suite, load_suite
from goldline.reconcile import require_reconciled
from goldline.restate.step import begin_review
from goldline.warehouse.builds import (
    Build,
    builds,
    is_newest_published,
    passed_checks,
    prepare_builds,
    published_states,
    record_checks,
    record_published,
)
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.tables import TableFile

MONEY = ("net_amount_excl_tax", "lifetime_value", "amount", "revenue")


@dataclass(frozen=True)
class Built:
    """A table that was built, with what its checks found and the exact sums of its money columns."""

    build: Build
    way: Way
    changed_rows: int | None
    checks: tuple[CheckResult, ...]
    sums: Mapping[str, Decimal]


def suite_of(table: TableFile) -> Suite | None:
    """Return the checks beside a table file, if it has any."""
    path = table.path.with_name(f"{table.name}.checks.yaml")
    return _suite(path) if path.is_file() else None


@lru_cache(maxsize=256)
def _suite(path: Path) -> Suite:
    return load_suite(path)


def build_table(
    home: Home, warehouse: Warehouse, table: TableFile, *, run_id: str, in_full: bool = False, checked: bool = True
) -> Built:
    """Build one table in a transaction of its own, then carry out its checks, unless they are left for another time."""
    with warehouse.transaction() as session:
        prepare_builds(session)
        before = builds(session).get(table.table)
        outcome = build(session, home.upstreams, table, run_id=run_id, in_full=in_full)
        if column := cut_column(table.table):
            session.index(table.table, [column])
        sums = _sums(session, table)
        reach("table.before_commit")
    reach("table.committed")
    suite = suite_of(table) if checked else None
    results: tuple[CheckResult, ...] = ()
    if suite:
        with warehouse.transaction() as session:
            results = _check(home, session, table, suite, outcome, before)
    with warehouse.transaction() as session:
        record_checks(session, outcome.build, results)
    return Built(outcome.build, outcome.way, outcome.changed_rows, results, sums)


def _check(
    home: Home, session: Session, table: TableFile, suite: Suite, outcome: Outcome, before: Build | None
) -> tuple[CheckResult, ...]:
    """Carry out a suite; after an increment, on what changed as far as everything else passed before."""
    parameters = check_parameters(home, session)
    session.expect_whole_tables()
    passed = passed_checks(session, before) if outcome.way in ("unchanged", "increment") and before else None
    if not before or not passed:
        return run_suite(session, suite, parameters=parameters)
    increment = to_check(session, home.upstreams, table, outcome, before, passed)
    results = run_suite(session, suite, parameters=parameters, increment=increment)
    clear(session)
    return results


def check_parameters(home: Home, session: Session) -> dict[str, object]:
    """Return what the checks' SQL may ask for by name."""
    today = datetime.now(ZoneInfo(home.settings.timezone)).date()
    return {"as_of": as_of(session), "today": today}


def as_of(session: Session) -> date | None:
    """Return the newest delivery day that is loaded."""
    day: date | None = session.scalar("select as_of from reference.as_of")
    return day


def _sums(session: Session, table: TableFile) -> dict[str, Decimal]:
    money = [name for name, kind in session.columns(table.table) if name in MONEY and kind.startswith("decimal")]
    if not money:
        return {}
    row = session.rows(f"select {', '.join(f'coalesce(sum({name}), 0)' for name in money)} from {table.table}")[0]
    return dict(zip(money, row, strict=True))


def _changed_dates(
    home: Home, session: Session, publication: Publication, columns: tuple[str, ...], version: str
) -> frozenset[date] | None:
    """Return the dates with rows that changed since a published version; None where that is not on record."""
    published, states = published_states(session)
    if published != version:
        return None
    dates: set[date] = set()
    for table in publication.tables:
        changed = _changed_dates_of(home, session, table, states.get(table), publication.cut_by, columns)
        if changed is None:
            return None
        dates |= changed
    return frozenset(dates)


def _changed_dates_of(
    home: Home, session: Session, table: str, state: str | None, column: str | None, columns: tuple[str, ...]
) -> frozenset[date] | None:
    newest = builds(session).get(table)
    if state is None or newest is None:
        return None
    if newest.state == state:
        return frozenset()
    changed = home.upstreams.changed(session, table, state, builds(session))
    if changed is None or column is None:
        return None
    differing = changed_in(", ".join(map(identifier, columns)), changed)
    return frozenset(day for (day,) in session.rows(f"select distinct {column} from ({differing}) as differing"))


def publish_tables(home: Home, warehouse: Warehouse, *, run_id: str) -> Manifest:
    """Publish all tables as one version, if every one is complete, in step with the others and passed its checks.

    Raises:
        GoldlineError: A table is missing, was built from something older, does not reconcile, failed a blocking check,
            or the version would restate a closed month and waits for a confirmation.
    """
    with warehouse.transaction() as session:
        session.expect_whole_tables()
        prepare_builds(session)
        _require_all_loaded(home, session)
        _require_in_step(home, session)
        require_reconciled(home, session)
        checks = _require_passed(session)
        tables = {one.name: _to_publish(home, session, one) for one in publications()}
        runs = sorted({newest.run_id for newest in builds(session).values()})
        manifest = publish(
            session,
            home.settings.published_dir,
            tables,
            details={"delivery_day": as_of(session), "runs": runs or [run_id], "checks": checks},
            keep=home.settings.keep_versions,
            now=datetime.now(UTC),
            grant=warehouse.grant,
            review=begin_review(home, session),
            readers=warehouse.readers,  # all that this transaction sees is committed
        )
        serve(session, manifest, tables, keep=home.settings.keep_versions)
        record_published(session, manifest.version)
        reach("publish.recorded")
        return manifest


def is_published(home: Home, warehouse: Warehouse) -> bool:
    """Say whether the published version shows all that is loaded."""
    with warehouse.transaction() as session:
        prepare_builds(session)
        try:
            _require_in_step(home, session)
        except GoldlineError:
            return False
        return is_newest_published(session)


def _to_publish(home: Home, session: Session, publication: Publication) -> TableToPublish:
    first = home.catalogue.by_name[publication.tables[0]]
    columns = publication.columns(name for name, _ in session.columns(first.table))
    chosen = ", ".join(map(identifier, columns))
    return TableToPublish(
        name=publication.name,
        sql=" union all ".join(f"select {chosen} from {table}" for table in publication.tables),
        order_by=publication.order_by,
        documentation={name: home.catalogue.column_doc(first, name) or "" for name in columns},
        partition_by=publication.cut_by,
        changed=partial(_changed_dates, home, session, publication, columns),
        operational=LOADED_COLUMNS & set(columns),
    )


def _require_all_loaded(home: Home, session: Session) -> None:
    """What the ledger says was loaded must be in this warehouse; one that is new or was replaced lacks it."""
    present = registered(session)
    lost = [s for s, state in home.ledger.states().items() if state.status == "loaded" and s not in present]
    if lost:
        raise GoldlineError(
            f"{len(lost)} files that were loaded are not in this warehouse: it is new, was restored or was replaced",
            where="publish",
            remedy="run 'goldline rebuild' (or 'goldline run' without a date): everything is loaded again from the"
            " archive; the published version stays as it was",
        )


def _require_in_step(home: Home, session: Session) -> None:
    """Every table must be built from what its upstream tables hold now."""
    known = builds(session)
    states = home.upstreams.all_states(session, known)
    for table in home.catalogue.tables:
        newest = known.get(table.table)
        if newest is None:
            raise GoldlineError(
                "the table was never built", where=table.table, remedy="run the whole job: 'goldline run'"
            )
        changed = [name for name, state in states[table.table].items() if newest.inputs.get(name) != state]
        if changed:
            raise GoldlineError(
                f"built before {', '.join(changed)} changed: publishing it would mix two states",
                where=table.table,
                remedy="materialize the table and all that is downstream of it, or run 'goldline run'",
            )


def _require_passed(session: Session) -> dict[str, int]:
    """No blocking check may have failed; return the counts of all results."""
    rows = session.rows(
        "select r.table_name, r.check_name, r.severity, r.status, r.failing from operation.check_result r"
        " join operation.table_build b on b.table_name = r.table_name and b.build_id = r.build_id order by 1, 2"
    )
    blocking = [
        f"{table} {check} ({failing} rows)"
        for table, check, sev, status, failing in rows
        if sev == "error" and status != "passed"
    ]
    if blocking:
        raise GoldlineError(
            f"blocking checks failed: {'; '.join(blocking[:5])}",
            where="publish",
            remedy="correct the delivery or the table, then run again; the published version stays as it was",
        )
    passed = sum(status == "passed" for _, _, _, status, _ in rows)
    return {"passed": passed, "warnings": len(rows) - passed, "all": len(rows)}
