"""Local times: the shift table against zoneinfo, every hour of two years, both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.reference import prepare_reference

ZONES = ("Europe/Paris", "Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kolkata")
HOURS = [datetime(2025, 1, 1) + timedelta(hours=n) for n in range(2 * 365 * 24)]


@pytest.fixture(scope="module")
def session() -> object:
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        session.execute("create schema intake")
        session.execute("create table intake.delivery_file (delivery_date date)")
        prepare_reference(session, currency="EUR", zone=ZONES[0], zones=ZONES, currencies=["JPY"])
        session.execute(
            "create table hour as select timestamp '2025-01-01' + n * interval '1 hour' as at"
            f" from range({len(HOURS)}) as r(n)"
        )
        yield session


@pytest.mark.parametrize("zone", ZONES)
def test_utc_becomes_local_time_as_zoneinfo_has_it(session: Session, zone: str) -> None:
    found = session.rows(
        "select hour.at, hour.at + (case when shift_at_utc is null or hour.at < shift_at_utc then utc_before"
        " else utc_after end) * interval '1 minute' from hour join reference.zone_day on time_zone = ?"
        " and day = cast(hour.at as date) order by 1",
        [zone],
    )
    info = ZoneInfo(zone)
    assert len(found) == len(HOURS)
    wrong = [at for at, local in found if local != at.replace(tzinfo=UTC).astimezone(info).replace(tzinfo=None)]
    assert wrong == []


@pytest.mark.parametrize("zone", ZONES)
def test_local_time_becomes_utc_with_the_first_of_two_and_the_offset_before_a_gap(session: Session, zone: str) -> None:
    found = session.rows(
        "select hour.at, hour.at - (case when shift_at_local is null or hour.at < shift_at_local then local_before"
        " else local_after end) * interval '1 minute' from hour join reference.zone_day on time_zone = ?"
        " and day = cast(hour.at as date) order by 1",
        [zone],
    )
    info = ZoneInfo(zone)
    wrong = [at for at, utc in found if utc != at.replace(tzinfo=info, fold=0).astimezone(UTC).replace(tzinfo=None)]
    assert wrong == []


def test_currencies_have_their_own_decimals(session: Session) -> None:
    assert dict(session.rows("select currency, decimals from reference.currency")) == {"EUR": 2, "JPY": 0}


def test_a_day_outside_the_table_is_far_away(session: Session) -> None:
    first, last = session.rows("select min(day), max(day) from reference.zone_day")[0]
    assert first <= date(2000, 1, 1)
    assert last >= date(2050, 12, 31)
