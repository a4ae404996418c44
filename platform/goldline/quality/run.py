"""Carrying out a suite on the tables of an open transaction.

Checks that look at the same columns under the same condition share one reduction and one call of Great
Expectations. A check that raises never counts as failed or passed. What may stand in a suite is in ``suite``;
recording results and stopping a run because of them is the caller's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from goldline.errors import GoldlineError
from goldline.quality.reduction import Keys, Reduced, TableView
from goldline.quality.result import MAX_KEYS, CheckResult, Finding
from goldline.quality.sql_check import CARRYING_OUT, find_by_sql, reason
from goldline.quality.validation import Answer, Question, Validator

if TYPE_CHECKING:
    from goldline.quality.suite import Check, Suite
    from goldline.warehouse.engine import Session

NO_PARAMETERS: Mapping[str, object] = MappingProxyType({})
TEXT_ONLY = ("regex", "lengths")
Numbered = dict[int, "Check"]
Findings = dict[int, Finding]


def run_suite(
    session: Session, suite: Suite, *, parameters: Mapping[str, object] = NO_PARAMETERS
) -> tuple[CheckResult, ...]:
    """Carry out every check of a suite.

    Args:
        session: An open transaction; it is only read from. A check that raises may leave it aborted, so
            checks get a transaction of their own.
        suite: The checks.
        parameters: Values for ``:name`` in the suite's SQL.

    Returns:
        One result per check, in the suite's order.
    """
    if not suite.checks:
        raise GoldlineError("a suite without checks proves nothing", where=suite.table, remedy="add a check to it")
    return _SuiteRun(session, suite, parameters).results()


class _SuiteRun:
    def __init__(self, session: Session, suite: Suite, parameters: Mapping[str, object]) -> None:
        self.session, self.suite, self.parameters = session, suite, parameters

    @cached_property
    def validator(self) -> Validator:
        return Validator()

    def results(self) -> tuple[CheckResult, ...]:
        findings: Findings = {}
        by_condition: dict[str | None, Numbered] = defaultdict(dict)
        for number, check in enumerate(self.suite.checks):
            if check.sql is None:
                by_condition[check.where][number] = check
        for where, checks in by_condition.items():
            findings |= self._under(where, checks)
        for number, check in enumerate(self.suite.checks):
            if check.sql is not None:
                findings[number] = find_by_sql(self.session, check, self.suite.key, self.parameters)
        return tuple(findings[number].of(self.suite.table, check) for number, check in enumerate(self.suite.checks))

    def _under(self, where: str | None, checks: Numbered) -> Findings:
        view = TableView(self.session, self.suite.table, self.suite.key, where, self.parameters)
        run = _ConditionRun(view, self)
        try:
            return run.findings(checks)
        except CARRYING_OUT as error:
            return {number: Finding.not_carried_out(reason(error)) for number in checks}


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
        answers = self._ask(Reduced.of_rows(self.rows), checks, questions)
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
                first = [reduced.row(row) for row in sorted(answer.rows)[:MAX_KEYS]]
                keys = self.view.keys_of_values(columns, first) if first else ()
                findings[number] = self._finding(answer, reduced, keys)
        return findings

    def _ask(self, reduced: Reduced, checks: Numbered, questions: dict[int, Question]) -> dict[int, Answer]:
        return self._suite_run.validator.ask(reduced.data, {number: questions[number] for number in checks})

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
