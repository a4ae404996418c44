"""What one message says, in words: which incidents it shows in full, which it lists, which it only counts.

Words and order only. Layout is in ``templates/``, the mail around it in ``mail``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from goldline.alerts.incidents import Incident, State
from goldline.redaction import one_line

SHOWN_IN_FULL = 8
LISTED = 40
SUBJECT_LENGTH = 140

_VERBS = {
    "run_failed": "failed",
    "backfill_failed": "backfill failed",
    "check_failed": "check failed",
    "late_delivery": "late",
    "missing_delivery": "missing",
    "missing_feed": "missing",
    "silent_shop": "silent",
    "restated": "restated",
    "report_held": "held back",
    "report_undelivered": "not delivered",
    "small_day": "unusually small",
    "sensor_stopped": "stopped",
    "test": "test",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One notice in a message: an incident, and what there is to say about it."""

    id: str
    incident: Incident
    state: State
    count: int
    resolved_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """All that a message says about one incident: the latest, and whether its beginning is news, too."""

    incident: Incident
    state: State
    count: int
    resolved_at: datetime | None
    is_new: bool

    @property
    def verb(self) -> str:
        """What happened, as in ``failed`` or ``still failed``."""
        verb = _VERBS.get(self.incident.kind, self.incident.kind.replace("_", " ") or "alert")
        if self.state == "recovered":
            return f"{verb}, recovered" if self.is_new else "recovered"
        return f"still {verb}" if self.state == "reminder" else verb

    @property
    def label(self) -> str:
        """The verb as a heading."""
        return self.verb[:1].upper() + self.verb[1:]

    @property
    def duration(self) -> str:
        """How long it lasted, such as ``3 h 9 min``; empty while it does."""
        if not self.resolved_at:
            return ""
        minutes = max(round((self.resolved_at - self.incident.since).total_seconds() / 60), 1)
        days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
        parts = [
            f"{days} d" if days else "",
            f"{hours} h" if hours else "",
            f"{minutes} min" if minutes else "",
        ]
        return " ".join(part for part in parts if part)

    @property
    def tone(self) -> str:
        """``good``, ``bad`` or ``warn``: the colour of its label."""
        if self.state == "recovered":
            return "good"
        return "bad" if self.incident.severity == "error" else "warn"


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A message before it is laid out.

    Attributes:
        id: Identity of the message.
        created_at: When it was queued.
        held: How many of its notices the hourly limit, or a mail server that was down, had held back.
        entries: Its notices, in the order in which they came up.
        earlier: Messages about the same incidents, so that a mail program shows them as one thread.
    """

    id: str
    created_at: datetime
    held: int
    entries: tuple[Entry, ...]
    earlier: tuple[str, ...] = ()

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """One item per incident: errors, then warnings, then what is over; the oldest first."""
        by_incident: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_incident.setdefault(entry.id, []).append(entry)
        items = [_item(entries) for entries in by_incident.values()]
        order = ("bad", "warn", "good")
        return tuple(sorted(items, key=lambda item: (order.index(item.tone), item.incident.since)))

    @property
    def subject(self) -> str:
        """The subject line, such as ``[Goldline] failed: Cashmere load, 28 Mar 2026 (+2 more)``."""
        first, more = self.items[0], len(self.items) - 1
        tail = f" (+{more:,} more)" if more else ""
        return one_line(f"[Goldline] {first.verb}: {first.incident.title}", limit=SUBJECT_LENGTH - len(tail)) + tail

    @property
    def headline(self) -> str:
        """How much there is to look after, such as ``3 alerts, 1 recovered``."""
        over = sum(item.tone == "good" for item in self.items)
        alerts = len(self.items) - over
        parts = [f"{alerts:,} alert{'s' if alerts > 1 else ''}"] if alerts else []
        if not alerts and over == 1:
            return "Recovered"
        return ", ".join([*parts, f"{over:,} recovered"] if over else parts)

    @property
    def shown(self) -> Sequence[Item]:
        """Items shown in full."""
        return self.items[:SHOWN_IN_FULL]

    @property
    def listed(self) -> Sequence[Item]:
        """Items shown by their title."""
        return self.items[SHOWN_IN_FULL : SHOWN_IN_FULL + LISTED]

    @property
    def counted(self) -> Sequence[tuple[str, str, int]]:
        """The remaining items as (group, what happened, how many), the most frequent first."""
        rest = Counter((item.incident.group, item.verb) for item in self.items[SHOWN_IN_FULL + LISTED :])
        return [(group, verb, number) for (group, verb), number in rest.most_common()]


def _item(entries: list[Entry]) -> Item:
    latest = entries[-1]
    return Item(
        incident=latest.incident,
        state=latest.state,
        count=latest.count,
        resolved_at=latest.resolved_at,
        is_new=any(entry.state == "opened" for entry in entries),
    )
