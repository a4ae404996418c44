"""Feeds that are missing from the newest delivery of a source: told the same night.

Decided from the ledger, so that nothing has to be loaded first. A feed counts as missing from the hour of the nightly
run on: files of one delivery may come minutes apart. Days without any file are gaps, told by ``late_deliveries``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from goldline.alerts import Incident, Outbox
from goldline.arrivals.feeds import Came, missed_feeds
from goldline.contracts import Contract
from goldline.home import Home
from sensors.conditions import Changed, follow
from sensors.late_deliveries import last_due
from sensors.run_incidents import day_text

SCOPE = "arrivals:feed:"
TOLD_FOR, REMEMBERED = timedelta(days=14), 60


@dataclass(frozen=True)
class MissingFeed:
    """A feed that did not come with a delivery; ``is_news`` where that is the newest one."""

    contract: Contract
    feed: str
    day: date
    is_news: bool

    @property
    def key(self) -> str:
        """Its identity."""
        return f"{SCOPE}{self.contract.source}:{self.feed}:{self.day}"


def look_for_missing_feeds(home: Home, outbox: Outbox, now: datetime) -> Changed:
    """Report feeds that are missing; end those that came."""
    zone = ZoneInfo(home.settings.timezone)
    until = last_due(now, zone=zone, deadline=home.settings.night_at)
    found = [missing for name in home.contracts for missing in missing_feeds(home, name, until)]
    lasting = {missing.key for missing in found}
    incidents = missing_feed_incidents((m for m in found if m.is_news and m.day > until - TOLD_FOR), home)
    return follow(outbox, SCOPE, incidents, now, lasting=lasting)


def missing_feeds(home: Home, source: str, until: date) -> Iterator[MissingFeed]:
    """Find what is missing from the newest deliveries of a source."""
    contract, came = home.contracts[source], came_of(home, source)
    deliveries = sorted(day for day in came.deliveries if day <= until)
    for day in deliveries[-REMEMBERED:]:
        for feed in missed_feeds(contract, came, day):
            yield MissingFeed(contract, feed, day, is_news=day == deliveries[-1])


def came_of(home: Home, source: str) -> Came:
    """Read from the ledger what came of a source; refused files came, too: they are told of as such."""
    days: dict[str, set[date]] = {}
    with_rows: dict[str, set[date]] = {}
    states = home.ledger.states()
    for entry in home.ledger.entries():
        if entry.source == source:
            days.setdefault(entry.feed, set()).add(entry.delivery_date)
            state = states[entry.sequence]
            if state.rows_loaded or state.rows_quarantined:
                with_rows.setdefault(entry.feed, set()).add(entry.delivery_date)
    return Came(days, with_rows)


def missing_feed_incidents(found: Iterator[MissingFeed], home: Home) -> Iterator[Incident]:
    """Describe the feeds that are missing."""
    zone = ZoneInfo(home.settings.timezone)
    for missing in found:
        file = missing.contract.feeds[missing.feed].file.replace("{day}", f"{missing.day:%Y%m%d}")
        yield Incident(
            key=missing.key,
            kind="missing_feed",
            group=missing.contract.source,
            title=f"{missing.contract.title}, {missing.feed} of {day_text(missing.day)}",
            cause=f"{file} has not come, although the delivery of that day has.",
            since=datetime.combine(missing.day + timedelta(days=1), home.settings.night_at, zone).astimezone(UTC),
            how_to_reproduce="goldline status --calendar",
            facts={"File": file},
        )
