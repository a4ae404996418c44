"""Building one table of the catalogue, in the cheapest way that gives what a full build would give.

Four ways: nothing, where no upstream table changed; by increment, where only some units are touched; by comparison,
where a small table is made anew and only the rows that differ count as changed; and in full. Each build leaves on
record which rows changed, for the tables downstream. How a table follows changes is data: see ``increment``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import pyarrow as pa

from goldline.build.increment import Increment, increment_of
from goldline.build.upstream import DEFINITION, Upstreams, changes_table
from goldline.faultpoint import reach
from goldline.intake.rules import identifier
from goldline.warehouse.builds import Build, builds, new_build, record_build
from goldline.warehouse.engine import Session
from goldline.warehouse.narrowing import wanted
from goldline.warehouse.tables import TableFile, create, make

Way = Literal["unchanged", "increment", "comparison", "full"]
KEPT_BUILDS = 40  # a table downstream that is further behind is built in full
FEW = 10_000  # so many touched units, or delivered rows, are always followed by increment
SMALL = 20_000  # a table that reads no more rows is made anew: finding out what to leave alone would cost more
MOST_TOUCHED = 5  # above that, with one row in so many touched, a full build costs less
SIGN = "change_sign"


@dataclass(frozen=True)
class Outcome:
    """How a table was built.

    Attributes:
        build: The build, as it is on record.
        way: In which of the four ways.
        changed_rows: How many rows are now other than before; None: not counted, as after a full build.
        touched: The units that an increment made anew, whether they changed or not.
    """

    build: Build
    way: Way
    changed_rows: int | None
    touched: pa.Table | None = None


def build(session: Session, upstreams: Upstreams, table: TableFile, *, run_id: str, in_full: bool = False) -> Outcome:
    """Build a table in the session's transaction, and record it.

    Args:
        session: An open transaction.
        upstreams: What tables read.
        table: The table.
        run_id: For the record.
        in_full: Build from scratch, whatever changed.
    """
    known = builds(session)
    inputs = upstreams.states(session, table, known)
    before = known.get(table.table)
    columns = session.columns(table.table) if before and not in_full else []
    if before and columns and before.inputs == inputs:
        return Outcome(before, "unchanged", 0)
    names = tuple(name for name, _ in columns)
    return _Building(session, upstreams, table, inputs, before, known, names, run_id).carry_out()


def difference(columns: str, new: str, old: str) -> str:
    """Select the rows that only one of two tables has, or has more often: ``change_sign`` 1 of the new one, else -1.

    Rows are counted, which takes one pass of hashing: two ``except all`` over a hundred columns cost DuckDB seven
    times as much.
    """
    both = f"select {columns}, 1 as side from {new} union all select {columns}, -1 from {old}"
    counted = (
        f"select {columns}, cast(sum(side) as bigint) as more from ({both}) as both_tables"
        f" group by {columns} having sum(side) <> 0"
    )
    return (
        f"select {columns}, case when more > 0 then 1 else -1 end as {SIGN} from ({counted}) as counted"
        " cross join lateral generate_series(1, abs(more)) as copies"
    )


def changed_in(columns: str, changed: str) -> str:
    """Select some columns of changed rows; rows that differ in others only don't count."""
    return f"select {columns} from ({changed}) as all_changed group by {columns} having sum({SIGN}) <> 0"


