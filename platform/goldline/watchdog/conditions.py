"""What is wrong, as a value: what, since when, and what to do. Finding out is in ``looks``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

NO_PATIENCE = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Something that is wrong for as long as it lasts.

    Attributes:
        key: Its identity; what stands before the colon is the look that found it.
        what: One line.
        cause: What follows from it, or what was read.
        since: Since when, as far as that can be known.
        remedy: What to do.
        patience: How long it must have been seen before anybody is mailed.
    """

    key: str
    what: str
    cause: str
    since: datetime
    remedy: str
    patience: timedelta = NO_PATIENCE

    @property
    def scope(self) -> str:
        """The look that found it."""
        return self.key.partition(":")[0]

    def to_record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "since": self.since.isoformat(), "patience": self.patience.total_seconds()}
