"""What an increment leaves to be checked: the rows that changed, and the units that were touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from goldline.build.builder import SIGN, Outcome
from goldline.build.increment import Increment, Need, increment_of
from goldline.build.upstream import Upstreams, changes_table
from goldline.intake.rules import identifier
from goldline.quality.row_check import Lookup
from goldline.quality.run import ToCheck
from goldline.quality.sql_check import drop_set_aside
from goldline.quality.statement import columns_read
from goldline.quality.suite import Check
from goldline.warehouse.builds import Build, builds
from goldline.warehouse.engine import Session
from goldline.warehouse.tables import TableFile

CHANGED, TOUCHED, JUDGED = "changed_rows", "touched_units", "judged_units"


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
    since = _Since(session, upstreams, outcome, before)
    session.create_as(CHANGED, since.new_rows(), temporary=True)
    increment = increment_of(table.path)
    if increment is None:
        return ToCheck(CHANGED, passed, since.unchanged, since.lost)
    units = ", ".join(increment.unit)
    session.create_as(TOUCHED, f"select {units} from {table.table} limit 0", temporary=True)
    if outcome.touched:
        session.insert_arrow(TOUCHED, outcome.touched)
    return ToCheck(CHANGED, passed, since.unchanged, since.lost, _narrow(since, table, increment))


def is_followed(session: Session, increment: Increment, name: str, sql: str) -> bool:
    """Say whether each change of a table touches its unit, as far as a check's select can see the change."""
    touch = increment.touched.get(name)
    if touch is None or not touch.columns:
        return touch is not None
    read = columns_read(sql)
    return read is not None and not read & {column for column, _ in session.columns(name)} - set(touch.columns)


def clear(session: Session) -> None:
    """Drop these tables."""
    drop_set_aside(session, (CHANGED, TOUCHED, JUDGED))


@dataclass(frozen=True)
class _Since:
    """What changed of a table, and of those that it reads, since the build before."""

    session: Session
    upstreams: Upstreams
    outcome: Outcome
    before: Build

    @cached_property
    def unchanged(self) -> frozenset[str]:
        """The tables upstream that are as they were; settings always are, or the table would be built in full."""
        settings = {
            f"{source}.setting_{name}"
            for source, contract in self.upstreams.contracts.items()
            for name in contract.settings
        }
        inputs, before = self.outcome.build.inputs, self.before.inputs
        return frozenset(settings | {name for name, state in inputs.items() if before.get(name) == state})

    def new_rows(self) -> str:
        """Select the rows of the table itself that are new or different."""
        table = self.outcome.build.table
        if not self.outcome.changed_rows:
            return f"select * from {table} limit 0"
        columns = ", ".join(identifier(name) for name, _ in self.session.columns(table))
        log = changes_table(table)
        return f"select {columns} from {log} where {SIGN} = 1 and build_number > {self.before.number}"

    def changes(self, name: str) -> str | None:
        """Select the rows that a built table gained and lost: empty if it did neither, None where that is not known."""
        own, known = name == self.outcome.build.table, builds(self.session)
        if name in self.unchanged or (own and not self.outcome.changed_rows):
            return ""
        state = self.before.state if own else self.before.inputs.get(name)
        if state is None or name not in known:
            return None
        return self.upstreams.changed(self.session, name, state, known)

    def lost(self, lookup: Lookup) -> str | None:
        """Select what a table no longer has, or has less often, of what is looked up in it."""
        changed = self.changes(lookup.table)
        if not changed:
            return changed
        columns, where = ", ".join(lookup.columns), f" where {lookup.condition}" if lookup.condition else ""
        return f"select {columns} from ({changed}) as {lookup.alias}{where} group by {columns} having sum({SIGN}) < 0"

    def units(self, check: Check) -> str | None:
        """Select the units, as a check makes them, of all rows that changed in what it reads; None if not known."""
        selects = []
        for name, columns in check.within.items():
            changed = self.changes(name)
            if changed is None:
                return None
            source = f"({changed}) as changed" if changed else f"{name} where false"
            selects.append(f"select {', '.join(columns)} from {source}")
        return " union ".join(selects)


def _narrow(since: _Since, table: TableFile, increment: Increment) -> Callable[[Check], str]:
    """Let a check that judges each unit by itself read only the units in which something changed.

    Where its units are those of the table, these are the ones that the increment touched, if every row that changes in
    what it reads touches its unit.
    """
    session = since.session

    def narrow(check: Check) -> str:
        sql, count = check.sql or "", 0
        if check.within and check.within.get(table.table, increment.unit) == increment.unit:
            others = set(check.within) - {table.table}
            if not all(is_followed(session, increment, name, sql) for name in others):
                return sql
            rows = f"select {', '.join(increment.unit)} from {TOUCHED}"
            count = since.outcome.touched.num_rows if since.outcome.touched else 0
        elif check.within and (units := since.units(check)):
            session.create_as(JUDGED, units, temporary=True)
            rows, count = f"select * from {JUDGED}", int(session.scalar(f"select count(*) from {JUDGED}"))
        else:
            return sql
        needs = {name: (Need(columns=columns, rows=rows),) for name, columns in check.within.items()}
        return since.upstreams.narrow(session, sql, needs, is_few=increment.is_few(count) and not check.large_units)

    return narrow