@dataclass(frozen=True)
class _Building:
    session: Session
    upstreams: Upstreams
    table: TableFile
    inputs: Mapping[str, str]
    before: Build | None
    known: Mapping[str, Build]
    columns: tuple[str, ...]
    run_id: str

    def carry_out(self) -> Outcome:
        increment = increment_of(self.table.path)
        before = self._comparable()
        if before and (increment is None or self._is_small()):
            make(self.session, self.table, self.upstreams.settings, "fresh", like=self.table.table)
            return self._follow("comparison", None, before)
        if before and increment and self._touch(increment, before):
            touched = self.session.arrow("select * from touched")
            if not touched.num_rows:
                return self._as_it_is(increment, before)
            self._make_touched(increment, touched.num_rows)
            return replace(self._follow("increment", increment, before), touched=touched)
        return self._in_full()

    def _is_small(self) -> bool:
        """Say whether all that the table reads is few rows."""
        return self.upstreams.rows(self.session, self.table, self.known) <= SMALL

    def _as_it_is(self, increment: Increment, before: Build) -> Outcome:
        """Put on record that changes upstream touched nothing."""
        self._drop(increment)
        return Outcome(record_build(self.session, replace(before, inputs=self.inputs)), "increment", 0)

    def _comparable(self) -> Build | None:
        """Return the build that is there, if the same definition made it."""
        before = self.before
        if not before or not self.columns or set(before.inputs) != set(self.inputs):
            return None
        return before if before.inputs[DEFINITION] == self.inputs[DEFINITION] else None

    def _in_full(self) -> Outcome:
        self.session.use_all_memory()
        self.session.expect_whole_tables()
        number = self.before.number + 1 if self.before else 1
        self.session.execute(f"drop table if exists {changes_table(self.table.table)}")
        increment = increment_of(self.table.path)
        clustered_by = increment.clustered_by if increment else None
        rows = create(self.session, self.table, self.upstreams.settings, clustered_by=clustered_by)
        if increment:
            self.session.index(self.table.table, increment.unit)
            self.session.analyze(self.table.table)
        made = new_build(
            self.table.table, run_id=self.run_id, rows=rows, inputs=self.inputs, number=number, changes_since=number
        )
        return Outcome(record_build(self.session, made), "full", None)

    def _touch(self, increment: Increment, before: Build) -> bool:
        """Collect the touched units; False where they are too many, or not known."""
        unit = ", ".join(increment.unit)
        selects = [f"select {unit} from {self.table.table} where false"]
        for name, state in self.inputs.items():
            was = before.inputs[name]
            if state == was:
                continue
            touch = increment.touched.get(name)
            if not touch or self._is_much(name, was):
                return False
            changed = self.upstreams.changed(self.session, name, was, self.known)
            if changed is None:
                return False
            if touch.columns:
                changed = changed_in(", ".join(touch.columns), changed)
            selects.append(f"select * from (with changed as ({changed}) {touch.units}) as touched_{len(selects)}")
        both = " union all ".join(selects)
        self.session.create_as("touched", f"select distinct * from ({both}) as all_touched", temporary=True)
        if increment.spread:
            self.session.create_as("spread", increment.spread, temporary=True)
            self.session.execute("drop table touched; alter table spread rename to touched")
        touched = int(self.session.scalar("select count(*) from touched"))
        return touched <= max(FEW, before.row_count // MOST_TOUCHED)

    def _is_much(self, name: str, was: str) -> bool:
        """Say whether so many rows were delivered that comparing them costs more than building in full."""
        view = self.upstreams.feeds.get(name)
        if view is None:
            return False
        new, known = self.session.rows(
            "select coalesce(sum(case when load_number > ? then rows_loaded end), 0), coalesce(sum(rows_loaded), 0)"
            " from intake.delivery_file where source = ? and feed = ?",
            [int(was), view.contract.source, view.feed.name],
        )[0]
        return int(new) > max(FEW, int(known) // MOST_TOUCHED)

    def _make_touched(self, increment: Increment, units: int) -> None:
        """Make the touched units anew (``fresh``), and set the rows that they have now beside them (``was``)."""
        for name, select in increment.sets.items():
            self.session.create_as(name, select, temporary=True)
        touched, name = _touched(increment), self.table.table
        is_few = increment.is_few(units)
        if units > FEW:
            self.session.use_all_memory()
        if increment.large_units:
            self.session.expect_whole_tables()
        narrow = partial(self.upstreams.narrow, self.session, needs=increment.needs, is_few=is_few)
        self.session.set_aside("was", name, touched)
        make(self.session, self.table, self.upstreams.settings, "fresh", like=name, narrow=narrow, where=touched)

    def _follow(self, way: Way, increment: Increment | None, before: Build) -> Outcome:
        """Bring the table from what it was to ``fresh``, and put the difference on record."""
        columns = ", ".join(map(identifier, self.columns))
        was = "was" if increment else self.table.table
        self.session.create_as("difference", difference(columns, "fresh", was), temporary=True)
        count = int(self.session.scalar("select count(*) from difference"))
        made = before
        if count:
            self._apply(increment)
            made = self._record_changes(columns, before)
        reach("table.changes_written")
        self._drop(increment)
        rows = int(self.session.scalar(f"select count(*) from {self.table.table}")) if count else made.row_count
        made = record_build(self.session, replace(made, inputs=self.inputs, row_count=rows))
        return Outcome(made, way, count)

    def _apply(self, increment: Increment | None) -> None:
        table = self.table.table
        if increment is None:
            self.session.execute(f"delete from {table}")
            self.session.execute(f"insert into {table} select * from fresh")
            return
        unit = ", ".join(increment.unit)
        self.session.create_as("moved", f"select distinct {unit} from difference", temporary=True)
        inside = wanted(increment.unit, f"select {unit} from moved")
        self.session.delete_set_aside("was", table, inside)
        self.session.execute(f"insert into {table} select * from fresh where {inside}")

    def _record_changes(self, columns: str, before: Build) -> Build:
        log, number = changes_table(self.table.table), before.number + 1
        since = max(before.changes_since, number - KEPT_BUILDS)
        if before.changes_since == before.number:
            self.session.execute("create schema if not exists changes")
            self.session.create_as(log, f"select *, {number} as build_number from difference")
        else:
            self.session.execute(f"delete from {log} where build_number <= {since}")
            self.session.execute(
                f"insert into {log} ({columns}, {SIGN}, build_number)"
                f" select {columns}, {SIGN}, {number} from difference"
            )
        return new_build(
            self.table.table,
            run_id=self.run_id,
            rows=before.row_count,
            inputs=self.inputs,
            number=number,
            changes_since=since,
        )

    def _drop(self, increment: Increment | None) -> None:
        names = ["fresh", "difference", *(("was", "touched", "moved", *increment.sets) if increment else ())]
        self.session.execute("; ".join(f"drop table if exists {name}" for name in names))


def _touched(increment: Increment) -> str:
    return wanted(increment.unit, f"select {', '.join(increment.unit)} from touched")
