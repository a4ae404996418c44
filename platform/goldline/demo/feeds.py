"""From the made-up facts to the texts of the daily files.

One ``.sql`` file per feed under ``feeds/`` gives its columns in the order of the contract, as text ready for
a cell; this module runs them for a span of days. What the facts are is decided in the modules that draw them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

import duckdb
import pyarrow as pa

MAGENTO = (
    "sales_order",
    "sales_order_item",
    "sales_creditmemo",
    "sales_creditmemo_item",
    "customer_entity",
    "catalog_product",
    "store",
    "store_website",
)
CASHMERE = ("VENTES", "REGLEMENTS", "CLIENTS", "ARTICLES", "MAGASINS", "VENDEURS", "CLOTURES")
_HIDDEN = ("_day", "_key")


@dataclass(frozen=True)
class Layout:
    """How a source writes its files."""

    delimiter: str
    newline: str
    null: str


_LAYOUTS = {
    "magento": Layout(",", "\n", "case _day % 29 when 11 then '\\N' when 20 then 'NULL' else '' end"),
    "cashmere": Layout(";", "\r\n", "''"),
}


class Facts:
    """The facts of a demo in an in-memory database, read by the feeds' queries."""

    def __init__(self, tables: Mapping[str, pa.Table], variables: Mapping[str, int | str], *, threads: int = 2) -> None:
        """Load the tables and set the variables that the queries read."""
        self._known: dict[str, list[str]] = {}
        self._connection = duckdb.connect(config={"threads": threads, "memory_limit": "1200MB"})
        self._connection.execute("set enable_progress_bar = false")
        for name, table in tables.items():
            self._connection.register("incoming", table)
            self._connection.execute(f'create table "{name}" as select * from incoming')
            self._connection.unregister("incoming")
        for variable, value in variables.items():
            self.set(variable, value)
        self._connection.execute(_text("tables"))

    def __enter__(self) -> Facts:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Free the database."""
        self._connection.close()

    def set(self, variable: str, value: int | str) -> None:
        """Set a variable."""
        self._connection.execute(f"set variable {variable} = ?", [value])

    def header(self, source: str, feed: str) -> str:
        """Return the header line of a feed."""
        layout = _LAYOUTS[source]
        return layout.delimiter.join(self._columns(source, feed)) + layout.newline

    def texts(self, source: str, feed: str) -> Iterator[tuple[int, str]]:
        """Yield day and lines (without header) for the days set as ``begin_day`` to ``end_day``."""
        layout, columns = _LAYOUTS[source], self._columns(source, feed)
        cells = ", ".join(f'coalesce("{name}"::varchar, _null)' for name in columns)
        query = (
            f"select _day, string_agg(concat_ws('{layout.delimiter}', {cells}) || getvariable('newline'), '' "
            f"order by _key) from (select *, {layout.null} as _null from ({_text(f'{source}/{feed}')})) "
            "group by _day order by _day"
        )
        self.set("newline", layout.newline)
        yield from self._connection.execute(query).fetchall()

    def count(self, query: str) -> int:
        """Return the one number a query gives."""
        row = self._connection.execute(query).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def _columns(self, source: str, feed: str) -> list[str]:
        if feed in self._known:
            return self._known[feed]
        described = self._connection.execute(f"describe {_text(f'{source}/{feed}')}").fetchall()
        self._known[feed] = [str(row[0]) for row in described if row[0] not in _HIDDEN]
        return self._known[feed]


def _text(name: str) -> str:
    return resources.files(__package__).joinpath("feeds", f"{name}.sql").read_text("utf-8")
