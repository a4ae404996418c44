"""What the tables' SQL expects beside the deliveries.

Settings of the contracts, currencies, and the shifts of each time zone, one row per day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from bench.table_files import setting_tables

ZONE, CURRENCY = "Europe/Paris", "EUR"
FIRST_DAY, DAYS = date(2000, 1, 1), (date(2050, 12, 31) - date(2000, 1, 1)).days + 1
NO_DECIMALS = (
    "JPY",
    "KRW",
    "VND",
    "CLP",
    "ISK",
    "XAF",
    "XOF",
    "XPF",
    "PYG",
    "UGX",
    "RWF",
    "KMF",
    "GNF",
    "DJF",
    "BIF",
    "VUV",
)
THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


def make_reference(db: duckdb.DuckDBPyConnection) -> None:
    """Create the setting and reference tables, with the zones and currencies that occur."""
    for name, rows in setting_tables().items():
        _make_table(db, name, rows)
    db.execute("create schema reference")
    db.execute("create table reference.setting (reporting_currency varchar, time_zone varchar)")
    db.execute("insert into reference.setting values (?, ?)", [CURRENCY, ZONE])
    db.execute("create view reference.as_of as select max(delivery_date) as as_of from intake.delivery_file")
    db.execute(
        "create table reference.currency as select distinct currency, case when list_contains(?, currency) then 0"
        " when list_contains(?, currency) then 3 else 2 end as decimals from (select ? as currency"
        " union select order_currency_code from magento.sales_order"
        " union select order_currency_code from magento.sales_creditmemo union select devise from cashmere.magasins"
        " union select currency from cashmere.setting_fx_rate) where currency is not null",
        [list(NO_DECIMALS), list(THREE_DECIMALS), CURRENCY],
    )
    zones = db.execute(
        "select ? union select timezone from magento.setting_website"
        " union select fuseau from cashmere.magasins where fuseau is not null",
        [ZONE],
    ).fetchall()
    _make_table(db, "reference.zone_day", [row for (zone,) in sorted(zones) for row in zone_days(zone)])


def _make_table(db: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, object]]) -> None:
    exact = [{k: Decimal(str(v)) if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    data = pa.Table.from_pylist(exact)
    columns = ", ".join(
        f"cast({f.name} as {'decimal(18,8)' if pa.types.is_decimal(f.type) else 'varchar'}) as {f.name}"
        if pa.types.is_decimal(f.type) or pa.types.is_null(f.type)
        else f.name
        for f in data.schema
    )
    db.register("rows_", data)
    db.execute(f"create table {name} as select {columns} from rows_")
    db.unregister("rows_")


def zone_days(zone: str) -> Iterator[dict[str, object]]:
    """Yield a row per day: minutes east of UTC before and after a shift on that UTC day, and on that local day."""
    info = ZoneInfo(zone)
    midnights = [datetime.combine(FIRST_DAY + timedelta(days=n), time.min) for n in range(DAYS + 1)]
    offsets = [_offset(info, midnight) for midnight in midnights]
    shifts = {n: _shift(info, midnights[n], offsets[n]) for n in range(DAYS) if offsets[n] != offsets[n + 1]}
    walls = {}
    for n, instant in shifts.items():
        wall = instant + timedelta(minutes=max(offsets[n], offsets[n + 1]))
        walls[(wall.date() - FIRST_DAY).days] = (offsets[n], offsets[n + 1], wall)
    local = offsets[0]
    for n in range(DAYS):
        before, after, shift = walls.get(n, (local, local, None))
        yield {
            "time_zone": zone,
            "day": midnights[n].date(),
            "utc_before": offsets[n],
            "utc_after": offsets[n + 1],
            "shift_at_utc": shifts.get(n),
            "local_before": before,
            "local_after": after,
            "shift_at_local": shift,
        }
        local = after


def _shift(info: ZoneInfo, midnight: datetime, before: int) -> datetime:
    """Find the first minute of a UTC day with another offset than the day began with."""
    minute = next(m for m in range(24 * 60 + 1) if _offset(info, midnight + timedelta(minutes=m)) != before)
    return midnight + timedelta(minutes=minute)


def _offset(info: ZoneInfo, instant: datetime) -> int:
    offset = instant.replace(tzinfo=UTC).astimezone(info).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0
