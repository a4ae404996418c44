"""The jobs, and which runs a set of waiting delivery days needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import dagster as dg

from goldline.intake.deliver import Days

NIGHTLY, DELIVERIES, REFRESH = "nightly", "deliveries", "refresh"
GAP = timedelta(days=14)
PARTITION, RANGE_START, RANGE_END = (
    "dagster/partition",
    "dagster/asset_partition_range_start",
    "dagster/asset_partition_range_end",
)


@dataclass(frozen=True)
class PlannedRun:
    """A job for a range of days."""

    job: str
    days: Days

    @property
    def tags(self) -> dict[str, str]:
        """The run tags that select the partitions."""
        if self.days.first == self.days.last:
            return {PARTITION: self.days.first.isoformat()}
        return {RANGE_START: self.days.first.isoformat(), RANGE_END: self.days.last.isoformat()}


def plan_runs(days: Iterable[date]) -> list[PlannedRun]:
    """Cover the days with few ranges; all but the last only load, the last one goes through to publish."""
    ranges: list[Days] = []
    for day in sorted(set(days)):
        if ranges and day - ranges[-1].last <= GAP:
            ranges[-1] = Days(ranges[-1].first, day)
        else:
            ranges.append(Days(day, day))
    return [PlannedRun(NIGHTLY if days is ranges[-1] else DELIVERIES, days) for days in ranges]


def define_jobs(days: dg.DailyPartitionsDefinition, delivery_keys: Iterable[dg.AssetKey]) -> list[dg.UnresolvedAssetJobDefinition]:
    """Make the jobs: the night's whole way, deliveries alone, everything after the deliveries."""
    deliveries = dg.AssetSelection.assets(*delivery_keys)
    return [
        dg.define_asset_job(
            NIGHTLY,
            selection=dg.AssetSelection.all(),
            partitions_def=days,
            description="Everything, from the deliveries of a day (or a range of days) to the published snapshot.",
        ),
        dg.define_asset_job(
            DELIVERIES,
            selection=deliveries,
            partitions_def=days,
            description="Takes in and loads deliveries, and stops there.",
        ),
        dg.define_asset_job(
            REFRESH,
            selection=dg.AssetSelection.all() - deliveries,
            description="Builds every table anew from what is loaded, checks it and publishes.",
        ),
    ]
