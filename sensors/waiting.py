"""What waits to be loaded, and which run that needs: decided from the landing zone and the ledger alone.

The warehouse is never opened here, as a sensor must not wait for a run to let go of it. Asking Dagster for
a run belongs to ``deliveries`` and ``nightly``.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg

from goldline.deliver import waiting_entries
from goldline.graph.jobs import PlannedRun
from goldline.home import Home
from goldline.landing.found import Found, Scan
from goldline.landing.zone import LandingZone

ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
CLAIM_SECONDS = 60


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
    _claim: tuple[str, datetime] | None = None

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

    def claim(self, who: str, now: datetime) -> bool:
        """Let only one of two ask for a run at the same moment; the other one looks again later."""
        with self._lock:
            owner, since = self._claim or (who, now)
            if owner != who and (now - since).total_seconds() < CLAIM_SECONDS:
                return False
            self._claim = (who, now)
            return True

    def today(self, now: datetime) -> date:
        """The business's date."""
        return now.astimezone(ZoneInfo(self.home.settings.timezone)).date()

    def request(self, planned: PlannedRun, run_key: str) -> dg.RunRequest:
        """Ask for a run; days before the calendar that is shown are named by tags that don't need it."""
        is_shown = planned.days.first >= self.first_day
        return dg.RunRequest(run_key=run_key, job_name=planned.job, tags=planned.tags if is_shown else planned.own_tags)


def steady_days(scan: Scan, until: date) -> list[date]:
    """Days of complete files: the oldest stretch that no growing file's day interrupts; the rest waits."""
    growing = sorted({file.delivery_date for file in scan.growing})
    complete = {file.delivery_date for file in scan.complete if file.delivery_date <= until}
    stretches: dict[int, list[date]] = {}
    for day in sorted(complete.difference(growing)):
        stretches.setdefault(sum(other < day for other in growing), []).append(day)
    return stretches[min(stretches)] if stretches else []


def ledger_days(home: Home) -> set[date]:
    """Days with files that were received and not loaded, without those that a refused file keeps out."""
    return {entry.delivery_date for contract in home.contracts.values() for entry in waiting_entries(home, contract)}


def identity(planned: PlannedRun, files: Iterable[Found]) -> str:
    """A digest of a run's job, days and files: the same only if it would load the same."""
    stats = sorted(
        (f.source, f.name, f.size, f.modified_at.timestamp()) for f in files if f.delivery_date in planned.days
    )
    text = repr((planned.job, planned.days.first, planned.days.last, stats))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_busy(instance: dg.DagsterInstance) -> bool:
    """Say whether any run is queued or in progress: one at a time may write the warehouse."""
    return bool(instance.get_runs_count(dg.RunsFilter(statuses=ACTIVE)))
