"""Purchases before their contents: who comes on which day, at what hour, through which channel.

Heavy-tailed frequencies, churn, weekdays and seasons are here. Baskets are filled in ``lines``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goldline.demo.calendar import Calendar, Flags, Floats, Ints
from goldline.demo.people import SHOPS, People

NOBODY = -1


@dataclass(frozen=True)
class Visits:
    """Purchases of one channel in order of time; seconds are local time of day."""

    person: Ints
    day: Ints
    second: Ints
    shop: Ints

    def __len__(self) -> int:
        """Return the number of purchases."""
        return len(self.day)


def make_visits(rng: np.random.Generator, calendar: Calendar, people: People, baskets: int) -> tuple[Visits, Visits]:
    """Draw about ``baskets`` purchases; return those of the web shop and those of the shops."""
    person, first = _who(rng, calendar, people, round(baskets * (1 - _WALK_IN)))
    online = rng.random(len(person)) < people.web_share[person]
    begin, end, share = np.maximum(people.starts, 0)[person], people.ends[person], rng.random(len(person))
    day = np.where(
        online, _when(calendar.web_weight, begin, end, share), _when(calendar.shop_weight, begin, end, share)
    )
    day = np.where(first, begin, day)
    at_till = ~online & ~calendar.closed[day]
    count = max(baskets - len(person), 0)
    walk_in = _when(calendar.shop_weight, np.zeros(count, np.int64), np.full(count, calendar.days), rng.random(count))
    who = np.concatenate([person[at_till], np.full(count, NOBODY)])
    home = np.where(who == NOBODY, rng.choice(SHOPS, len(who), p=_SHOP_SHARES), people.home_shop[who])
    shop = np.where(rng.random(len(who)) < 0.12, rng.integers(0, SHOPS, len(who)), home)
    tills = _sorted(who, np.concatenate([day[at_till], walk_in]), _till_seconds(rng, len(who)), shop)
    return _sorted(person[online], day[online], _web_seconds(rng, int(online.sum())), None), tills


_WALK_IN = 0.24
_SHOP_SHARES = [0.30, 0.20, 0.16, 0.14, 0.10, 0.10]


def _who(rng: np.random.Generator, calendar: Calendar, people: People, known: int) -> tuple[Ints, Flags]:
    """Return the buyers, once per purchase, and whether it is the purchase by which they became known."""
    weight = np.concatenate([[0.0], np.cumsum(calendar.web_weight + calendar.shop_weight)])
    begin, end = np.clip(people.starts, 0, None), np.clip(people.ends, 0, None)
    exposure = np.where(end > begin, weight[end] - weight[begin], 0.0) * people.rate
    new = np.flatnonzero((people.starts >= 0) & (np.arange(people.count) % 8 != 3))
    expected = exposure / max(exposure.sum(), 1e-9) * max(known - len(new), 0)
    again = np.repeat(np.arange(people.count), rng.poisson(expected))
    first = np.concatenate([np.ones(len(new), bool), np.zeros(len(again), bool)])
    return np.concatenate([new, again]), first


def _when(weight: Floats, begin: Ints, end: Ints, share: Floats) -> Ints:
    """Return days between ``begin`` and ``end``, drawn in proportion to the days' weights."""
    totals = np.concatenate([[0.0], np.cumsum(weight)])
    low, high = totals[begin], totals[np.maximum(end, begin)]
    found = np.searchsorted(totals, low + share * (high - low), side="right") - 1
    return np.asarray(np.clip(found, begin, len(weight) - 1), np.int64)


def _web_seconds(rng: np.random.Generator, count: int) -> Ints:
    hour = np.where(rng.random(count) < 0.4, rng.normal(13, 2.2, count), rng.normal(20.4, 2.0, count))
    return np.asarray(np.clip(np.abs(hour) * 3600, 60, 86_340), np.int64)


def _till_seconds(rng: np.random.Generator, count: int) -> Ints:
    return np.asarray(36_000 + rng.triangular(0, 22_000, 34_000, count), np.int64)


def _sorted(person: Ints, day: Ints, second: Ints, shop: Ints | None) -> Visits:
    order = np.lexsort((person, second, day))
    where = np.zeros(len(day), np.int64) if shop is None else shop
    return Visits(person=person[order], day=day[order], second=second[order], shop=where[order])
