"""What a reader may see. Who the reader is, and how the scope was given, is not known here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The limits that the query builder puts on every query.

    Attributes:
        stores: Keys of the selling points whose figures may be seen; None for all.
        channels: Channels whose figures may be seen; None for all.
        staff_figures: May see figures by seller.
        lines: May see the lines behind a figure.
        customers: May see company-wide customer figures, which cannot be cut by shop; never with limited shops or
            channels.
    """

    stores: frozenset[str] | None = None
    channels: frozenset[str] | None = None
    staff_figures: bool = True
    lines: bool = True
    customers: bool = True

    @property
    def is_limited(self) -> bool:
        """Whether some shops or channels are out of sight."""
        return self.stores is not None or self.channels is not None

    @property
    def sees_company(self) -> bool:
        """Whether figures that cannot be cut by shop may be seen."""
        return self.customers and not self.is_limited


EVERYTHING = Scope()
