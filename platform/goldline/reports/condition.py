"""Whether the figures of yesterday may be sent: published, of yesterday, checked, and accounted for to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from goldline.alerts import Incident, Outbox
from goldline.boards.trust import stamp_of
from goldline.errors import GoldlineError
from goldline.publish.folder import PublishedFolder
from goldline.settings import Settings

Reason = Literal["missing", "stale", "checks", "residual"]
KEY = "reports:held"
CHECKS_SHOWN = 5
_CAUSES: dict[Reason, str] = {
    "missing": "Nothing has been published yet.",
    "stale": "The newest published data are of {as_of}, and the report of {day} needs those of that day.",
    "checks": "Checks failed, so the data of {day} were not published: {checks}.",
    "residual": "The published version leaves a residual in the reconciliation.",
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """Why the report of a day is held back.

    Attributes:
        reason: ``missing``, ``stale``, ``checks`` or ``residual``.
        day: The day that it would have been about.
        as_of: The newest published day; None where there is none.
        checks: Titles of the checks that failed.
    """

    reason: Reason
    day: date
    as_of: date | None = None
    checks: tuple[str, ...] = ()

    def incident(self, now: datetime) -> Incident:
        """What the people who run Goldline are told."""
        checks = "; ".join(self.checks[:CHECKS_SHOWN])
        return Incident(
            key=KEY,
            kind="report_held",
            group="reports",
            title=f"Daily report of {self.day:%-d %b %Y}",
            cause=_CAUSES[self.reason].format(as_of=self.as_of, day=self.day, checks=checks),
            since=now,
            how_to_reproduce="goldline report --dry-run -o mails",
            severity="warning",
            facts={"newest published day": self.as_of or "none"},
        )


def report_day(settings: Settings, now: datetime) -> date:
    """Return the day that a report made now is about: yesterday, where the business is."""
    return now.astimezone(ZoneInfo(settings.timezone)).date() - timedelta(days=1)


def held_back(settings: Settings, outbox: Outbox, now: datetime) -> Held | None:
    """Return why the report is held back; None when it may go."""
    day = report_day(settings, now)
    if _nothing_published(settings):
        return Held(reason="missing", day=day)
    stamp = stamp_of(settings, made_by="", now=now)
    failed = tuple(r.incident.title for r in outbox.open_incidents() if r.incident.kind == "check_failed")
    if stamp.as_of is None or stamp.as_of < day:
        return Held(reason="checks" if failed else "stale", day=day, as_of=stamp.as_of, checks=failed)
    if stamp.checks - stamp.passed - stamp.warned > 0:
        return Held(reason="checks", day=day, as_of=stamp.as_of, checks=failed or ("see the published version",))
    if stamp.residual_rows or stamp.residual_amount:
        return Held(reason="residual", day=day, as_of=stamp.as_of)
    return None


def is_due(settings: Settings, now: datetime) -> bool:
    """Whether people expect the report by now, so that they are told when it is held back."""
    return now.astimezone(ZoneInfo(settings.timezone)).time() >= settings.report_at


def _nothing_published(settings: Settings) -> bool:
    try:
        return PublishedFolder(settings.published_dir).pointer() is None
    except GoldlineError:
        return True  # a damaged pointer: nothing that could be trusted
