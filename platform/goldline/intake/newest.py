"""The newest version of each delivered row: of its key, and of the newest delivery of the group it belongs to.

How many rows of a feed there are decides how it is best asked: for the newest among some rows, whose every version is
among them, or among all. Which rows count at all is said in ``schema``.
"""

from __future__ import annotations

from collections.abc import Iterator

from goldline.contracts import Feed
from goldline.intake.rules import identifier
from goldline.warehouse.narrowing import wanted

META = {"sequence": "bigint", "delivery_date": "date", "line_number": "integer"}


def newest_sql(feed: Feed, source: str) -> str:
    """Select the newest version of each key, and of the newest delivery of each group, from rows that count."""
    columns = ", ".join(_columns(feed))
    if feed.complete_per:
        group = ", ".join(map(identifier, feed.complete_per))
        source = (
            f"(select {columns} from (select *, max(delivery_date) over (partition by {group}) as newest"
            f" from {source} as received) as grouped where delivery_date = newest)"
        )
    if not feed.key:
        return f"select {columns} from {source} as delivered"
    key = ", ".join(map(identifier, feed.key))
    newest = ", ".join(f"{identifier(c)} desc nulls last" for c in feed.newest_by)
    order = ", ".join(filter(None, (newest, "delivery_date desc, line_number desc")))
    return (
        f"select {columns} from (select *, row_number() over (partition by {key} order by {order}) as version"
        f" from {source} as delivered) as versions where version = 1"
    )


def newest_of_all_sql(feed: Feed, source: str) -> str:
    """Select what ``newest_sql`` does from a whole table of rows that count.

    Nearly all rows have one version, and are left alone: finding the others by their keys and comparing only them costs
    DuckDB a quarter of sorting three million wide rows.
    """
    doubts = list(_doubts(feed, source))
    if not doubts:
        return newest_sql(feed, source)
    columns = _columns(feed)
    joins, sure = [], []
    for number, (keys, select) in enumerate(doubts):
        same = " and ".join(f"doubt_{number}.{key} = delivered.{key}" for key in keys)
        joins.append(f"left join ({select}) as doubt_{number} on {same}")
        sure.append(f"doubt_{number}.{keys[0]} is null")
    either = " or ".join(wanted(keys, select) for keys, select in doubts)
    in_doubt = f"(select {', '.join(columns)} from {source} as received where {either})"
    return (
        f"select {', '.join(f'delivered.{column}' for column in columns)} from {source} as delivered {' '.join(joins)}"
        f" where {' and '.join(sure)} union all"
        f" {newest_sql(feed, in_doubt)}"
    )


def _doubts(feed: Feed, source: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give columns that every row has, and a select of their values where rows may have several versions.

    A row in doubt has all that decides about it among the rows in doubt: they share these values.
    """
    for columns, is_in_doubt in (
        (feed.complete_per, "min(delivery_date) <> max(delivery_date)"),
        (feed.key, "count(*) > 1"),
    ):
        if columns:
            given = tuple(identifier(column) for column in columns if feed.columns[column].required)
            group = ", ".join(map(identifier, columns))
            yield given, f"select {', '.join(given)} from {source} as counted group by {group} having {is_in_doubt}"


def _columns(feed: Feed) -> tuple[str, ...]:
    return tuple(map(identifier, (*META, *feed.columns)))
