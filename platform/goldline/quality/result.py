"""What a check found: counts and keys, never values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from goldline.quality.suite import Check, Severity

Status = Literal["passed", "failed", "error"]
MAX_KEYS = 20


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The outcome of one check.

    Args:
        table: The table as ``schema.name``.
        name: The check's name.
        description: The check's sentence.
        severity: ``error`` blocks what follows, ``warn`` does not.
        status: ``error`` means that the check could not be carried out; it counts as not passed.
        evaluated: Rows looked at, where that is known.
        failing: Rows that break the rule.
        keys: Keys of the first failing rows in the order of the key, at most 20.
        message: One line for people; never a value of the table.
    """

    table: str
    name: str
    description: str
    severity: Severity
    status: Status
    evaluated: int | None = None
    failing: int = 0
    keys: tuple[Mapping[str, str], ...] = ()
    message: str = ""

    @property
    def passed(self) -> bool:
        """True only when the check was carried out and nothing failed it."""
        return self.status == "passed"

    @property
    def blocks(self) -> bool:
        """Whether what follows must not start."""
        return self.severity == "error" and not self.passed


@dataclass(frozen=True)
class Finding:
    """What carrying out a check gave, before it is joined with the check's own words."""

    status: Status
    evaluated: int | None = None
    failing: int = 0
    keys: tuple[Mapping[str, str], ...] = ()
    message: str = ""

    @classmethod
    def counted(
        cls, failing: int, *, evaluated: int | None = None, keys: tuple[Mapping[str, str], ...] = ()
    ) -> Finding:
        """Build the finding of a check that was carried out."""
        if not failing:
            return cls("passed", evaluated, message="no row breaks the rule")
        of = "" if evaluated is None else f" of {evaluated:,}"
        rows = "row breaks" if failing == 1 else "rows break"
        return cls("failed", evaluated, failing, keys, f"{failing:,}{of} {rows} the rule")

    @classmethod
    def not_carried_out(cls, reason: str) -> Finding:
        """Build the finding of a check that raised."""
        return cls("error", message=f"the check could not be carried out: {reason}")

    def of(self, table: str, check: Check) -> CheckResult:
        """Join with the check's own words."""
        return CheckResult(
            table=table,
            name=check.name,
            description=check.description,
            severity=check.severity,
            status=self.status,
            evaluated=self.evaluated,
            failing=self.failing,
            keys=self.keys,
            message=self.message,
        )


def key_texts(names: Sequence[str], rows: Sequence[Sequence[object]]) -> tuple[dict[str, str], ...]:
    """Write key values as text; extra values of a row are left out."""
    return tuple(dict(zip(names, map(_text, row), strict=False)) for row in rows)


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
