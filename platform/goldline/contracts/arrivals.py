"""What a contract says of arrivals: on which days a shop is open, and from when on silence means something.

Opening days become rules of rising rank, so that the SQL which compares expected with received needs no case of its own
for weekdays, holidays and closures. What has arrived belongs to ``assets/control``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEAP_YEAR = 2024
ANY_SHOP_WEEKDAY, SHOP_WEEKDAY, HOLIDAY, ANY_SHOP_DATE, SHOP_DATE = range(1, 6)


@dataclass(frozen=True)
class OpeningRule:
    """Days on which shops are open or closed; what is None leaves that open, and the highest rank decides.

    Attributes:
        rank: Twice the precedence, and one more where the rule opens: of two rules, the higher rank counts.
        store_code: The shop.
        weekday: 1 is Monday.
        month: Month of a day of every year.
        day: Day of that month.
        first_day: The first of a span of days.
        last_day: The last of them.
    """

    rank: int
    store_code: str | None = None
    weekday: int | None = None
    month: int | None = None
    day: int | None = None
    first_day: date | None = None
    last_day: date | None = None

    def concerns(self, day: date) -> bool:
        """Say whether a day is one of the rule's."""
        return (
            self.weekday in (None, day.isoweekday())
            and (self.month, self.day) in ((None, None), (day.month, day.day))
            and (self.first_day is None or self.first_day <= day <= (self.last_day or self.first_day))
        )


class Exceptional(BaseModel):
    """Days that are other than their weekday says.

    Attributes:
        first: The first day.
        last: The last one; the first one, if not given.
        shop: The shop's code in the source; all shops, if not given.
        open: Whether it is open on them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: date
    last: date | None = None
    shop: str | None = None
    open: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Exceptional:
        if self.last and self.last < self.first:
            raise ValueError("the last day is before the first one")
        return self


class Arrivals(BaseModel):
    """When shops are expected to send something.

    Attributes:
        weekdays: Opening weekdays of every shop; not given: learnt, for each shop, from its last eight weeks.
        shops: Opening weekdays of single shops, by the shop's code in the source.
        holidays: Days of every year on which all shops are closed, as month-day such as ``05-01``.
        exceptions: Other days that are not as their weekday says.
        usual_tickets: A weekday is learnt, and a day can be unusually small, only where a shop usually has so many
            tickets or orders: fewer may be none by chance.
        small_share: A day is unusually small below this share of the usual number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekdays: tuple[Weekday, ...] | None = None
    shops: dict[str, tuple[Weekday, ...]] = Field(default_factory=dict)
    holidays: tuple[Annotated[str, Field(pattern=r"^[0-9]{2}-[0-9]{2}$")], ...] = ()
    exceptions: tuple[Exceptional, ...] = ()
    usual_tickets: int = Field(10, ge=1)
    small_share: Decimal = Field(Decimal("0.2"), ge=0, le=1)

    @field_validator("holidays")
    @classmethod
    def _exist(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            month, day = map(int, re.findall("[0-9]+", text))
            try:
                date(LEAP_YEAR, month, day)
            except ValueError:
                raise ValueError(f"{text} is no day of a year; write month-day, such as 05-01") from None
        return value

    def rules(self) -> Iterator[OpeningRule]:
        """Yield the opening rules."""
        if self.weekdays is not None:
            yield from _weekday_rules(ANY_SHOP_WEEKDAY, None, self.weekdays)
        for shop, weekdays in self.shops.items():
            yield from _weekday_rules(SHOP_WEEKDAY, shop, weekdays)
        for text in self.holidays:
            month, day = text.split("-")
            yield OpeningRule(_rank(HOLIDAY, is_open=False), month=int(month), day=int(day))
        for each in self.exceptions:
            precedence = SHOP_DATE if each.shop else ANY_SHOP_DATE
            yield OpeningRule(
                _rank(precedence, is_open=each.open),
                store_code=each.shop,
                first_day=each.first,
                last_day=each.last or each.first,
            )

    def closes_all(self, day: date) -> bool:
        """Say whether the contract closes every shop on a day."""
        ranks = [rule.rank for rule in self.rules() if rule.store_code is None and rule.concerns(day)]
        return bool(ranks) and max(ranks) % 2 == 0


def _weekday_rules(precedence: int, shop: str | None, weekdays: tuple[Weekday, ...]) -> Iterator[OpeningRule]:
    for number, weekday in enumerate(WEEKDAYS, 1):
        yield OpeningRule(_rank(precedence, is_open=weekday in weekdays), store_code=shop, weekday=number)


def _rank(precedence: int, *, is_open: bool) -> int:
    return 2 * precedence + is_open
