"""What a table reads: the state of each upstream table, its changes since a state, and its rows cut down to a need.

Upstream tables are tables of the catalogue, views of feeds, and the register and reference tables of the platform.
What a change means for a table is said by its increment; carrying it out is in ``builder``.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from goldline.build.increment import SUFFIX, Increment, Need, increment_of
from goldline.contracts import Contract, Feed
from goldline.intake.newest import META, newest_sql
from goldline.intake.rules import identifier
from goldline.settings import Settings
from goldline.warehouse.builds import Build
from goldline.warehouse.engine import Session
from goldline.warehouse.narrowing import narrowed, select_where, wanted
from goldline.warehouse.tables import Catalogue, TableFile

Pick = Callable[[str, *tuple[str, ...]], str]  # of a table and the conditions of which its rows meet one
REGISTER, AS_OF, DEFINITION = "intake.delivery_file", "reference.as_of", "definition"


def conditions_of(needs: Sequence[Need]) -> list[str]:
    """Write the conditions under one of which a row is needed."""
    return [wanted(need.columns, need.rows) for need in needs]


@dataclass(frozen=True)
class FeedView:
    """A feed's rows: all that were ever loaded, the versions that count, or the newest version of each."""

    contract: Contract
    feed: Feed
    kind: Literal["raw", "versions", "newest"]

    @property
    def columns(self) -> str:
        """The view's columns."""
        return ", ".join(map(identifier, (*META, *self.feed.columns)))

    @property
    def scope(self) -> tuple[str, ...]:
        """The columns within which a newer row can displace another one, as far as every row has them."""
        if self.kind != "newest":
            return ()
        columns = self.feed.complete_per or self.feed.key
        return tuple(column for column in columns if self.feed.columns[column].required)

    def needed(self, pick: Pick, needs: Sequence[Need]) -> str:
        """Select the rows that are needed, and with them all that decides which version is the newest."""
        raw, counting = self.contract.table(self.feed.name), "superseded_by is null"
        if self.kind == "raw":
            return pick(raw, *conditions_of(needs))
        if self.scope and any(set(need.columns) - set(self.scope) for need in needs):
            scope = ", ".join(map(identifier, self.scope))
            inside = (f"select {scope} from {raw} where {counting} and {needed}" for needed in conditions_of(needs))
            needs = [Need(columns=tuple(map(identifier, self.scope)), rows=" union all ".join(inside))]
        picked = pick(raw, *(f"{counting} and {needed}" for needed in conditions_of(needs)))
        return self._newest(f"select {self.columns} from ({picked}) as picked")

    def changed(self, session: Session, since: int, names: Container[str]) -> str:
        """Select the rows that the loads after a given one brought (``change_sign`` 1) or displaced (-1).

        They are found once and set aside, for all tables that follow the feed.

        Args:
            session: An open transaction.
            since: The number of the load.
            names: The columns that are asked for are among them.
        """
        files = session.rows(
            "select sequence from intake.delivery_file where source = ? and feed = ? and load_number > ?"
            " order by sequence",
            [self.contract.source, self.feed.name, since],
        )
        new = ", ".join(str(int(sequence)) for (sequence,) in files) or "-1"
        what = f"{self.contract.source}.{self.feed.name} {self.kind} {new}"
        aside = f"changed_{hashlib.sha256(what.encode()).hexdigest()[:16]}"  # PostgreSQL would cut a long name short
        if not session.columns(aside):
            columns = ", ".join(map(identifier, (*META, *(name for name in self.feed.columns if name in names))))
            session.create_as(aside, self._changed(session, new, columns), temporary=True)
        return f"select * from {aside}"

    def _changed(self, session: Session, new: str, columns: str) -> str:
        raw = self.contract.table(self.feed.name)
        counted_before = f"sequence not in ({new}) and (superseded_by is null or superseded_by in ({new}))"
        near = f"sequence in ({new}) or superseded_by in ({new})"
        if self.kind == "raw":
            return f"select {columns}, 1 as change_sign from ({session.few(raw, near)}) as few"
        if self.scope:
            scope = ", ".join(map(identifier, self.scope))
            near = wanted(tuple(map(identifier, self.scope)), f"select {scope} from {raw} where {near}")
        now = session.few(raw, f"superseded_by is null and ({near})")
        was = session.few(raw, f"{counted_before} and ({near})")
        newest = [self._newest(f"select {self.columns} from ({few}) as few") for few in (now, was)]
        return _signed_difference(*(f"select {columns} from ({rows}) as newest" for rows in newest))

    def _newest(self, rows: str) -> str:
        return newest_sql(self.feed, f"({rows})") if self.kind == "newest" else rows


def _signed_difference(now: str, was: str) -> str:
    """Compare two sets of delivered rows, which their file and line tell apart."""
    same = "others.sequence = rows.sequence and others.line_number = rows.line_number"
    return (
        f"with now_rows as ({now}), was_rows as ({was})"
        " select *, 1 as change_sign from now_rows as rows"
        f" where not exists (select 1 from was_rows as others where {same}) union all"
        " select *, -1 as change_sign from was_rows as rows"
        f" where not exists (select 1 from now_rows as others where {same})"
    )


