"""Reference tables that no source delivers: time zone shifts per day, decimals of each currency, the run's settings.

Local times are computed with these tables and not with an engine's own time zone data, so that every engine gives the
same answer and the policy for the hour that is skipped or repeated is ours: a time in the skipped hour is read with the
offset before the shift, a time in the repeated hour is the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from goldline.warehouse.engine import Session

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2050, 12, 31)
DECIMALS = {0: "JPY KRW VND CLP ISK XAF XOF XPF PYG UGX RWF KMF GNF DJF BIF VUV", 3: "BHD IQD JOD KWD LYD OMR TND"}
EXCEPTIONS = {code: decimals for decimals, codes in DECIMALS.items() for code in codes.split()}
SHIFT_COLUMNS = (
    "time_zone varchar, day date,"
    " utc_before integer, utc_after integer, shift_at_utc timestamp,"
    " local_before integer, local_after integer, shift_at_local timestamp"
)


def prepare_reference(
    session: Session, *, currency: str, zone: str, zones: Iterable[str], currencies: Iterable[str]
) -> None:
    """Create the reference tables, with the zones and currencies that occur."""
    session.execute("create schema if not exists reference")
    session.execute("drop table if exists reference.setting")
    session.execute("create table reference.setting (reporting_currency varchar, time_zone varchar)")
    session.execute("insert into reference.setting values (?, ?)", [currency, zone])
    session.create_view("reference.as_of", "select max(delivery_date) as as_of from intake.delivery_file")
    session.execute("drop table if exists reference.currency")
    session.execute("create table reference.currency (currency varchar, decimals integer)")
    known = sorted({currency, *currencies})
    decimals = pa.table({"currency": known, "decimals": pa.array([EXCEPTIONS.get(c, 2) for c in known], pa.int32())})
    session.insert_arrow("reference.currency", decimals)
    session.execute(f"create table if not exists reference.zone_day ({SHIFT_COLUMNS})")
    present = {name for (name,) in session.rows("select distinct time_zone from reference.zone_day")}
    for name in sorted({zone, *zones} - present):
        session.insert_arrow("reference.zone_day", pa.Table.from_pylist(list(_days(name)), schema=_SCHEMA))


_TYPES: dict[str, pa.DataType] = {
    "time_zone": pa.string(),
    "day": pa.date32(),
    "utc_before": pa.int32(),
    "utc_after": pa.int32(),
    "shift_at_utc": pa.timestamp("us"),
    "local_before": pa.int32(),
    "local_after": pa.int32(),
    "shift_at_local": pa.timestamp("us"),
}
_SCHEMA = pa.schema(_TYPES)


def _days(zone: str) -> Iterator[dict[str, object]]:
    """One row per day: the offsets (minutes east of UTC) before and after a shift on that UTC and that local day."""
    info = ZoneInfo(zone)
    first = _offset(info, _midnight(FIRST_DAY))
    shifts = list(_shifts(info))
    by_utc_day = {instant.date(): (before, after, instant) for instant, before, after in shifts}
    walls = [(instant + timedelta(minutes=max(before, after)), before, after) for instant, before, after in shifts]
    by_local_day = {wall.date(): (before, after, wall) for wall, before, after in walls}
    day, utc, local = FIRST_DAY, first, first
    while day <= LAST_DAY:
        utc_before, utc_after, shift_at_utc = by_utc_day.get(day, (utc, utc, None))
        local_before, local_after, shift_at_local = by_local_day.get(day, (local, local, None))
        yield dict(
            zip(
                _SCHEMA.names,
                (zone, day, utc_before, utc_after, shift_at_utc, local_before, local_after, shift_at_local),
                strict=True,
            )
        )
        day, utc, local = day + timedelta(days=1), utc_after, local_after


def _shifts(info: ZoneInfo) -> Iterator[tuple[datetime, int, int]]:
    """Yield (UTC instant, offset before, offset after) of each shift between the first and the last day."""
    start = _midnight(FIRST_DAY)
    before = _offset(info, start)
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        midnight = start + timedelta(days=number)
        after = _offset(info, midnight + timedelta(days=1))
        if after != before:
            yield _instant(info, midnight, before), before, after
        before = after


def _instant(info: ZoneInfo, midnight: datetime, before: int) -> datetime:
    """Find the minute of a UTC day in which the offset changes."""
    low, high = 0, 24 * 60
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(info, midnight + timedelta(minutes=middle)) == before else (low, middle)
    return midnight + timedelta(minutes=high)


def _offset(info: ZoneInfo, instant: datetime) -> int:
    """Return the offset in minutes at a naive UTC instant."""
    offset = instant.replace(tzinfo=UTC).astimezone(info).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def _midnight(day: date) -> datetime:
    """The first instant of a UTC day, without its zone."""
    return datetime.combine(day, time.min)
