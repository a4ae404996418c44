"""What a metric, a dimension and a table are. They are read from files in ``registry``."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeVar

from sqlglot import exp

from goldline.errors import GoldlineError
from goldline.metrics.question import Texts, Unit

T = TypeVar("T")


@dataclass(frozen=True)
class Formula:
    """How a metric is computed on a table: what it is ``of`` and, for a ratio, ``per`` what."""

    sql: str
    parts: Mapping[str, exp.Expr] = field(hash=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Table:
    """What metrics are computed from; the meaning of the parts is in ``tables.yaml``."""

    name: str
    kind: Literal["dated", "window", "fixed"]
    source: str
    label: Texts = field(hash=False)
    grain: Texts = field(hash=False)
    relation: str = ""
    totals: Literal["together", "apart", "none"] = "together"
    is_compared: bool = True
    needs: Literal["", "spend", "prediction", "months", "lapse"] = ""
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    note: Texts | None = field(default=None, hash=False)


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """What figures can be cut by: for each table that has it, its SQL."""

    name: str
    label: Texts = field(hash=False)
    tables: Mapping[str, str] = field(hash=False)
    unit: Unit = "text"
    order: Literal["natural", "value"] = "value"
    members: str = ""
    values: Mapping[str, Texts] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure and its one meaning.

    Attributes:
        formulas: Per table, how it is computed there; the first that can answer a question does.
        stock_or_flow: What it counts: a state at the period's end, or what happened in it.
        null_rule: What it is where there is nothing to count.
        zero_rule: What it is where it would be divided by nothing.
        staff: Whether it is a figure about sellers.
        transform: What is done to the value at last, where SQL cannot: a chi-square becomes its p-value.
    """

    name: str
    label: Texts = field(hash=False)
    definition: Texts = field(hash=False)
    family: str
    formulas: Mapping[str, Formula] = field(hash=False)
    unit: Unit
    decimals: int = 0
    better: Literal["up", "down", "neither"] = "neither"
    stock_or_flow: Literal["stock", "flow"] = "flow"
    null_rule: Literal["zero", "empty"] = "zero"
    zero_rule: Literal["empty"] = "empty"
    staff: bool = False
    transform: Literal["", "chi_square"] = ""

    @cached_property
    def is_ratio(self) -> bool:
        """Whether it is one sum per another."""
        return any("per" in formula.parts for formula in self.formulas.values())

    @property
    def grain(self) -> str:
        """The table that it is computed from first."""
        return next(iter(self.formulas))


@dataclass(frozen=True)
class Registry(Mapping[str, Metric]):
    """The metrics of this installation by name, with what they are made from."""

    metrics: Mapping[str, Metric]
    tables: Mapping[str, Table]
    dimensions: Mapping[str, Dimension]

    def __getitem__(self, name: str) -> Metric:
        """Return a metric; a name that is none is told what it may have meant."""
        return found_in(self.metrics, name, "metric")

    def __iter__(self) -> Iterator[str]:
        """Names of the metrics, in the order of the files."""
        return iter(self.metrics)

    def __len__(self) -> int:
        """Return the number of metrics."""
        return len(self.metrics)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a metric."""
        return name in self.metrics

    def dimension(self, name: str) -> Dimension:
        """Return a dimension.

        Raises:
            GoldlineError: There is none of that name.
        """
        return found_in(self.dimensions, name, "dimension")

    def dimensions_of(self, metric: str) -> list[Dimension]:
        """Return what a metric can be cut by."""
        tables = self[metric].formulas
        return [one for one in self.dimensions.values() if any(table in tables for table in one.tables)]

    def families(self) -> dict[str, list[Metric]]:
        """Return the metrics by family."""
        found: dict[str, list[Metric]] = {}
        for metric in self.metrics.values():
            found.setdefault(metric.family, []).append(metric)
        return found


class UnknownNameError(GoldlineError, KeyError):
    """A name that stands for nothing; a KeyError, too, as a mapping raises."""

    def __str__(self) -> str:
        """Say it as other errors do."""
        return Exception.__str__(self)


def found_in(known: Mapping[str, T], name: str, kind: str, *, where: str = "question") -> T:
    """Return what a name stands for.

    Raises:
        UnknownNameError: Nothing; the message says what may have been meant.
    """
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"see the list of {kind}s in docs/metrics"
    raise UnknownNameError(f"there is no {kind} {name[:60]!r}", where=where, remedy=remedy)
