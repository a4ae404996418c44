"""Deliveries that are due and have not come: silence is noticed on the morning after.

Pure: days in, incidents out. A source that has never delivered anything is not expected to; an irregular
one neither; one that has steadily delivered once a week is late after a week.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from goldline.alerts import Incident
from goldline.arrivals import interval
from goldline.deliver import Days
from goldline.home import Home
from sensors.run_incidents import day_text, days_text

SCOPE = "late:"
DAY = timedelta(days=1)
TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Gap:
    """Days of one source without any file, one after the other; open while it can still grow."""

    source: str
    title: str
    days: Days
    is_open: bool

    @property
    def key(self) -> str:
        """Its identity: silence stays the same incident while it lasts, a hole is told by its first day."""
        return f"{SCOPE}{self.source}" if self.is_open else f"{SCOPE}{self.source}:{self.days.first}"


def last_due(now: datetime, *, zone: ZoneInfo, deadline: time) -> date:
    """Return the newest delivery day whose files should be there by now."""
    local = now.astimezone(zone)
    return local.date() - (DAY if local.time() >= deadline else 2 * DAY)


def gaps(source: str, title: str, delivered: Collection[date], until: date, *, every: int = 1) -> list[Gap]:
    """Return all gaps between the first delivery and the last day that is due.

    Args:
        source: The source.
        title: What people call it.
        delivered: Its delivery days.
        until: The last day that is due.
        every: Days from one delivery to the next.
    """
    have = sorted({*(day for day in delivered if day <= until), until + DAY}) if delivered else []
    step = timedelta(days=every)
    return [
        Gap(source, title, Days(before + step, max(before + step, after - step)), is_open=after > until)
        for before, after in pairwise(have)
        if after - before > step
    ]


def gaps_of(home: Home, now: datetime) -> list[Gap]:
    """Return the gaps of every source that delivers daily or weekly, or has a rhythm of its own."""
    until = last_due(now, zone=ZoneInfo(home.settings.timezone), deadline=home.settings.deadline)
    found: list[Gap] = []
    for name, contract in home.contracts.items():
        delivered = {entry.delivery_date for entry in home.ledger.entries() if entry.source == name}
        every = interval(contract.expected, delivered)
        found += gaps(name, contract.title, delivered, until, every=every) if every else []
    return found


def late_incidents(found: Collection[Gap], home: Home, now: datetime) -> Iterator[Incident]:
    """Describe the gaps of the last days; older ones were told when they were new."""
    zone, deadline = ZoneInfo(home.settings.timezone), home.settings.deadline
    until = last_due(now, zone=zone, deadline=deadline)
    for gap in found:
        if gap.days.last > until - TOLD_FOR:
            yield Incident(
                key=gap.key,
                kind="late_delivery" if gap.is_open else "missing_delivery",
                group=gap.source,
                title=f"{gap.title}, delivery of {days_text(gap.days)}",
                cause=(
                    f"Nothing has arrived since that of {day_text(gap.days.first - DAY)}."
                    if gap.is_open
                    else "Later deliveries have arrived, this one has not."
                ),
                since=datetime.combine(gap.days.first + DAY, deadline, zone).astimezone(UTC),
                how_to_reproduce="goldline status",
                facts={"Days without a file": (gap.days.last - gap.days.first).days + 1},
            )
