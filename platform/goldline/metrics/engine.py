"""Asking a mart: which table answers a question, and what the scope forbids.

The SQL is made by ``builder``, the rows become an answer in ``answers``; the keeping of answers and the following of
versions is in ``store``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from goldline.errors import GoldlineError
from goldline.metrics import notes
from goldline.metrics.answers import Found, Row, arranged, columns_of, found, joined, shown
from goldline.metrics.builder import build
from goldline.metrics.facts import Facts
from goldline.metrics.filters import Filters
from goldline.metrics.model import Dimension, Metric, Registry, Table
from goldline.metrics.period import Period, resolve
from goldline.metrics.plan import SOURCES, Plan, Statement, grain
from goldline.metrics.question import Answer, Question
from goldline.metrics.rights import is_compared, params_of, withheld
from goldline.metrics.scope import Scope
from goldline.metrics.series import completed

Run = Callable[[Statement], list[tuple[Any, ...]]]


class Engine:
    """Answers questions about one mart.

    Args:
        registry: What is defined.
        facts: What is known of the data.
        run: Runs a statement.
    """

    def __init__(self, registry: Registry, facts: Facts, run: Run) -> None:
        """Keep the three."""
        self.registry, self.facts, self._run = registry, facts, run

    def ask(self, question: Question) -> Answer:
        """Answer one question.

        Raises:
            GoldlineError: A metric or dimension is unknown, or they do not go together.
        """
        metrics, by, tables = self._parts(question)
        period, previous = self.periods(question, tables.values())
        columns = columns_of(metrics, by, is_compared=question.is_compared)
        if reason := withheld(question, metrics, tables.values()):
            return Answer(columns, (), None, period, None, (), reason)
        groups: dict[str, list[Metric]] = {}
        for metric in metrics:
            groups.setdefault(tables[metric.name].name, []).append(metric)
        several = [
            self._found(question, tuple(group), tuple(by), (period, previous), is_only=len(groups) == 1)
            for group in groups.values()
        ]
        rows, totals = joined(several, len(by))
        if "time" in question.by:
            every = grain(question.filters.every, period)
            rows = completed(rows, question.by.index("time"), len(by), period, every)
        kept = tuple(shown(row, columns) for row in arranged(rows, question, metrics, by))
        total = self._total(question, tables.values(), shown(totals, columns))
        told = notes.of(question, (period, previous), self.facts, tables.values())
        return Answer(columns, kept, total, period, previous, told)

    def part(self, whole: Answer, question: Question) -> Answer:
        """Return the answer to a question out of the answer to one with more metrics."""
        metrics, by, tables = self._parts(question)
        columns = columns_of(metrics, by, is_compared=question.is_compared)
        places = [whole.column(column.name) for column in columns]
        periods = (whole.period, whole.previous)
        told = () if whole.withheld else notes.of(question, periods, self.facts, tables.values())
        rows = tuple(tuple(row[place] for place in places) for row in whole.rows)
        total = None if whole.totals is None else tuple(whole.totals[place] for place in places)
        return replace(whole, columns=columns, rows=rows, totals=total, notes=told)

    def sharing(self, question: Question) -> object:
        """Return what questions must have in common to share a statement; the question itself where it cannot."""
        metrics, by, tables = self._parts(question)
        if question.limit is not None or question.order is not None or any(one.order == "value" for one in by):
            return question
        names = frozenset(table.name for table in tables.values())
        alike = replace(question, metrics=())
        return (alike, names, withheld(question, metrics, tables.values()))

    def members_within(self, dimension: str, scope: Scope) -> frozenset[str] | None:
        """Return the members of a dimension that were ever sold within a scope; None where its members tell nothing."""
        one = self.registry.dimension(dimension)
        tables = self.registry.dimension(one.members or dimension).tables
        name = "units" if "sale" in tables else "basket_receipts" if "basket" in tables else None
        if name is None:
            return None
        ever = Filters(start=self.facts.first_day, end=self.facts.as_of)
        by = (one.members or dimension,)
        found = self.ask(Question(metrics=(name,), by=by, filters=ever, scope=scope, compare=False))
        return frozenset(str(row[0]) for row in found.rows if row[0] is not None)

    def lines(self, question: Question) -> Plan | str:
        """Return the plan of the lines behind a question, or why there are none: a code as of :func:`withheld`."""
        metrics, _, tables = self._parts(question)
        if not question.scope.lines:
            return "lines"
        if reason := withheld(question, metrics, tables.values()):
            return reason
        if not all({"sale", "receipt"} & set(metric.formulas) for metric in metrics):
            return "no_lines"
        period, _ = resolve(question.filters, self.facts.as_of, self.facts.first_day)
        table = self.registry.tables["sale"]
        members = self._members(question, table, (period, None))
        as_of = self.facts.as_of
        return Plan(
            table=table, metrics=(), by=(), members=members, period=period, previous=None, every="day", as_of=as_of
        )

    def periods(self, question: Question, tables: Iterable[Table]) -> tuple[Period, Period | None]:
        """Return the period of a question and the compared one, if there is any."""
        period, previous = resolve(question.filters, self.facts.as_of, self.facts.first_day)
        return period, previous if question.compare and any(map(is_compared, tables)) else None

    def _parts(self, question: Question) -> tuple[list[Metric], list[Dimension], dict[str, Table]]:
        """Return the metrics and dimensions of a question, and the table that answers each metric."""
        if not question.metrics:
            raise GoldlineError("no metric was asked for", where="question", remedy="name at least one")
        metrics = [self.registry[name] for name in question.metrics]
        by = [self.registry.dimension(name) for name in question.by]
        return metrics, by, {metric.name: self._table(metric, by, question) for metric in metrics}

    def _table(self, metric: Metric, by: Sequence[Dimension], question: Question) -> Table:
        """Return the table of a metric that has the dimensions and most of the filters, the first of equals."""
        names = [name for name in metric.formulas if all(name in one.tables for one in by)]
        if not names:
            can = ", ".join(one.name for one in self.registry.dimensions_of(metric.name)) or "nothing"
            what = f"{metric.name} cannot be cut by {', '.join(question.by)}"
            raise GoldlineError(what, where="question", remedy=f"it can be cut by: {can}")
        wanted = set(question.filters.members)
        fitting = [self.registry.tables[name] for name in names]
        return max(fitting, key=lambda table: len(wanted & SOURCES.get(table.source, frozenset())))

    def _found(
        self,
        question: Question,
        metrics: tuple[Metric, ...],
        by: tuple[Dimension, ...],
        periods: tuple[Period, Period | None],
        *,
        is_only: bool,
    ) -> Found:
        """Run the statement for the metrics that one table answers."""
        table = self._table(metrics[0], by, question)
        order = question.order or (None if any(one.order == "natural" for one in by) else f"-{metrics[0].name}")
        can_cut = is_only and order is not None and order.removeprefix("-") in {one.name for one in metrics}
        plan = Plan(
            table=table,
            metrics=metrics,
            by=by,
            members=self._members(question, table, periods),
            period=periods[0],
            previous=periods[1] if is_compared(table) else None,
            every=grain(question.filters.every, periods[0]),
            as_of=self.facts.as_of,
            params=params_of(question, table),
            spend=(self.facts.spend() or ()) if table.source == "spend" else (),
            order=order if can_cut else None,
            limit=question.limit if can_cut else None,
        )
        return found(plan, self._run(build(plan)))

    def _total(self, question: Question, tables: Iterable[Table], total: Row) -> Row | None:
        """Return the row over everything; where groups overlap, it is asked for by itself."""
        kinds = {table.totals for table in tables}
        if "none" in kinds:
            return None
        if "apart" not in kinds or not question.by:
            return total
        alone = self.ask(replace(question, by=(), limit=None, order=None))
        return (None,) * len(question.by) + alone.rows[0]

    def _members(
        self, question: Question, table: Table, periods: tuple[Period, Period | None]
    ) -> dict[str, tuple[str, ...]]:
        """Return the allowed members per dimension: what the filters name, within what the scope allows."""
        usable, scope, known = SOURCES.get(table.source, frozenset()), question.scope, self.facts.members
        limits: list[tuple[str, Iterable[str] | None]] = [
            *question.filters.members.items(),
            ("shop", scope.stores),
            ("channel", scope.channels),
        ]
        if question.filters.like_for_like and periods[1]:
            limits.append(("shop", self.facts.open_shops(periods[0], periods[1])))
        allowed: dict[str, set[str]] = {}
        for name, limit in limits:
            if limit is not None and name in usable:
                allowed[name] = allowed.get(name, set(known.get(name, ()))) & set(limit)
        return {name: tuple(sorted(values)) for name, values in allowed.items()}
