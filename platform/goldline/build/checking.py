"""What an increment leaves to be checked: the rows that changed, and the units that were touched."""

from __future__ import annotations

from collections.abc import Callable

from goldline.build.builder import SIGN, Outcome
from goldline.build.increment import Increment, Need, increment_of
from goldline.build.upstream import Upstreams, changes_table
from goldline.intake.rules import identifier
from goldline.quality.run import ToCheck
from goldline.quality.suite import Check
from goldline.warehouse.builds import Build
from goldline.warehouse.engine import Session
from goldline.warehouse.tables import TableFile

CHANGED, TOUCHED = "changed_rows", "touched_units"


def to_check(
    session: Session, upstreams: Upstreams, table: TableFile, outcome: Outcome, before: Build, passed: frozenset[str]
) -> ToCheck:
    """Set out, in temporary tables, what checks that passed before have to look at.

    Args:
        session: The transaction of the checks.
        upstreams: What tables read.
        table: The table; its outcome is an increment, or unchanged.
        outcome: How it was built.
        before: The build before.
        passed: Names of the checks that the build before passed.
    """
    session.create_as(CHANGED, _changed_rows(session, outcome, before), temporary=True)
    increment = increment_of(table.path)
    unchanged = _unchanged(upstreams, outcome.build, before)
    if increment is None:
        return ToCheck(CHANGED, passed, unchanged)
    units = ", ".join(increment.unit)
    session.create_as(TOUCHED, f"select {units} from {table.table} limit 0", temporary=True)
    if outcome.touched:
        session.insert_arrow(TOUCHED, outcome.touched)
    count = outcome.touched.num_rows if outcome.touched else 0
    return ToCheck(CHANGED, passed, unchanged, _narrow(session, upstreams, table, increment, count))


def clear(session: Session) -> None:
    """Drop these tables."""
    session.execute(f"drop table if exists {CHANGED}; drop table if exists {TOUCHED}")


def _unchanged(upstreams: Upstreams, build: Build, before: Build) -> frozenset[str]:
    """Return the tables upstream that are as they were; settings always are, or the table would be built in full."""
    settings = {
        f"{source}.setting_{name}" for source, contract in upstreams.contracts.items() for name in contract.settings
    }
    return frozenset(settings | {name for name, state in build.inputs.items() if before.inputs.get(name) == state})


def _changed_rows(session: Session, outcome: Outcome, before: Build) -> str:
    """Select the rows of a table that an increment made new or different."""
    table = outcome.build.table
    if not outcome.changed_rows:
        return f"select * from {table} limit 0"
    columns = ", ".join(identifier(name) for name, _ in session.columns(table))
    log = changes_table(table)
    return f"select {columns} from {log} where {SIGN} = 1 and build_number > {before.number}"


def _narrow(
    session: Session, upstreams: Upstreams, table: TableFile, increment: Increment, count: int
) -> Callable[[Check], str]:
    """Let a check read only the touched units, if every row that changes in what it reads touches its unit."""
    followed = {table.table, *(name for name, touch in increment.touched.items() if not touch.columns)}
    rows = f"select {', '.join(increment.unit)} from {TOUCHED}"

    def narrow(check: Check) -> str:
        if not check.within or not set(check.within) <= followed:
            return check.sql or ""
        needs = {name: (Need(columns=columns, rows=rows),) for name, columns in check.within.items()}
        return upstreams.narrow(session, check.sql or "", needs, units=count)

    return narrow
