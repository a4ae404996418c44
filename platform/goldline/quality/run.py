"""Carrying out a suite on the tables of an open transaction.

Checks that look at the same columns under the same condition share one reduction and one call of Great
Expectations. A check that raises never counts as failed or passed. After an increment, checks that judge each row by
itself look at the rows that changed, and at those that need a row of another table which is gone; where they read
another table that changed in any other way, at all. What may stand in a suite is in ``suite``; recording results and
stopping a run because of them is the caller's business.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from goldline.errors import GoldlineError
from goldline.quality.reduction import Keys, Reduced, TableView
from goldline.quality.result import CheckResult, Finding
from goldline.quality.row_check import Lookup, RowCheck, row_check
from goldline.quality.sql_check import CARRYING_OUT, drop_set_aside, find_by_sql, reason
from goldline.quality.statement import quoted
from goldline.quality.validation import Answer, Question, validator
from goldline.warehouse.narrowing import narrowed, wanted

if TYPE_CHECKING:
    from goldline.quality.suite import Check, Suite
    from goldline.warehouse.engine import Session

NO_PARAMETERS: Mapping[str, object] = MappingProxyType({})
TEXT_ONLY = ("regex", "lengths")
MAX_VALUES = 400  # failing values whose rows are looked for, to name the first of them
Numbered = dict[int, "Check"]
Findings = dict[int, Finding]


@dataclass(frozen=True)
class ToCheck:
    """What an increment leaves to be checked.

    Attributes:
        rows: The table that holds the rows which are new or differ; gone rows break no rule.
        passed: Names of the checks that every row passed before.
        unchanged: Other tables that are as they were then.
        lost: Selects what a table no longer has of that which is looked up in it: empty if it is as it was, None where
            that is not known.
        narrow: Writes a check's select so that it reads the units which were touched, where it judges each by itself.
    """

    rows: str
    passed: frozenset[str]
    unchanged: frozenset[str] = frozenset()
    lost: Callable[[Lookup], str | None] = lambda _lookup: None
    narrow: Callable[[Check], str] | None = None


def run_suite(
    session: Session,
    suite: Suite,
    *,
    parameters: Mapping[str, object] = NO_PARAMETERS,
    increment: ToCheck | None = None,
) -> tuple[CheckResult, ...]:
    """Carry out every check of a suite.

    Args:
        session: An open transaction; it is only read from. A check that raises may leave it aborted, so
            checks get a transaction of their own.
        suite: The checks.
        parameters: Values for ``:name`` in the suite's SQL.
        increment: Where the table was built by increment: what changed.

    Returns:
        One result per check, in the suite's order.
    """
    if not suite.checks:
        raise GoldlineError("a suite without checks proves nothing", where=suite.table, remedy="add a check to it")
    return _SuiteRun(session, suite, parameters, increment).results()


class _SuiteRun:
    def __init__(
        self, session: Session, suite: Suite, parameters: Mapping[str, object], increment: ToCheck | None
    ) -> None:
        self.session, self.suite, self.parameters, self.increment = session, suite, parameters, increment
        self._alike: dict[str, str] = {}

    def results(self) -> tuple[CheckResult, ...]:
        findings: Findings = {}
        by_rows: dict[tuple[str, str | None], Numbered] = defaultdict(dict)
        for number, check in enumerate(self.suite.checks):
            if check.sql is None:
                by_rows[self._rows_of(check)][number] = check
        for (table, where), checks in by_rows.items():
            findings |= self._under(table, where, checks)
        for number, check in enumerate(self.suite.checks):
            if check.sql is not None:
                findings[number] = self._by_sql(check)
        drop_set_aside(self.session, self._alike.values())
        return tuple(findings[number].of(self.suite.table, check) for number, check in enumerate(self.suite.checks))

    def _rows_of(self, check: Check) -> tuple[str, str | None]:
        """Return the table and the condition under which an expectation is decided."""
        if self.increment is None or check.name not in self.increment.passed or check.rule.needs == "row_count":
            return self.suite.table, check.where
        if check.rule.needs != "repeats":
            return self.increment.rows, check.where
        columns = check.within.get(self.suite.table) or tuple(map(quoted, check.columns))
        near = wanted(columns, f"select {', '.join(columns)} from {self.increment.rows}")
        if check.where:
            return self.suite.table, f"({check.where}) and {near}"
        return self._alike_rows(check.columns, near), None

    def _alike_rows(self, columns: tuple[str, ...], near: str) -> str:
        """Set aside what names the rows that have values of changed ones: they are counted, and looked for repeats."""
        names = ", ".join(map(quoted, dict.fromkeys((*columns, *self.suite.key))))
        rows = f"select {names} from ({self.session.few(self.suite.table, near)}) as alike"
        if rows not in self._alike:
            self._alike[rows] = f"rows_alike_{len(self._alike) + 1}"
            self.session.create_as(self._alike[rows], rows, temporary=True)
        return self._alike[rows]

    def _by_sql(self, check: Check) -> Finding:
        try:
            sql = self._sql_of(check)
        except CARRYING_OUT as error:
            return Finding.not_carried_out(reason(error))
        return find_by_sql(self.session, check, self.suite.key, self.parameters, sql=sql)

    def _sql_of(self, check: Check) -> str:
        """Return the select of an SQL check, over what changed where it judges each row or unit by itself."""
        sql = check.sql or ""
        if not self.increment or check.name not in self.increment.passed:
            return sql
        alone = row_check(sql, self.suite.table)
        rows = self._rows_to_judge(alone, self.increment) if alone else None
        if alone and rows:
            return narrowed(narrowed(sql, _looked_up(alone, rows)), {self.suite.table: rows}, times=1)
        return self.increment.narrow(check) if self.increment.narrow else sql

    def _rows_to_judge(self, check: RowCheck, increment: ToCheck) -> str | None:
        """Select the rows that a check could judge otherwise than before; None where that is not known.

        Those are the rows that changed, and those that needed a row of another table which is gone.
        """
        if not check.others <= increment.unchanged:
            return None
        forsaken = []
        for lookup in check.lookups:
            lost = increment.lost(lookup)
            if lost is None:
                return None
            if lost and self.session.rows(f"select 1 from ({lost}) as lost limit 1"):
                forsaken.append(wanted(lookup.values, lost))
        rows = f"select * from {increment.rows}"
        if forsaken:
            key = ", ".join(map(quoted, self.suite.key))
            again = wanted((key,), f"select {key} from {increment.rows}")
            rows += f" union all select * from {self.suite.table} as {check.alias}"
            rows += f" where ({' or '.join(forsaken)}) and not {again}"
        return rows

    def _under(self, table: str, where: str | None, checks: Numbered) -> Findings:
        view = TableView(self.session, table, self.suite.key, where, self.parameters)
        run = _ConditionRun(view, self)
        try:
            return run.findings(checks)
        except CARRYING_OUT as error:
            return {number: Finding.not_carried_out(reason(error)) for number in checks}


def _looked_up(check: RowCheck, rows: str) -> dict[str, str]:
    """Select what some rows could find in the tables that a check looks up once, and reads in no other way."""
    once = [table for table, times in Counter(lookup.table for lookup in check.lookups).items() if times == 1]
    return {
        lookup.table: f"select * from {lookup.table} as {lookup.alias} where "
        + wanted(lookup.columns, f"select {', '.join(lookup.values)} from ({rows}) as {check.alias}")
        for lookup in check.lookups
        if lookup.table in once and lookup.table not in check.others | {check.table}
    }


class _ConditionRun:
    """The expectations under one condition."""

    def __init__(self, view: TableView, suite_run: _SuiteRun) -> None:
        self.view, self._suite_run = view, suite_run

    @cached_property
    def rows(self) -> int:
        return self.view.count()

    def findings(self, checks: Numbered) -> Findings:
        findings: Findings = {}
        ready: dict[str, Numbered] = defaultdict(dict)
        questions: dict[int, Question] = {}
        for number, check in checks.items():
            try:
                questions[number] = _question(self.view, check)
                ready[check.rule.needs][number] = check
            except GoldlineError as error:
                findings[number] = Finding.not_carried_out(error.what)
        for needs, some in ready.items():
            if needs != "values":
                findings |= getattr(self, f"_{needs}")(some, questions)
        wider = {n: c for n, c in ready["range"].items() if n not in findings}
        return findings | self._values({**ready["values"], **wider}, questions)

    def _row_count(self, checks: Numbered, questions: dict[int, Question]) -> Findings:
        reduced = Reduced.of_rows(self.rows)
        answers = validator().ask(reduced.data, {number: questions[number] for number in checks})
        return {number: self._about_table(answer) for number, answer in answers.items()}

    def _about_table(self, answer: Answer) -> Finding:
        if answer.error:
            return Finding.not_carried_out(answer.error)
        return Finding("passed" if answer.success else "failed", self.rows, message=f"the table has {self.rows:,} rows")

    def _nulls(self, checks: Numbered, questions: dict[int, Question]) -> Findings:
        reduced = self.view.nulls(_columns(checks.values()))
        answers = self._ask(reduced, checks, questions)
        return {
            number: self._finding(
                answer,
                reduced,
                self.view.keys_of_nulls(
                    checks[number].columns[0], null=(checks[number].expectation or "").endswith("not_be_null")
                )
                if answer.rows
                else (),
            )
            for number, answer in answers.items()
        }

    def _range(self, checks: Numbered, questions: dict[int, Question]) -> Findings:
        """Decide the ranges that hold: with both ends inside, so is the rest. Others need their values."""
        answers = self._ask(self.view.extremes(_columns(checks.values())), checks, questions)
        return {number: Finding.counted(0, evaluated=self.rows) for number, a in answers.items() if a.success}

    def _repeats(self, checks: Numbered, questions: dict[int, Question]) -> Findings:
        findings: Findings = {}
        for columns, some in _by_columns(checks).items():
            reduced = self.view.repeats(columns)
            keys = self.view.keys_of_repeats(columns) if len(reduced.data) else ()
            for number, answer in self._ask(reduced, some, questions).items():
                findings[number] = self._finding(answer, reduced, keys)
        return findings

    def _values(self, checks: Numbered, questions: dict[int, Question]) -> Findings:
        findings: Findings = {}
        for columns, some in _by_columns(checks).items():
            reduced = self.view.values(columns)
            for number, answer in self._ask(reduced, some, questions).items():
                first = [reduced.row(row) for row in sorted(answer.rows)[:MAX_VALUES]]
                keys = self.view.keys_of_values(columns, first) if first else ()
                findings[number] = self._finding(answer, reduced, keys)
        return findings

    def _ask(self, reduced: Reduced, checks: Numbered, questions: dict[int, Question]) -> dict[int, Answer]:
        """Put the questions; of no rows every rule is true, and a question costs 0.1 s."""
        if not reduced.data.num_rows:
            return dict.fromkeys(checks, Answer(True))
        return validator().ask(reduced.data, {number: questions[number] for number in checks})

    def _finding(self, answer: Answer, reduced: Reduced, keys: Keys) -> Finding:
        if answer.error:
            return Finding.not_carried_out(answer.error)
        if not answer.success and not answer.rows:
            return Finding.not_carried_out("Great Expectations refused the rows without naming any")
        failing = sum(reduced.weights[row] for row in answer.rows)
        return Finding.counted(failing, evaluated=self.rows, keys=keys)


def _question(view: TableView, check: Check) -> Question:
    """Write a check in Great Expectations' words, with its values encoded as the columns are."""
    arguments = check.arguments
    for column in check.columns:
        encoding = view.encodings(check.columns)[column]
        if any(word in (check.expectation or "") for word in TEXT_ONLY):
            encoding.require_text(column)
            continue
        if "value_set" in arguments:
            arguments["value_set"] = encoding.members(check.value_set or ())
        arguments = encoding.bounds(arguments)
    return Question(check.expectation or "", {**check.rule.columns(check.columns), **arguments})


def _by_columns(checks: Numbered) -> dict[tuple[str, ...], Numbered]:
    grouped: dict[tuple[str, ...], Numbered] = defaultdict(dict)
    for number, check in checks.items():
        grouped[check.columns][number] = check
    return grouped


def _columns(checks: Iterable[Check]) -> Sequence[str]:
    return list(dict.fromkeys(column for check in checks for column in check.columns))
