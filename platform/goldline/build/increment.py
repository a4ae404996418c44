"""How a table follows changes, as data: what ``assets/<group>/<table>.increment.yaml`` may say, and the loading of it.

The SQL of a table is written once, as if for a full build. Its increment names the unit that is made anew together
(an order, a customer), how the changed rows of each upstream table lead to touched units, and which rows of each
upstream table are enough to make the touched units anew. Carrying it out is in ``builder``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from goldline.errors import ContractError
from goldline.yaml_text import read_yaml

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
FEW_UNITS = 1_000
SUFFIX = ".increment.yaml"


class Touch(BaseModel):
    """How changed rows of one upstream table lead to units.

    Attributes:
        units: A select of units from the relation ``changed``: the rows that are new, gone, or differ.
        columns: Where given, ``changed`` has only these columns, and rows that differ in others don't count.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    units: str
    columns: tuple[Name, ...] = ()


class Need(BaseModel):
    """Rows of an upstream table: those whose ``columns`` (or one expression over them) a select returns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[str, ...]
    rows: str


class Increment(BaseModel):
    """How one table follows changes.

    Attributes:
        unit: The columns that say to which unit a row belongs; all rows of a touched unit are made anew.
        touched: By upstream table; a change of a table that is not named here rebuilds the whole table.
        spread: A select of all units that the ``touched`` ones lead to, themselves included; none: only themselves.
        sets: Selects that later ones may read by name; the first ones read ``touched``.
        needs: By upstream table; a table that is not named here is read whole. A row too many does no harm.
        ignores: Upstream tables whose rows never change once they are there.
        clustered_by: The column whose equal values a full build puts side by side, for those who read by it.
        large_units: Whether a unit is made of thousands of rows, so that even few units are no few rows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: tuple[Name, ...] = Field(min_length=1)
    touched: dict[str, Touch]
    spread: str | None = None
    sets: dict[Name, str] = Field(default_factory=dict)
    needs: dict[str, tuple[Need, ...]] = Field(default_factory=dict)
    ignores: tuple[str, ...] = ()
    clustered_by: Name | None = None
    large_units: bool = False

    def is_few(self, units: int) -> bool:
        """Say whether the rows of so many units are better looked up one by one than by reading past the others."""
        return units <= FEW_UNITS and not self.large_units

    @field_validator("touched", mode="before")
    @classmethod
    def _short_touch(cls, value: Any) -> Any:
        """A plain text stands for a select over all columns."""
        if not isinstance(value, Mapping):
            return value
        return {name: {"units": entry} if isinstance(entry, str) else entry for name, entry in value.items()}

    @field_validator("needs", mode="before")
    @classmethod
    def _short_needs(cls, value: Any) -> Any:
        """``{"a, b": select}`` stands for columns and rows; several entries are alternatives."""
        if not isinstance(value, Mapping):
            return value
        return {
            table: [{"columns": _columns(text), "rows": rows} for text, rows in alternatives.items()]
            for table, alternatives in value.items()
        }


def _columns(text: str) -> list[str]:
    return [text] if "(" in text else [part.strip() for part in text.split(",")]


def increment_of(path: Path) -> Increment | None:
    """Return the increment beside a table file, if it has one.

    Raises:
        ContractError: The file is wrong; the message names the entry.
    """
    beside = path.with_name(path.name.rpartition(".")[0] + SUFFIX)
    return _load(beside) if beside.is_file() else None


@lru_cache(maxsize=256)
def _load(path: Path) -> Increment:
    try:
        return Increment.model_validate(read_yaml(path.read_text("utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ContractError(f"the increment cannot be read: {error}", where=str(path), remedy="correct it") from None
