"""Feeds that were due with a delivery and did not come: decided from contracts and the ledger, without the warehouse.

The same rules make the table ``control.feed_arrivals``, which shows the past; here they are asked about the newest
delivery, before anything is loaded. Days on which nothing came at all are gaps, which the sensors know of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from goldline.contracts import Contract, Feed

KNOWN_DAYS, REMEMBERED_DAYS = 4, 8
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Came:
    """What came of one source: delivery days by feed, and those on which the feed had rows."""

    days: Mapping[str, Collection[date]]
    with_rows: Mapping[str, Collection[date]]

    @property
    def deliveries(self) -> set[date]:
        """Days on which anything came."""
        return {day for days in self.days.values() for day in days}


def missed_feeds(contract: Contract, came: Came, day: date) -> list[str]:
    """Return the feeds that should have come with the delivery of a day and did not."""
    return [
        feed.name
        for feed in contract.feeds.values()
        if day not in came.days.get(feed.name, ()) and _is_due(contract, feed, came, day)
    ]


def _is_due(contract: Contract, feed: Feed, came: Came, day: date) -> bool:
    sisters = [other.name for other in contract.feeds.values() if feed.together and other.together == feed.together]
    if feed.expected == "always" or any(day in came.days.get(name, ()) for name in sisters):
        return True
    if feed.expected == "weekly":
        before = [known for known in came.days.get(feed.name, ()) if known < day]
        return bool(before) and not contract.arrivals.closes_all(day) and max(before) <= day - WEEK
    return feed.expected == "usually" and not contract.arrivals.closes_all(day) and _usually_comes(feed, came, day)


def _usually_comes(feed: Feed, came: Came, day: date) -> bool:
    """With rows, on all but one of the last eight deliveries on the same weekday."""
    same = sorted(known for known in came.deliveries if known < day and known.weekday() == day.weekday())
    same = same[-REMEMBERED_DAYS:]
    with_rows = sum(known in came.with_rows.get(feed.name, ()) for known in same)
    return len(same) >= KNOWN_DAYS and with_rows >= len(same) - 1
