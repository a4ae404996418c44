"""What odd things were planted, told in sentences.

For the summary that a person reads after the demo was written. The planting itself is done where the facts
are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

from goldline.demo.calendar import Calendar


@dataclass(frozen=True)
class Planted:
    """The days of the oddities; -1 where there is none."""

    faulty_day: int
    late_days: list[int]
    utf8_day: int
    succession: int

    def sentences(self, calendar: Calendar) -> list[str]:
        """Say what was planted and where."""
        told = []
        if self.faulty_day >= 0:
            name = f"VENTES_{calendar.date_of(self.faulty_day):%Y%m%d}.csv"
            told.append(
                f"{name} has three damaged rows: an EAN turned into 3,70123E+11 by Excel, the date 31/02, "
                "the quantity 'un'. CLOTURES of that day count them as the till did."
            )
        if self.late_days:
            days = ", ".join(f"{calendar.date_of(day):%d/%m/%Y}" for day in self.late_days[-3:])
            told.append(
                f"Shop 004 was offline on {len(self.late_days)} days (last: {days}): its lines came two days later."
            )
        if self.utf8_day >= 0:
            day = calendar.date_of(self.utf8_day)
            told.append(f"The Cashmere files of {day:%d/%m/%Y} are UTF-8 with BOM, the others cp1252.")
        if self.succession <= calendar.last:
            day = calendar.date_of(self.succession)
            told.append(f"Seller V10 left shop 006 on {day:%d/%m/%Y}; V11 came.")
        return told + _EVERYWHERE


_EVERYWHERE = [
    "Some clients carry the pseudonym of the shop's own e-mail address, a placeholder: it links nobody.",
    "Couples share a phone number, and two strangers share a relay e-mail address: they must not be merged.",
    "Some clients are registered twice, in two shops, with the same e-mail address.",
    "Some articles have no EAN; model, colour and size are the same in both channels.",
    "Magento nulls are empty, except on a few days that spell them \\N or NULL.",
]
