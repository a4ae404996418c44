"""The jobs, and the run that a set of waiting delivery days needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import dagster as dg

from goldline.deliver import Days

NIGHTLY, REFRESH, PROOF = "nightly", "refresh", "proof"
BOARDS, REPORTS = "boards", "reports"  # groups of assets, and the jobs that make them
LONG = timedelta(days=31)
PARTITION, RANGE_START, RANGE_END = (
    "dagster/partition",
    "dagster/asset_partition_range_start",
    "dagster/asset_partition_range_end",
)
FIRST_DAY, LAST_DAY, IN_FULL = "goldline/first_day", "goldline/last_day", "goldline/in_full"


@dataclass(frozen=True)
class PlannedRun:
    """A job for a range of days."""

    job: str
    days: Days

    @property
    def tags(self) -> dict[str, str]:
        """The run tags that say which days.

        Dagster writes two events for every day of a range, whether anything came or not, and 2,000 days cost it
        minutes. A long range therefore goes under tags of our own, and only days that were loaded are recorded.
        """
        first, last = self.days.first.isoformat(), self.days.last.isoformat()
        if self.days.last - self.days.first > LONG:
            return self.own_tags
        return {PARTITION: first} if first == last else {RANGE_START: first, RANGE_END: last}

    @property
    def own_tags(self) -> dict[str, str]:
        """The same days without Dagster's calendar, which may begin later."""
        return {FIRST_DAY: self.days.first.isoformat(), LAST_DAY: self.days.last.isoformat()}


def days_of(context: dg.AssetExecutionContext) -> Days:
    """Return the delivery days that a run is for."""
    tags = context.run.tags
    if FIRST_DAY in tags:
        return Days(date.fromisoformat(tags[FIRST_DAY]), date.fromisoformat(tags[LAST_DAY]))
    keys = list(context.partition_keys)
    return Days(date.fromisoformat(keys[0]), date.fromisoformat(keys[-1]))


def plan_runs(days: Iterable[date]) -> list[PlannedRun]:
    """Cover the days with one run, from the first to the last; no days, no run."""
    covered = set(days)
    return [PlannedRun(NIGHTLY, Days(min(covered), max(covered)))] if covered else []


def define_jobs(
    delivery_keys: Iterable[dg.AssetKey], proof_keys: Iterable[dg.AssetCheckKey]
) -> list[dg.UnresolvedAssetJobDefinition]:
    """Make the jobs: the night's way, everything after the deliveries, the proof of the increments, boards, reports."""
    deliveries = dg.AssetSelection.assets(*delivery_keys)
    proof = dg.AssetSelection.checks(*proof_keys)
    reports, shown = dg.AssetSelection.groups(REPORTS), dg.AssetSelection.groups(BOARDS, REPORTS)
    return [
        dg.define_asset_job(
            NIGHTLY,
            selection=dg.AssetSelection.all() - proof - shown,
            description="Everything, from the deliveries of a day (or a range of days) to the published snapshot.",
        ),
        dg.define_asset_job(
            REFRESH,
            selection=dg.AssetSelection.all() - deliveries - proof - shown,
            description="Brings every table up to date with what is loaded, checks it and publishes. With the run tag"
            f" {IN_FULL}: true it builds every table anew.",
        ),
        dg.define_asset_job(
            PROOF,
            selection=proof,
            description="Holds every table that is built by increments to a full build of it.",
        ),
        dg.define_asset_job(
            BOARDS,
            selection=shown,
            description="Draws every board from the published version, and sends the daily report.",
        ),
        dg.define_asset_job(
            REPORTS,
            selection=reports,
            description="Sends the daily report to everybody who has not had it, or says that it is held back.",
        ),
    ]
