"""What can go wrong, as values: an incident as a caller reports it, and the record the outbox keeps of it.

Nothing here reads or writes: storing is ``outbox``, wording is ``digest``, masking is ``redaction``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from goldline.redaction import first_lines, one_line, redact

Severity = Literal["error", "warning"]
State = Literal["opened", "reminder", "recovered"]

FACTS_KEPT = 12


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Something that people in charge must know about.

    Attributes:
        key: Stable identity, such as ``run:nightly:magento/delivery``; at most one is open per key.
        kind: What sort of trouble: ``run_failed``, ``check_failed``, ``late_delivery``, ``sensor_stopped``...
        group: The sub-dataflow concerned; it decides who gets the mail.
        title: One line for subject and heading, such as ``Cashmere load, 28 Mar 2026``.
        cause: What happened; only its first lines are kept.
        since: When it began.
        how_to_reproduce: The command that shows the failure again.
        link: Address of the page about it in the UI (http or https).
        severity: ``error`` or ``warning``.
        facts: Short labels with their values.
    """

    key: str
    kind: str
    group: str
    title: str
    since: datetime
    cause: str = ""
    how_to_reproduce: str = ""
    link: str = ""
    severity: Severity = "error"
    facts: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep ``since`` in UTC; a time without a zone is refused, as nobody could say when it was."""
        object.__setattr__(self, "since", utc(self.since))

    def fit_to_mail(self, secrets: tuple[str, ...] = ()) -> Incident:
        """The same incident with every text masked, cut to size and free of control characters."""
        facts = {
            line(name, secrets, 60): line(value, secrets, 300) for name, value in list(self.facts.items())[:FACTS_KEPT]
        }
        return replace(
            self,
            kind=one_line(self.kind, limit=40),
            group=one_line(self.group, limit=60),
            title=line(self.title, secrets, 200) or "Untitled",
            cause=first_lines(redact(self.cause, secrets=secrets)),
            how_to_reproduce=first_lines(redact(self.how_to_reproduce, secrets=secrets)),
            link=_safe_link(self.link, secrets),
            facts=facts,
        )


@dataclass(frozen=True, kw_only=True)
class IncidentRecord:
    """An incident as the outbox knows it.

    Attributes:
        id: Identity of this opening; the same key opened again later is another record.
        incident: The latest report of it.
        count: How often it was reported.
        opened_at: First report.
        last_at: Latest report.
        resolved_at: End of it, or None while it is open.
        mailed_at: When a mail about it was first accepted, or None.
    """

    id: str
    incident: Incident
    count: int
    opened_at: datetime
    last_at: datetime
    resolved_at: datetime | None
    mailed_at: datetime | None


def utc(moment: datetime) -> datetime:
    """The moment in UTC.

    Raises:
        ValueError: The moment has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; pass an aware datetime")
    return moment.astimezone(UTC)


def line(value: object, secrets: tuple[str, ...], limit: int) -> str:
    """One masked line of text."""
    return one_line(redact(str(value), secrets=secrets), limit=limit)


def _safe_link(link: str, secrets: tuple[str, ...]) -> str:
    clean = one_line(redact(link, secrets=secrets), limit=2000)
    return clean if clean.lower().startswith(("http://", "https://")) else ""
