"""What an increment leaves to be checked: the rows that changed, and the units that were touched."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from goldline.build.builder import SIGN, Outcome
from goldline.build.increment import Increment, Need, increment_of
from goldline.build.upstream import Upstreams, changes_table
from goldline.intake.rules import identifier
from goldline.quality.row_check import Lookup
from goldline.quality.run import ToCheck
from goldline.quality.statement import columns_read
from goldline.quality.suite import Check
from goldline.warehouse.builds import Build, builds
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
    lost = partial(_lost, session, upstreams, outcome, before, unchanged)
    if increment is None:
        return ToCheck(CHANGED, passed, unchanged, lost)
    units = ", ".join(increment.unit)
    session.create_as(TOUCHED, f"select {units} from {table.table} limit 0", temporary=True)
    if outcome.touched:
        session.insert_arrow(TOUCHED, outcome.touched)
    count = outcome.touched.num_rows if outcome.touched else 0
    return ToCheck(CHANGED, passed, unchanged, lost, _narrow(session, upstreams, table, increment, count))


def is_followed(session: Session, increment: Increment, name: str, sql: str) -> bool:
    """Say whether each change of a table touches its unit, as far as a check's select can see the change."""
    touch = increment.touched.get(name)
    if touch is None or not touch.columns:
        return touch is not None
    read = columns_read(sql)
    return read is not None and not read & {column for column, _ in session.columns(name)} - set(touch.columns)


def clear(session: Session) -> None:
    """Drop these tables."""
    session.execute(f"drop table if exists {CHANGED}; drop table if exists {TOUCHED}")


def _unchanged(upstreams: Upstreams, build: Build, before: Build) -> frozenset[str]:
    """Return the tables upstream that are as they were; settings always are, or the table would be built in full."""
    settings = {
        f"{source}.setting_{name}" for source, contract in upstreams.contracts.items() for name in contract.settings
    }
    return frozenset(settings | {name for name, state in build.inputs.items() if before.inputs.get(name) == state})


def _lost(
    session: Session, upstreams: Upstreams, outcome: Outcome, before: Build, unchanged: frozenset[str], lookup: Lookup
) -> str | None:
    """Select what a table no longer has, or has less often, of what is looked up in it; only built tables know."""
    own, known = lookup.table == outcome.build.table, builds(session)
    if lookup.table in unchanged or (own and not outcome.changed_rows):
        return ""
    since = before.state if own else before.inputs.get(lookup.table)
    if since is None or lookup.table not in known:
        return None
    changed = upstreams.changed(session, lookup.table, since, known)
    if changed is None:
        return None
    columns, where = ", ".join(lookup.columns), f" where {lookup.condition}" if lookup.condition else ""
    return f"select {columns} from ({changed}) as {lookup.alias}{where} group by {columns} having sum({SIGN}) < 0"


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
    rows = f"select {', '.join(increment.unit)} from {TOUCHED}"

    def narrow(check: Check) -> str:
        sql = check.sql or ""
        others = set(check.within) - {table.table}
        if not check.within or not all(is_followed(session, increment, name, sql) for name in others):
            return sql
        needs = {name: (Need(columns=columns, rows=rows),) for name, columns in check.within.items()}
        return upstreams.narrow(session, sql, needs, is_few=increment.is_few(count))

    return narrow
