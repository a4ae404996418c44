"""The shape of a contract: source, dialect, feeds, columns and rules.

A contract is one YAML file per source. Nothing here opens a delivery or knows SQL; ``intake`` turns these values into
checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from goldline.contracts.arrivals import Arrivals

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


class Totals(_Strict):
    """What a row of a sales feed comes to, for the reconciliation: what a file held is summed before it is loaded.

    ``point`` and ``currency`` are columns, empty where the feed does not state them. The others are SQL over the typed
    columns, signed as in the unified model (a return is negative); null counts as 0.

    Attributes:
        point: The column that names the selling point.
        currency: The column that names the currency.
        gross: The amount before discounts, with tax.
        discount: What was taken off, as the file states it.
        net: The amount after discounts, without tax.
        tax: The tax of the net amount.
        returned: The net amount where the row is a return, else 0.
        header: Rows are headers of documents; only the amounts that they add are lines.
    """

    point: str = ""
    currency: str = ""
    gross: str
    discount: str
    net: str
    tax: str
    returned: str
    header: bool = False

    @property
    def measures(self) -> dict[str, str]:
        """The SQL of each measure, by its column in the reconciliation."""
        return {
            "gross_amount": self.gross,
            "discount_amount": self.discount,
            "net_amount": self.net,
            "tax_amount": self.tax,
            "returned_amount": self.returned,
        }

    def columns(self, known: Iterable[str]) -> frozenset[str]:
        """Those of the known columns that the measures are made from."""
        words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", " ".join(self.measures.values())))
        return frozenset(words & set(known))


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
        expected: When its absence from a delivery is a fault: ``always``; ``usually``, which is where it came with
            nearly all deliveries on that weekday; ``weekly``; or ``on_change``, which is never.
        together: A word that feeds share which come together: where one of them came, the others must have come.
        max_bad_rows: Bad rows tolerated whatever their share.
        max_bad_share: Share of bad rows tolerated; above both limits the file is refused.
        totals: What a row comes to, for the reconciliation; only feeds that describe sales have it.
    """

    name: str = ""
    file: str = Field(pattern=r"^[A-Za-z0-9_.-]*\{day\}[A-Za-z0-9_.-]*$")
    grain: str
    key: tuple[str, ...] = ()
    newest_by: tuple[str, ...] = ()
    complete_per: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    may_be_empty: bool = False
    expected: Literal["always", "usually", "weekly", "on_change"] = "on_change"
    together: str = Field("", pattern="^[a-z][a-z0-9_]*$|^$")
    max_bad_rows: int = 3
    max_bad_share: float = 0.05
    columns: dict[str, Annotated[Column, BeforeValidator(_shorthand)]]
    rules: tuple[Rule, ...] = ()
    totals: Totals | None = None

    @model_validator(mode="after")
    def _columns_exist(self) -> Feed:
        named = {*self.key, *self.newest_by, *self.complete_per, *self.replaces, *(r.column for r in self.rules)}
        if self.totals:
            named |= {name for name in (self.totals.point, self.totals.currency) if name}
        if unknown := sorted(named - set(self.columns)):
            raise ValueError(f"names columns that it does not define: {', '.join(unknown)}")
        for columns in filter(None, (self.key, self.complete_per)):
            if not any(self.columns[name].required for name in columns):
                raise ValueError(f"one of the columns {', '.join(columns)} must be required: they tell rows apart")
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
    expected: Literal["daily", "weekly", "irregular"] = "daily"
    arrivals: Arrivals = Field(default_factory=Arrivals)
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

    def newest(self, feed: str) -> str:
        """Full name of the view of the newest version of each of a feed's rows."""
        return f"{self.source}.{feed.lower()}"

    def versions(self, feed: str) -> str:
        """Full name of the view of a feed's rows that count."""
        return f"{self.source}.versions_{feed.lower()}"
