"""What waits to be loaded, and which runs that needs: decided from the landing zone and the ledger alone.

The warehouse is never opened here, as a sensor must not wait for a run to let go of it. Asking Dagster for
the runs belongs to ``deliveries`` and ``nightly``.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg

from goldline.graph.jobs import PlannedRun
from goldline.home import Home
from goldline.intake.deliver import Days, waiting_entries
from goldline.landing.found import Found, Scan
from goldline.landing.zone import LandingZone

ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
CLAIM_SECONDS = 120


@dataclass
class Watch:
    """One open landing zone per process, shared by all who look at it: it remembers what it saw growing.

    Attributes:
        home: The installation.
        first_day: The first day of the calendar that this code location shows.
    """

    home: Home
    first_day: date
    _zone: LandingZone | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _claims: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def scan(self, now: datetime) -> Scan:
        """Look at the landing zone; files that are known already, because none are moved, are left out.

        Raises:
            TransientError: The landing zone is away.
        """
        with self._lock:
            if self._zone is None:
                self._zone = ExitStack().enter_context(self.home.landing())
            scan = self._zone.scan(now)
            if self._zone.move_taken:
                return scan
            known = self.home.ledger.last_seen()
            fresh = (f for f in scan.complete if known.get((f.source, f.name)) != (f.size, f.modified_at))
            return Scan(tuple(fresh), scan.growing, scan.refused)

    def claim(self, what: str, who: str, now: datetime) -> bool:
        """Reserve runs for one of two that plan the same at the same moment; the other one gets False."""
        with self._lock:
            owner, since = self._claims.get(what, (who, now))
            if owner != who and (now - since).total_seconds() < CLAIM_SECONDS:
                return False
            self._claims = {what: (who, now)}
            return True

    def today(self, now: datetime) -> date:
        """The business's date."""
        return now.astimezone(ZoneInfo(self.home.settings.timezone)).date()

    def outside(self, scan: Scan, now: datetime) -> tuple[Found, ...]:
        """Files of days that no run can be asked for: before the calendar begins, or after today."""
        days = Days(self.first_day, self.today(now))
        return tuple(file for file in scan.complete if file.delivery_date not in days)


def steady_days(scan: Scan) -> list[date]:
    """Days of complete files: the oldest stretch that no growing file's day interrupts; the rest waits."""
    growing = sorted({file.delivery_date for file in scan.growing})
    stretches: dict[int, list[date]] = {}
    for day in sorted({file.delivery_date for file in scan.complete}.difference(growing)):
        stretches.setdefault(sum(other < day for other in growing), []).append(day)
    return stretches[min(stretches)] if stretches else []


def ledger_days(home: Home) -> set[date]:
    """Days with files that were received and not loaded, without those that a refused file keeps out."""
    return {
        entry.delivery_date
        for contract in home.contracts.values()
        for entry in waiting_entries(home, contract)
    }


def identity(planned: PlannedRun, files: Iterable[Found], sequences: Sequence[int] = ()) -> str:
    """A digest of a run's job, days and files: the same only if it would load the same."""
    stats = sorted(
        (f.source, f.name, f.size, f.modified_at.timestamp())
        for f in files
        if f.delivery_date in planned.days
    )
    text = repr((planned.job, planned.days.first, planned.days.last, stats, sorted(sequences)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_busy(instance: dg.DagsterInstance) -> bool:
    """Say whether any run is queued or in progress: one at a time may write the warehouse."""
    return bool(instance.get_runs_count(dg.RunsFilter(statuses=ACTIVE)))
