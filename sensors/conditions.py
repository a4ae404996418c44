"""Incidents that last as long as a condition does: a landing zone that is away, a sensor that is stopped.

A sensor looks every few seconds; the outbox is told when the condition begins, once a day while it lasts,
and when it is over. Incidents that are events (a run failed) are reported where they are read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldline.alerts import Incident, Outbox

AGAIN_AFTER = timedelta(hours=23)


@dataclass(frozen=True)
class Changed:
    """How many incidents began, and how many are over."""

    opened: int = 0
    resolved: int = 0

    def __add__(self, other: Changed) -> Changed:
        """Add up what several looks found."""
        return Changed(self.opened + other.opened, self.resolved + other.resolved)


def follow(
    outbox: Outbox, scope: str, incidents: Iterable[Incident], now: datetime, *, lasting: Collection[str] = ()
) -> Changed:
    """Bring the outbox in line with what is the case now.

    Args:
        outbox: Where incidents are kept.
        scope: How the keys of all incidents of this sort begin, such as ``landing:``.
        incidents: What is the case now; each counts up at most once a day.
        now: The present instant.
        lasting: Keys of conditions that are not over although they are not reported any more.
    """
    present = {incident.key: incident for incident in incidents}
    known = {r.incident.key: r for r in outbox.open_incidents() if r.incident.key.startswith(scope)}
    due = [i for key, i in present.items() if key not in known or now - known[key].last_at >= AGAIN_AFTER]
    over = [key for key in known if key not in present and key not in lasting]
    if not due and not over:
        return Changed()
    with outbox.batch() as batch:
        opened = sum(batch.report(incident, now) for incident in due)
        resolved = sum(batch.resolve(key, now) for key in over)
    return Changed(opened, resolved)
