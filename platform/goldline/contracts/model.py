"""The shape of a contract: source, dialect, feeds, columns and rules.

A contract is one YAML file per source. Nothing here opens a delivery or knows SQL; ``intake`` turns these values into
checks.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

ColumnType = Literal[
    "code", "text", "integer", "decimal", "date", "time", "timestamp", "flag", "pseudonym", "ean", "timezone"
]
SQL_TYPES: dict[str, str] = {
    "integer": "bigint",
    "date": "date",
    "time": "time",
    "timestamp": "timestamp",
    "flag": "boolean",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column of a feed.

    Attributes:
        type: How the value is checked and stored. ``decimal`` needs ``precision`` and ``scale``.
        required: An empty value is a fault of its row.
        optional: The column may be missing from the file; it is then null in every row.
        values: The only values allowed (for ``flag``: the spelling of true and of false, in this order).
        pattern: An anchored regular expression (RE2) in place of the type's own.
        length: The longest value allowed, in characters.
        scan: Look for clear personal data in it (codes and texts).
    """

    type: ColumnType = "code"
    precision: int = Field(18, ge=1, le=38)
    scale: int = Field(4, ge=0, le=12)
    required: bool = False
    optional: bool = False
    values: tuple[str, ...] | None = None
    pattern: str | None = None
    length: int | None = Field(None, ge=1)
    scan: bool = True

    @model_validator(mode="after")
    def _flag_spelling(self) -> Column:
        if self.type == "flag" and len(self.values or ()) != 2:
            raise ValueError("a flag needs two values: the spelling of true and of false")
        return self

    @property
    def sql_type(self) -> str:
        """The type of the stored column, in SQL."""
        if self.type == "decimal":
            return f"decimal({self.precision},{self.scale})"
        return SQL_TYPES.get(self.type, "varchar")

    @property
    def is_text(self) -> bool:
        """Whether the value is stored as the text that arrived."""
        return self.sql_type == "varchar"


def _shorthand(value: Any) -> Any:
    """Read ``decimal(18,4)!`` as a mapping; ``!`` = required, ``?`` = the column may be missing."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(?P<type>[a-z]+)(\((?P<precision>\d+),(?P<scale>\d+)\))?(?P<mark>[!?])?", value)
    if not found:
        raise ValueError(f"not a column: {value!r}; write e.g. decimal(18,4)! or a mapping")
    parts: dict[str, Any] = {"type": found["type"], "required": found["mark"] == "!", "optional": found["mark"] == "?"}
    if found["precision"]:
        parts |= {"precision": int(found["precision"]), "scale": int(found["scale"])}
    return parts


class Rule(_Strict):
    """A condition on a whole row: ``holds`` is SQL over the typed columns (and ``delivery_date``); null passes."""

    name: str = Field(pattern="^[a-z][a-z0-9_]*$")
    column: str
    holds: str
    says: str


class Feed(_Strict):
    """One kind of file of a source.

    Attributes:
        name: The feed's name, from its place in the contract.
        file: The file name, with ``{day}`` for the delivery day (YYYYMMDD).
        grain: What one row is.
        key: The columns that identify a row across deliveries; empty where rows have no key.
        newest_by: Columns that order versions of a key before the delivery day does.
        complete_per: Columns of a group that always arrives whole: the newest delivery of it replaces it.
        replaces: Columns of the scope that a corrected file replaces; empty: the whole file.
        may_be_empty: A header without rows is a valid delivery.
        max_bad_rows: Bad rows tolerated whatever their share.
        max_bad_share: Share of bad rows tolerated; above both limits the file is refused.
    """

    name: str = ""
    file: str = Field(pattern=r"^[A-Za-z0-9_.-]*\{day\}[A-Za-z0-9_.-]*$")
    grain: str
    key: tuple[str, ...] = ()
    newest_by: tuple[str, ...] = ()
    complete_per: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    may_be_empty: bool = False
    max_bad_rows: int = 3
    max_bad_share: float = 0.05
    columns: dict[str, Annotated[Column, BeforeValidator(_shorthand)]]
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _columns_exist(self) -> Feed:
        named = {*self.key, *self.newest_by, *self.complete_per, *self.replaces, *(r.column for r in self.rules)}
        if unknown := sorted(named - set(self.columns)):
            raise ValueError(f"names columns that it does not define: {', '.join(unknown)}")
        return self

    @cached_property
    def _file_pattern(self) -> re.Pattern[str]:
        before, after = (re.escape(part) for part in self.file.split("{day}"))
        return re.compile(rf"{before}([0-9]{{8}}){after}\Z")

    def match(self, filename: str) -> date | None:
        """Return the delivery day if the file name fits this feed, else None."""
        found = self._file_pattern.match(filename)
        try:
            return datetime.strptime(found[1], "%Y%m%d").date() if found else None
        except ValueError:
            return None


class Dialect(_Strict):
    """How the files of a source are written."""

    delimiter: str = Field(min_length=1, max_length=1)
    encodings: tuple[Literal["utf-8", "cp1252"], ...]
    decimal_mark: Literal[".", ","]
    date_format: Literal["yyyy-mm-dd", "dd/mm/yyyy"]
    nulls: tuple[str, ...] = ("",)


class Contract(_Strict):
    """Everything that one source has promised."""

    source: str = Field("", pattern="^[a-z][a-z0-9_]*$|^$")
    title: str
    owners: tuple[str, ...] = ()
    channel: Literal["ecommerce", "store"]
    expected: Literal["daily", "irregular"] = "daily"
    dialect: Dialect
    forbidden_columns: tuple[str, ...] = ()
    settings: dict[str, Any] = Field(
        default_factory=dict, description="What the source's SQL needs to know, as tables."
    )
    feeds: dict[str, Feed]
    digest: str = ""

    def feed_of(self, filename: str) -> tuple[Feed, date] | None:
        """Return the feed and delivery day that a file name stands for."""
        for feed in self.feeds.values():
            if day := feed.match(filename):
                return feed, day
        return None

    def table(self, feed: str) -> str:
        """The warehouse table that holds the feed's rows."""
        return f"{self.source}.raw_{feed.lower()}"

    def versions(self, feed: str) -> str:
        """Full name of the view of a feed's rows that count."""
        return f"{self.source}.versions_{feed.lower()}"
