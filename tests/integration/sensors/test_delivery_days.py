"""The calendar of delivery days that Dagster lists: kept for a minute, right on the next day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from goldline.graph.deliveries import delivery_days
from tests.support import open_home

pytestmark = pytest.mark.integration


def test_the_days_are_those_that_dagster_lists_also_tomorrow(tmp_path: Path) -> None:
    days = delivery_days(open_home(tmp_path))
    plain = dg.DailyPartitionsDefinition(start_date=days.start, timezone=days.timezone, end_offset=days.end_offset)
    now = datetime.now(UTC)
    for moment in (now, now + timedelta(days=1), now + timedelta(days=400), now):
        with dg.partition_loading_context(effective_dt=moment):
            assert list(days.get_partition_keys()) == list(plain.get_partition_keys())
        assert list(days.get_partition_keys(moment)) == list(plain.get_partition_keys(moment))
    assert days.get_serializable_unique_identifier() == plain.get_serializable_unique_identifier()


def test_a_list_that_was_changed_by_who_got_it_is_whole_for_the_next(tmp_path: Path) -> None:
    days = delivery_days(open_home(tmp_path))
    listed = list(days.get_partition_keys())
    days.get_partition_keys().clear()  # type: ignore[attr-defined]
    assert list(days.get_partition_keys()) == listed
