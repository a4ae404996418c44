from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from goldline.alerts import Outbox
from sensors.conditions import Changed, follow
from tests.unit.alerts.sample import NOW, an_incident


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


def test_a_condition_is_reported_once_however_often_it_is_seen(outbox: Outbox) -> None:
    away = an_incident("landing:unreachable")
    assert follow(outbox, "landing:", [away], NOW) == Changed(opened=1)
    for minutes in range(1, 60):
        assert follow(outbox, "landing:", [away], NOW + timedelta(minutes=minutes)) == Changed()
    (record,) = outbox.open_incidents()
    assert record.count == 1


def test_a_condition_that_lasts_counts_up_daily_so_that_people_are_reminded(outbox: Outbox) -> None:
    away = an_incident("landing:unreachable")
    for hours in range(72):
        follow(outbox, "landing:", [away], NOW + timedelta(hours=hours))
    (record,) = outbox.open_incidents()
    assert record.count == 4


def test_a_condition_that_is_no_more_is_over_and_others_stay(outbox: Outbox) -> None:
    follow(outbox, "landing:", [an_incident("landing:unreachable")], NOW)
    outbox.report(an_incident("run:nightly:"), NOW)
    assert follow(outbox, "landing:", [], NOW) == Changed(resolved=1)
    assert [record.incident.key for record in outbox.open_incidents()] == ["run:nightly:"]


def test_a_condition_that_lasts_but_is_not_told_any_more_stays_open(outbox: Outbox) -> None:
    follow(outbox, "late:", [an_incident("late:cashmere:2026-03-01")], NOW)
    assert follow(outbox, "late:", [], NOW, lasting={"late:cashmere:2026-03-01"}) == Changed()
    assert len(outbox.open_incidents()) == 1