@dataclass(frozen=True)
class Upstreams:
    """Everything that tables read, with the record of its state."""

    catalogue: Catalogue
    contracts: Mapping[str, Contract]
    settings: Settings

    @cached_property
    def feeds(self) -> dict[str, FeedView]:
        """The views of feeds by full name."""
        views: dict[str, FeedView] = {}
        for contract in self.contracts.values():
            for feed in contract.feeds.values():
                views[contract.table(feed.name)] = FeedView(contract, feed, "raw")
                views[contract.versions(feed.name)] = FeedView(contract, feed, "versions")
                views[contract.newest(feed.name)] = FeedView(contract, feed, "newest")
        return views

    @cached_property
    def _followed(self) -> dict[str, set[str]]:
        """The words in which increments speak of changes, by table: the columns that they ask for are among them."""
        words: dict[str, set[str]] = defaultdict(set)
        for table in self.catalogue.tables:
            increment = increment_of(table.path)
            for name, touch in increment.touched.items() if increment else ():
                words[name].update(touch.columns, re.findall(r"\w+", touch.units))
        return words

    def states(self, session: Session, table: TableFile, known: Mapping[str, Build]) -> dict[str, str]:
        """Return the state of the table's definition and of each table that it reads, given all builds."""
        return self._states(session, table, known, self._loads(session))

    def all_states(self, session: Session, known: Mapping[str, Build]) -> dict[str, dict[str, str]]:
        """Return the states for every table of the catalogue, given all builds."""
        loads = self._loads(session)
        return {table.table: self._states(session, table, known, loads) for table in self.catalogue.tables}

    def _states(
        self, session: Session, table: TableFile, known: Mapping[str, Build], loads: Mapping[str, int]
    ) -> dict[str, str]:
        increment = increment_of(table.path)
        ignored = set(increment.ignores) if increment else set()
        states = {DEFINITION: self.definition(table, increment)}
        for name in sorted(table.depends_on - ignored):
            if name in self.catalogue.by_name:
                states[name] = known[name].state if name in known else ""
            elif view := self.feeds.get(name):
                states[name] = str(loads.get(f"{view.contract.source}.{view.feed.name}", 0))
            elif name == REGISTER:
                states[name] = str(max(loads.values(), default=0))
            elif name == AS_OF:
                states[name] = str(session.scalar("select as_of from reference.as_of"))
        return states

    def rows(self, session: Session, table: TableFile, known: Mapping[str, Build]) -> int:
        """Count the rows of all that a table reads, feeds with every version of a row."""
        built = sum(known[name].row_count for name in table.depends_on if name in known)
        feeds = {
            f"{view.contract.source}.{view.feed.name}" for name in table.depends_on if (view := self.feeds.get(name))
        }
        loaded = session.rows("select source, feed, sum(rows_loaded) from intake.delivery_file group by source, feed")
        return built + sum(int(rows) for source, feed, rows in loaded if f"{source}.{feed}" in feeds)

    def definition(self, table: TableFile, increment: Increment | None) -> str:
        """Return a text that changes whenever the table's own files, its settings or its source's contract change."""
        digest = hashlib.sha256(table.path.read_bytes())
        if increment:
            digest.update(table.path.with_name(f"{table.name}{SUFFIX}").read_bytes())
        sources = {name.split(".")[0] for name in table.depends_on} & set(self.contracts)
        for source in sorted(sources):
            digest.update(self.contracts[source].digest.encode())
        placeholders = sorted(self.settings.placeholder_hashes)
        digest.update(f"{self.settings.currency}|{self.settings.timezone}|{placeholders}".encode())
        return digest.hexdigest()[:16]

    def changed(self, session: Session, name: str, since: str, known: Mapping[str, Build]) -> str | None:
        """Select the rows of a table that changed since a state, or None where that is not on record."""
        if view := self.feeds.get(name):
            return view.changed(session, int(since), self._followed[name])
        if name == REGISTER:
            return f"select *, 1 as change_sign from intake.delivery_file where load_number > {int(since)}"
        if name == AS_OF:
            day = "null" if since == "None" else f"'{since}'"
            return f"select cast({day} as date) as was, as_of, 1 as change_sign from reference.as_of"
        build = known.get(name)
        number = int(since.partition(":")[0] or -1)
        if build is None or number < build.changes_since:
            return None
        columns = ", ".join(identifier(column) for column, _ in session.columns(name))
        return f"select {columns}, change_sign from {changes_table(name)} where build_number > {number}"

    def narrow(self, session: Session, sql: str, needs: Mapping[str, Sequence[Need]], *, is_few: bool) -> str:
        """Let a select read only the rows that are needed of some tables, which are few or not."""
        pick = session.few if is_few else select_where
        return narrowed(sql, {name: self._needed(pick, name, some) for name, some in needs.items() if some})

    def _needed(self, pick: Pick, name: str, needs: Sequence[Need]) -> str:
        if view := self.feeds.get(name):
            return view.needed(pick, needs)
        return pick(name, *conditions_of(needs))

    @staticmethod
    def _loads(session: Session) -> dict[str, int]:
        rows = session.rows("select source, feed, max(load_number) from intake.delivery_file group by source, feed")
        return {f"{source}.{feed}": int(load) for source, feed, load in rows}


def changes_table(table: str) -> str:
    """Return the name of the table that keeps the changes of a table's newest builds."""
    return "changes." + table.replace(".", "__")
