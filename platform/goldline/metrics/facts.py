"""What the engine knows of the data beside the rows themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from goldline.metrics.period import Period
from goldline.metrics.spend import Spend


@dataclass(frozen=True)
class Facts:
    """What is known of the data.

    Attributes:
        first_day: The oldest business day.
        as_of: The newest one.
        members: What filters may name, by dimension.
        open_shops: Finds the shops that were open during both of two periods.
        spend: Reads what was spent on marketing.
        lapse_days: After how many days without a purchase a customer has lapsed.
        has_prediction: Whether there was enough to predict from.
    """

    first_day: date
    as_of: date
    members: Mapping[str, frozenset[str]]
    open_shops: Callable[[Period, Period], frozenset[str]]
    spend: Callable[[], tuple[Spend, ...] | None] = lambda: None
    lapse_days: int = 365
    has_prediction: bool = True
