"""The calendar as values: a row per shop or feed, a column per day, a status in each cell.

Read from the published snapshot, which needs no lock, or inside a run from the warehouse. How it looks is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from goldline.publish.reader import Reader
from goldline.warehouse.engine import Session

Query = Callable[[str], list[dict[str, Any]]]
TABLES = ("arrivals", "feed_arrivals")
_SHOPS = """
select a.source_system as group_name, a.store_key as key, coalesce(s.store_name, s.store_code, a.store_key) as label,
    a.business_date as day,
    case when a.is_unusually_small and a.status = 'received' then 'small' else a.status end as status,
    a.days_late, a.ticket_count, a.usual_ticket_count, a.missing_line_count
from {arrivals} as a
left join {stores} as s on s.store_key = a.store_key
where a.business_date > cast('{after}' as date)
"""
_FEEDS = """
select source_system as group_name, source_system || ':' || feed as key, feed as label, delivery_date as day, status,
    rows_received, rows_quarantined
from {feeds}
where delivery_date > cast('{after}' as date)
"""
_BANDS = {"shops": _SHOPS, "feeds": _FEEDS}
_NEWEST = {
    "shops": "select max(business_date) as day from {arrivals}",
    "feeds": "select max(delivery_date) as day from {feeds}",
}


@dataclass(frozen=True)
class Cell:
    """One day of one row: its status, and what there is to say about it."""

    status: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A shop or a feed."""

    group: str
    key: str
    label: str
    cells: Mapping[date, Cell]

    @property
    def troubles(self) -> int:
        """How many of its days want attention."""
        return sum(
            cell.status in ("expected_missing", "small", "incomplete", "quarantined") for cell in self.cells.values()
        )


@dataclass(frozen=True)
class Grid:
    """The calendar.

    Attributes:
        days: The columns.
        shops: Rows of selling points, by business day.
        feeds: Rows of feeds, by delivery day.
    """

    days: tuple[date, ...]
    shops: tuple[Row, ...]
    feeds: tuple[Row, ...]

    @property
    def statuses(self) -> set[str]:
        """Those that occur."""
        return {cell.status for row in (*self.shops, *self.feeds) for cell in row.cells.values()}


def published_grid(reader: Reader, days: int) -> Grid | None:
    """Read the newest days of the published calendar; None where the version has none."""
    if not set(TABLES) <= set(reader.tables):
        return None
    names = {"arrivals": "arrivals", "feeds": "feed_arrivals", "stores": "unified_stores"}
    return _grid(lambda sql: reader.query(sql).to_pylist(), names, days, tuple(_NEWEST))


def warehouse_grid(session: Session, days: int, *, band: str) -> Grid | None:
    """Read ``shops`` or ``feeds`` from the warehouse itself; None where nothing is delivered yet."""
    names = {"arrivals": "control.arrivals", "feeds": "control.feed_arrivals", "stores": "merge.unified_stores"}
    return _grid(lambda sql: session.arrow(sql).to_pylist(), names, days, (band,))


def _grid(query: Query, names: Mapping[str, str], days: int, bands: tuple[str, ...]) -> Grid | None:
    newest = [day for band in bands if (day := query(_NEWEST[band].format(**names))[0]["day"])]
    if not newest:
        return None
    columns = tuple(max(newest) - timedelta(days=number) for number in reversed(range(days)))
    after = columns[0] - timedelta(days=1)
    rows = {band: _rows(query(_BANDS[band].format(after=after, **names))) for band in bands}
    return Grid(columns, rows.get("shops", ()), rows.get("feeds", ()))


def _rows(found: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    cells: dict[tuple[str, str, str], dict[date, Cell]] = {}
    for each in found:
        cell = Cell(each["status"], _note(each))
        cells.setdefault((each["group_name"], each["key"], each["label"]), {})[each["day"]] = cell
    return tuple(Row(*names, by_day) for names, by_day in sorted(cells.items()))


def _note(found: Mapping[str, Any]) -> str:
    parts = []
    if found.get("days_late"):
        parts.append(f"{found['days_late']} days late")
    if found.get("missing_line_count"):
        parts.append(f"{found['missing_line_count']} lines missing")
    if found.get("rows_quarantined"):
        parts.append(f"{found['rows_quarantined']} of {found['rows_received']} rows in quarantine")
    if "ticket_count" in found:
        usual = f", usually {found['usual_ticket_count']}" if found.get("usual_ticket_count") is not None else ""
        parts.append(f"{found['ticket_count']} tickets{usual}")
    return ", ".join(parts)
