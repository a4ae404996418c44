"""What the scope of a reader forbids, and what a table allows."""

from __future__ import annotations

from collections.abc import Iterable

from goldline.errors import GoldlineError
from goldline.metrics.model import Metric, Table
from goldline.metrics.plan import SOURCES
from goldline.metrics.question import Question


def withheld(question: Question, metrics: Iterable[Metric], tables: Iterable[Table]) -> str | None:
    """Say why a scope forbids a question: ``staff`` or ``customers``; None where it does not."""
    names_staff = "staff" in question.by or question.filters.staff or any(metric.staff for metric in metrics)
    if names_staff and not question.scope.staff_figures:
        return "staff"
    if any(not can_be_cut(table) for table in tables) and not question.scope.sees_company:
        return "customers"
    return None


def is_compared(table: Table) -> bool:
    """Whether a table's figures differ from period to period."""
    return table.is_compared and table.kind != "fixed"


def can_be_cut(table: Table) -> bool:
    """Whether a table's figures can be limited to some shops and channels."""
    return {"shop", "channel"} <= SOURCES.get(table.source, frozenset())


def params_of(question: Question, table: Table) -> dict[str, str]:
    """Return the parameters of a table as the question gives them, else the first that each can be.

    Raises:
        GoldlineError: One is missing, or cannot be what is given.
    """
    given, known = dict(question.params), table.params
    for name, values in known.items():
        value = given.get(name)
        if value is None and not values:
            raise GoldlineError(f"{name} is missing", where="question", remedy="give it as a parameter")
        if value is not None and values and value not in values:
            can = ", ".join(values)
            raise GoldlineError(f"{name} cannot be {value[:40]!r}", where="question", remedy=f"it can be: {can}")
    return {name: given[name] if name in given else values[0] for name, values in known.items()}
