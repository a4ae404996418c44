"""The SQL that checks and casts the text of a feed, written from its contract.

Patterns are anchored and values are cast only after they matched, so that nothing is ever rounded, guessed or cut. The
expressions are DuckDB's: every delivery is checked in an in-memory DuckDB, whatever the warehouse is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from goldline.contracts import Column, Contract, Dialect, Feed
from goldline.intake.personal import CLEAR_DATA

SPACES = "[ \u00a0\u202f]"
CODE = r"[\pL\pN](?:[\pL\pN ._/+#:*&'()-]*[\pL\pN._/+#*)-])?"
TEXT = r"(?s).*"
DATES = {
    "yyyy-mm-dd": r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])",
    "dd/mm/yyyy": r"(?:0[1-9]|[12][0-9]|3[01])/(?:0[1-9]|1[0-2])/(?:19|20)[0-9]{2}",
}
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
LENGTHS = {"code": 64, "text": 4000}
# by type: pattern, cast, what is expected in words
SIMPLE = {
    "integer": ("0|-?[1-9][0-9]{0,17}", "try_cast({} as bigint)", "a whole number without leading zeros"),
    "time": (TIME, "try_cast({} as time)", "a time HH:MM:SS"),
    "pseudonym": ("(?:[kv][0-9]{1,4}:)?[0-9a-fA-F]{64}", "lower({})", "a keyed pseudonym of 64 hexadecimal digits"),
    "ean": ("[0-9]{8}|[0-9]{12,14}", "{}", "a bar code of 8, 12, 13 or 14 digits (Excel turns them into 3,7E+11)"),
    "timezone": ("[A-Za-z_]+(?:/[A-Za-z_+0-9-]+)*", "{}", "an IANA time zone such as Europe/Paris"),
    "code": (CODE, "{}", "a code of at most {} letters, digits and ._/+#-"),
    "text": (TEXT, "{}", "a text of at most {} characters"),
}


def literal(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Quote a column name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text_column(number: int) -> str:
    """Return the name of the column that holds arrived texts: names in a file may differ in nothing but case."""
    return f"text_{number}"


@dataclass(frozen=True)
class ColumnRule:
    """How one column is checked.

    Attributes:
        name: The column.
        text: The SQL name of the text that arrived.
        accepts: SQL that is true where the (non-null) text is acceptable.
        cast: SQL that turns the text into the stored value, null where it cannot.
        rule: What is expected, in words.
        required: Null is a fault.
    """

    name: str
    text: str
    accepts: str
    cast: str
    rule: str
    required: bool

    @property
    def broken(self) -> str:
        """SQL that is true where a text stands that is not acceptable."""
        return f"({self.text} is not null and not ({self.accepts}))"

    @property
    def fault(self) -> str:
        """SQL that is true where the value is a fault."""
        return f"({self.text} is null or {self.broken})" if self.required else self.broken


def column_rule(name: str, text: str, column: Column, dialect: Dialect) -> ColumnRule:
    """Write the check and the cast of one column."""
    pattern, cast, rule = _by_type(column, text, dialect)
    if column.pattern:
        pattern, rule = column.pattern, f"a value such as the contract's pattern {column.pattern}"
    accepts = _accepts(text, pattern, column)
    if column.type in ("date", "timestamp"):
        accepts = f"({accepts} and ({cast}) is not null)"
    if column.values:
        accepts = f"{text} in ({', '.join(map(literal, column.values))})"
        rule = f"one of {', '.join(column.values)}"
    return ColumnRule(name, text, accepts, cast, rule, column.required)


def _accepts(text: str, pattern: str, column: Column) -> str:
    length = column.length or LENGTHS.get(column.type)
    short = f"length({text}) <= {length}" if length else ""
    if pattern == TEXT:
        return short
    matches = f"regexp_full_match({text}, {literal(pattern)})"
    return f"({matches} and {short})" if short else matches


def _by_type(column: Column, text: str, dialect: Dialect) -> tuple[str, str, str]:
    """Return pattern, cast and description of a column's type."""
    if column.type == "decimal":
        return _decimal(column, text, dialect)
    if column.type in ("date", "timestamp"):
        return _dated(column, text, dialect)
    if column.type == "flag":
        return TEXT, f"({text} = {literal((column.values or ('',))[0])})", ""
    pattern, cast, said = SIMPLE[column.type]
    return pattern, cast.format(text), said.format(column.length or LENGTHS.get(column.type))


