"""The steps between a loaded delivery and the published snapshot: build a table with its checks; publish what passed.

Each step is one function over a :class:`~goldline.home.Home` and an open warehouse. The graph that orders the steps,
and everything that Dagster shows of them, belongs to ``goldline.graph``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from goldline.errors import GoldlineError
from goldline.faultpoint import reach
from goldline.home import Home, assets_folder
from goldline.publish.manifest import Manifest
from goldline.publish.snapshot import TableToPublish, publish
from goldline.quality.result import CheckResult
from goldline.quality.run import run_suite
from goldline.quality.suite import Suite, load_suite
from goldline.warehouse.builds import (
    Build,
    builds,
    input_states,
    is_newest_published,
    prepare_builds,
    record_build,
    record_checks,
    record_published,
)
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.tables import TableFile, create

MONEY = ("net_amount_excl_tax", "lifetime_value", "amount", "revenue")
LOADED_COLUMNS = frozenset({"loaded_at", "source_file_line"})


@dataclass(frozen=True)
class Built:
    """A table that was built, with what its checks found and the exact sums of its money columns."""

    build: Build
    checks: tuple[CheckResult, ...]
    sums: Mapping[str, Decimal]


def suite_of(table: TableFile) -> Suite | None:
    """Return the checks beside a table file, if it has any."""
    path = table.path.with_name(f"{table.name}.checks.yaml")
    return _suite(path) if path.is_file() else None


@lru_cache(maxsize=256)
def _suite(path: Path) -> Suite:
    return load_suite(path)


def build_table(home: Home, warehouse: Warehouse, table: TableFile, *, run_id: str) -> Built:
    """Build one table in a transaction of its own, then carry out its checks."""
    with warehouse.transaction() as session:
        prepare_builds(session)
        inputs = input_states(session, table, home.catalogue)
        rows = create(session, table, home.settings)
        build = record_build(session, table, run_id=run_id, rows=rows, inputs=inputs)
        sums = _sums(session, table)
        reach("table.before_commit")
    suite = suite_of(table)
    results: tuple[CheckResult, ...] = ()
    if suite:
        with warehouse.transaction() as session:
            results = run_suite(session, suite, parameters=check_parameters(home, session))
    with warehouse.transaction() as session:
        record_checks(session, build, results)
    return Built(build, results, sums)


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


def published_tables(folder: Path | None = None) -> dict[str, tuple[str, ...]]:
    """Return the tables that are published (``schema.name``) with the columns that order them."""
    content = yaml.safe_load(((folder or assets_folder()) / "publish" / "published.yaml").read_text("utf-8"))
    return {table: tuple(order) for table, order in content["tables"].items()}


def publish_tables(home: Home, warehouse: Warehouse, *, run_id: str) -> Manifest:
    """Publish all tables as one version, if every one is complete, in step with the others and passed its checks.

    Raises:
        GoldlineError: A table is missing, was built from something older, or failed a blocking check.
    """
    with warehouse.transaction() as session:
        prepare_builds(session)
        _require_in_step(home, session)
        checks = _require_passed(session)
        tables = {
            name.split(".")[1]: TableToPublish(
                name=name.split(".")[1],
                sql=f"select * from {name}",
                order_by=order,
                documentation=_documentation(home, session, name),
                operational=LOADED_COLUMNS & {column for column, _ in session.columns(name)},
            )
            for name, order in published_tables().items()
        }
        runs = sorted({build.run_id for build in builds(session).values()})
        manifest = publish(
            session,
            home.settings.published_dir,
            tables,
            details={"delivery_day": as_of(session), "runs": runs or [run_id], "checks": checks},
            keep=home.settings.keep_versions,
            now=datetime.now(UTC),
        )
        record_published(session, manifest.version)
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


def _documentation(home: Home, session: Session, name: str) -> dict[str, str]:
    table = home.catalogue.by_name[name]
    return {column: home.catalogue.column_doc(table, column) or "" for column, _ in session.columns(name)}


def _require_in_step(home: Home, session: Session) -> None:
    """Every table must be built from what its upstream tables hold now."""
    known = builds(session)
    for table in home.catalogue.tables:
        build = known.get(table.table)
        if build is None:
            raise GoldlineError(
                "the table was never built", where=table.table, remedy="run the whole job: 'goldline run'"
            )
        changed = [
            n for n, state in input_states(session, table, home.catalogue).items() if build.inputs.get(n) != state
        ]
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
