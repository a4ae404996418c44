"""A table cut down by SQL to the rows that decide an expectation.

A column of 400,000 lines may have seven distinct values; Great Expectations sees the seven, each with the
number of lines behind it, and gives the same verdict as on all lines. Keys of failing rows are fetched
afterwards, only when there are any. Which expectation needs which reduction is in ``expectations``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from goldline.errors import GoldlineError
from goldline.quality.encoding import Encoding
from goldline.quality.result import MAX_KEYS, key_texts
from goldline.quality.statement import Statement, bind, quoted, quoted_table

if TYPE_CHECKING:
    from goldline.warehouse.engine import Session

ROWS = "rows_behind"


@dataclass(frozen=True)
class Reduced:
    """Rows for Great Expectations; ``weights`` says how many rows of the table stand behind each."""

    data: pa.Table
    weights: tuple[int, ...]

    @classmethod
    def of_rows(cls, count: int) -> Reduced:
        """Stand for a table of which only the number of rows matters."""
        return cls(pa.table({ROWS: pa.nulls(count)}), ())

    def row(self, number: int) -> tuple[object, ...]:
        """Return the values of one row."""
        return tuple(column[number].as_py() for column in self.data.columns)


@dataclass(frozen=True)
class TableView:
    """One table under one condition: everything that is asked of it in SQL.

    Args:
        session: An open transaction of the warehouse.
        table: ``schema.name``.
        key: Columns that name a row.
        where: Condition that restricts the rows, or None.
        parameters: Values for ``:name`` in the condition.
    """

    session: Session
    table: str
    key: tuple[str, ...]
    where: str | None
    parameters: Mapping[str, object]
    _types: dict[str, str] = field(default_factory=dict)

    def encoding(self, column: str, *, scale: int | None = None) -> Encoding:
        """Return how a column is compared.

        Raises:
            GoldlineError: The table or the column does not exist.
        """
        if not self._types:
            self._types.update(self.session.columns(self.table))
        if column not in self._types:
            what = f"{self.table} has no column {column}" if self._types else f"{self.table} does not exist"
            raise GoldlineError(what)
        return Encoding(self._types[column], scale=scale)

    def encodings(self, columns: Sequence[str]) -> dict[str, Encoding]:
        """Return how columns are compared with each other: decimals in the finest of their steps."""
        scales = [self.encoding(column).scale for column in columns]
        finest = max((scale for scale in scales if scale is not None), default=None)
        return {column: self.encoding(column, scale=finest) for column in columns}

    def count(self) -> int:
        """Count the rows."""
        return int(self._rows(f"select count(*) from {self._source()}")[0][0])

    def nulls(self, columns: Sequence[str]) -> Reduced:
        """Give each combination of null and not null once: 1 stands for a value."""
        flags = ", ".join(f"case when {self._encoded(c)} is not null then 1 end as {quoted(c)}" for c in columns)
        places = ", ".join(str(number + 1) for number in range(len(columns)))
        return self._weighted(f"select {flags}, count(*) as {ROWS} from {self._source()} group by {places}")

    def extremes(self, columns: Sequence[str]) -> Reduced:
        """Give the smallest and the largest value of each column, side by side."""
        ends = [", ".join(f"{end}({self._encoded(c)}) as {quoted(c)}" for c in columns) for end in ("min", "max")]
        halves = [f"select {end}, 1 as {ROWS} from {self._source()}" for end in ends]
        return self._weighted(" union all ".join(halves))

    def values(self, columns: Sequence[str]) -> Reduced:
        """Give each distinct value (or pair of values) once, in order."""
        encodings = self.encodings(columns)
        chosen = ", ".join(f"{encodings[c].sql(quoted(c))} as {quoted(c)}" for c in columns)
        present = f" where {quoted(columns[0])} is not null" if len(columns) == 1 else ""
        names = ", ".join(map(quoted, columns))
        return self._weighted(
            f"with chosen as (select {chosen} from {self._source()})"
            f" select {names}, count(*) as {ROWS} from chosen{present} group by {names} order by {names}"
        )

    def repeats(self, columns: Sequence[str]) -> Reduced:
        """Give each value that occurs more than once two times, as a number in place of the value."""
        numbered = ", ".join(f"number as {quoted(c)}" for c in columns)
        return self._weighted(
            f"with repeated as (select row_number() over () as number, count(*) as {ROWS}"
            f" from {self._source(self._some(columns))} group by {', '.join(map(quoted, columns))}"
            " having count(*) > 1)"
            f" select {numbered}, case half when 1 then {ROWS} else 0 end as {ROWS}"
            " from repeated cross join (values (1), (2)) as halves (half)"
        )

    def keys_of_values(self, columns: Sequence[str], failing: Sequence[Sequence[object]]) -> Keys:
        """Fetch the first keys of the rows that have one of these (encoded) values."""
        encodings = self.encodings(columns)
        values = {f"failing_{i}_{j}": v for i, row in enumerate(failing) for j, v in enumerate(row)}
        either = " or ".join(
            "("
            + " and ".join(
                f"{encodings[c].sql(quoted(c))} is not distinct from ${f'failing_{i}_{j}'}"
                for j, c in enumerate(columns)
            )
            + ")"
            for i in range(len(failing))
        )
        return self._keys(f"({either})", values)

    def keys_of_nulls(self, column: str, *, null: bool) -> Keys:
        """Fetch the first keys of the rows where the column is null, or is not."""
        return self._keys(f"{self._encoded(column)} is {'' if null else 'not '}null", {})

    def keys_of_repeats(self, columns: Sequence[str]) -> Keys:
        """Fetch the first keys of the rows whose value occurs more than once."""
        order = ", ".join(map(quoted, self.key))
        rows = self._rows(
            f"select {order} from (select *, count(*) over (partition by {', '.join(map(quoted, columns))}) as copies_"
            f" from {self._source(self._some(columns))}) as counted where copies_ > 1 order by {order} limit {MAX_KEYS}"
        )
        return key_texts(self.key, rows)

    def _keys(self, condition: str, values: Mapping[str, object]) -> Keys:
        order = ", ".join(map(quoted, self.key))
        rows = self._rows(f"select {order} from {self._source(condition)} order by {order} limit {MAX_KEYS}", values)
        return key_texts(self.key, rows)

    def _encoded(self, column: str) -> str:
        return self.encoding(column).sql(quoted(column))

    def _some(self, columns: Sequence[str]) -> str:
        """At least one of the columns has a value: rows without any are not compared."""
        return "(" + " or ".join(f"{self._encoded(c)} is not null" for c in columns) + ")"

    def _source(self, condition: str | None = None) -> str:
        conditions = [f"({self.where})" if self.where else "", condition or ""]
        where = " and ".join(filter(None, conditions))
        return f"{quoted_table(self.table)}{f' where {where}' if where else ''}"

    def _weighted(self, sql: str) -> Reduced:
        bound = self._bound(sql)
        data = self.session.arrow(bound.sql, bound.parameters)
        weights = tuple(int(weight or 0) for weight in data.column(ROWS).to_pylist())
        return Reduced(_whole_numbers(data.drop_columns([ROWS])), weights)

    def _rows(self, sql: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        bound = self._bound(sql)
        return self.session.rows(bound.sql, {**bound.parameters, **(values or {})})

    def _bound(self, sql: str) -> Statement:
        return bind(sql, self.parameters) if self.where else Statement(sql)


Keys = tuple[dict[str, str], ...]


def _whole_numbers(data: pa.Table) -> pa.Table:
    """Hold decimals without fraction as 64-bit integers where all of them fit."""
    for position, column in enumerate(data.schema):
        if pa.types.is_decimal(column.type):
            try:
                whole = data.column(position).cast(pa.int64())
            except pa.ArrowInvalid:
                continue
            data = data.set_column(position, column.name, whole)
    return data