def _decimal(column: Column, text: str, dialect: Dialect) -> tuple[str, str, str]:
    whole, scale = column.precision - column.scale, column.scale
    said = f"a number with at most {scale} decimals and the decimal mark {dialect.decimal_mark!r}"
    if dialect.decimal_mark == ".":
        pattern = rf"-?[0-9]{{1,{whole}}}(?:\.[0-9]{{1,{scale}}}0*)?"
        return pattern, f"try_cast({text} as {column.sql_type})", said
    digits = rf"(?:[0-9]{{1,{whole}}}|[0-9]{{1,3}}(?:{SPACES}[0-9]{{3}})+)(?:,[0-9]{{1,{scale}}}0*)?"
    plain = f"replace(translate({text}, ' \u00a0\u202f', ''), ',', '.')"
    signed = f"case when suffix({text}, '-') then '-' || rtrim({plain}, '-') else {plain} end"
    usual = f"try_cast(replace({text}, ',', '.') as {column.sql_type})"  # two thirds of the time of the general cast
    return f"-?{digits}|{digits}-", f"coalesce({usual}, try_cast({signed} as {column.sql_type}))", said


def _dated(column: Column, text: str, dialect: Dialect) -> tuple[str, str, str]:
    has_time = column.type == "timestamp"
    pattern = DATES[dialect.date_format] + (f" {TIME}" if has_time else "")
    shape = dialect.date_format + (" HH:MM:SS" if has_time else "")
    cast = f"try_cast({text} as {column.sql_type})"
    if dialect.date_format == "dd/mm/yyyy":
        cast = f"cast(try_strptime({text}, '%d/%m/%Y{' %H:%M:%S' if has_time else ''}') as {column.sql_type})"
    return pattern, cast, f"an existing date written {shape}"


def clear_data_sql(source: str) -> str:
    """Say of each ``text`` whether it ``is_clear``: looks like personal data. The pattern takes 6 ms to compile."""
    return f"select place, coalesce(regexp_matches(text, {literal(CLEAR_DATA)}), false) as is_clear from {source}"


@dataclass(frozen=True)
class FeedRules:
    """All checks of one feed, for files with one header."""

    contract: Contract
    feed: Feed
    header: tuple[str, ...]

    @cached_property
    def columns(self) -> list[ColumnRule]:
        """The rules of the contract's columns, in the contract's order."""
        return [
            column_rule(name, text_column(number), column, self.contract.dialect)
            for number, (name, column) in enumerate(self.feed.columns.items())
        ]

    @cached_property
    def looked_at(self) -> list[str]:
        """The columns whose texts are looked at: the contract's, then those of the file that it does not name."""
        return [*self.feed.columns, *(name for name in self.header if name not in self.feed.columns)]

    @cached_property
    def scanned(self) -> tuple[int, ...]:
        """The numbers of those that are searched for personal data in clear, among the columns that are looked at."""
        return tuple(number for number, name in enumerate(self.looked_at) if self._is_scanned(name))

    def _is_scanned(self, name: str) -> bool:
        if name not in self.header:
            return False
        column = self.feed.columns.get(name)
        return column is None or (column.scan and column.type in ("code", "text") and not column.values)

    def values_sql(self, source: str, numbers: Iterable[int]) -> str:
        """Select, of the texts of some of the contract's columns, their ``value`` and whether it is ``broken``."""
        parts = []
        for number in numbers:
            rule = self.columns[number]
            parts.append(f"{rule.cast} as value_{number}")
            parts.append(f"coalesce({rule.broken}, false) as broken_{number}")
        return f"select place, {', '.join(parts)} from {source}"

    def broken_rules_sql(self, source: str) -> str:
        """Select (sequence, line_number, rule) where a row-level rule does not hold."""
        parts = [
            f"select sequence, line_number, {literal(rule.name)} as rule from {source} where not ({rule.holds})"
            for rule in self.feed.rules
        ]
        return " union all ".join(parts)
