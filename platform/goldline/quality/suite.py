"""Check suites as data: what ``assets/<group>/<table>.checks.yaml`` may say, and the loading of it.

Everything that can be wrong with a suite without looking at its table is found here, at load time, and named
with its file and entry. Running a suite is in ``run``.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from goldline.errors import ContractError
from goldline.quality.expectations import EXPECTATIONS, Expectation
from goldline.quality.statement import is_condition, is_single_select, tables_read
from goldline.yaml_text import read_yaml

Severity = Literal["error", "warn"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
TemplateName = Annotated[str, Field(pattern=r"^([a-z]|\{column\})([a-z0-9_]|\{column\})*$")]
Sentence = Annotated[str, Field(min_length=1)]
Bound = int | float | Decimal | datetime | date | str
SUFFIX = ".checks.yaml"


class Check(BaseModel):
    """One check: either an expectation of Great Expectations or a select that returns the failing rows.

    ``columns`` on an expectation about one column stands for one check per column; ``{column}`` in its name
    and description is then replaced. ``key`` and ``show`` belong to SQL checks: the columns of the select
    that name a failing row (default: the table's key), and a few that may be shown with it because they are
    not personal. ``within`` is for checks that judge each unit (a document, a customer, a day) by itself: it says, of
    every table that is read, which columns or expressions make a row's unit. Once passed, such a check reads only the
    units that the table's increment touched or, if it has units of its own, those with a changed row; ``large_units``
    says that these are made of thousands of rows. An expectation that nothing occurs twice may have ``within``, too,
    where a value is made of its unit and so cannot occur in two.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: TemplateName
    description: Sentence
    severity: Severity
    expectation: str | None = None
    column: Name | None = None
    columns: tuple[Name, ...] = ()
    where: str | None = None
    value_set: tuple[Bound | bool, ...] | None = Field(None, min_length=1)
    min_value: Bound | None = None
    max_value: Bound | None = None
    strict_min: bool | None = None
    strict_max: bool | None = None
    regex: str | None = None
    value: int | None = None
    or_equal: bool | None = None
    sql: str | None = None
    key: tuple[Name, ...] = ()
    show: tuple[Name, ...] = Field((), max_length=3)
    within: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    large_units: bool = False

    @property
    def rule(self) -> Expectation:
        """The catalogue's entry of an expectation check."""
        return EXPECTATIONS[self.expectation or ""]

    @property
    def arguments(self) -> dict[str, object]:
        """The expectation's arguments as given, without its columns."""
        names = sorted({name for entry in EXPECTATIONS.values() for name in entry.arguments})
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    @field_validator("regex")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> Check:
        if (self.expectation is None) == (self.sql is None):
            raise ValueError("give either 'expectation' or 'sql'")
        if self.sql is not None:
            self._check_sql()
        else:
            self._check_expectation()
        return self

    def _check_sql(self) -> None:
        extra = sorted({*self.arguments, *(n for n in ("column", "columns", "where") if getattr(self, n))})
        if extra:
            raise ValueError(f"an sql check does not take {', '.join(extra)}; put it into the select")
        if not is_single_select(self.sql or ""):
            raise ValueError("'sql' must be one select that returns the failing rows")
        if self.within and (read := tables_read(self.sql or "")) != set(self.within):
            raise ValueError(f"'within' must name the tables that the select reads: {', '.join(sorted(read))}")

    def _check_expectation(self) -> None:
        if self.expectation not in EXPECTATIONS:
            near = difflib.get_close_matches(self.expectation or "", EXPECTATIONS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(EXPECTATIONS)}"
            raise ValueError(f"unknown expectation {self.expectation!r}; {hint}")
        if self.key or self.show:
            raise ValueError("'key' and 'show' belong to sql checks; an expectation reports the table's key")
        if self.within and self.rule.needs != "repeats":
            raise ValueError(f"{self.expectation} does not take 'within'; it judges each row by itself")
        if self.where is not None and not is_condition(self.where):
            raise ValueError("'where' must be one SQL condition")
        self._check_arguments(self.rule)
        self._check_columns(self.rule)

    def _check_arguments(self, rule: Expectation) -> None:
        given = set(self.arguments)
        if unknown := sorted(given - rule.arguments):
            raise ValueError(f"{self.expectation} does not take {', '.join(unknown)}")
        if missing := sorted(rule.required - given):
            raise ValueError(f"{self.expectation} needs {', '.join(missing)}")
        if rule.any_of and not given & rule.any_of:
            raise ValueError(f"{self.expectation} needs {' or '.join(sorted(rule.any_of))}")

    def _check_columns(self, rule: Expectation) -> None:
        if self.column and self.columns:
            raise ValueError("give either 'column' or 'columns'")
        if self.column is None and self.columns and rule.takes == "column":
            if "{column}" not in self.name:
                raise ValueError("a check on several columns needs {column} in its name")
            return
        if "{column}" in self.name:
            raise ValueError("{column} in a name needs several 'columns' and an expectation about one column")
        if not rule.accepts(len(self.columns) + (self.column is not None)):
            raise ValueError(f"{self.expectation} does not take these columns (it is about: {rule.takes})")

    def expand(self) -> tuple[Check, ...]:
        """Return one check per column where ``columns`` stands for several; otherwise the check itself."""
        if self.sql is not None or self.rule.takes != "column":
            return (self,)
        if self.column is not None:
            return (self.model_copy(update={"columns": (self.column,)}),)
        return tuple(
            self.model_copy(
                update={
                    "name": self.name.replace("{column}", column),
                    "description": self.description.replace("{column}", column),
                    "columns": (column,),
                }
            )
            for column in self.columns
        )


@dataclass(frozen=True)
class Suite:
    """The checks of one table. ``key`` names the columns by which a failing row is reported."""

    table: str
    key: tuple[str, ...]
    checks: tuple[Check, ...]


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: tuple[Name, ...] = Field(min_length=1)
    checks: list[dict[str, object]] = Field(min_length=1)


def load_suite(path: Path) -> Suite:
    """Read the suite of one table; the table's name follows from the file's place.

    Raises:
        ContractError: The suite is wrong; the message names file and entry.
    """
    head = _read(path)
    checks = tuple(check for number, entry in enumerate(head.checks, 1) for check in _check(path, number, entry))
    twice = [name for name, count in Counter(check.name for check in checks).items() if count > 1]
    if twice:
        raise ContractError(f"two checks are called {', '.join(twice)}", where=str(path), remedy="rename one of them")
    return Suite(_table(path), head.key, checks)


def _table(path: Path) -> str:
    return f"{path.parent.name}.{path.name.removesuffix(SUFFIX)}"


def _read(path: Path) -> _Head:
    try:
        content = read_yaml(path.read_text(encoding="utf-8"))
        return _Head.model_validate(content if isinstance(content, Mapping) else {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(f"the suite cannot be read: {error}", where=str(path), remedy="correct the YAML") from None
    except ValidationError as error:
        raise ContractError(
            _problems(error),
            where=str(path),
            remedy="a suite has a 'key' and at least one entry under 'checks'",
        ) from None


def _check(path: Path, number: int, entry: Mapping[str, object]) -> Iterable[Check]:
    where = f"{path}, check {number} ({entry.get('name', 'without a name')})"
    try:
        check = Check.model_validate(entry)
    except ValidationError as error:
        raise ContractError(_problems(error), where=where, remedy="correct this entry of the suite") from None
    if check.sql is None and set(check.within) - {_table(path)}:
        raise ContractError("'within' names another table", where=where, remedy=f"name {_table(path)}")
    return check.expand()


def _problems(error: ValidationError) -> str:
    return "; ".join(
        ": ".join(filter(None, (".".join(map(str, item["loc"])), item["msg"].removeprefix("Value error, "))))
        for item in error.errors(include_input=False, include_url=False)
    )
