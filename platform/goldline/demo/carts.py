"""Web orders before their money: contents, promotions, and the orders that replace a cancelled original.

What is in the carts and who placed them. Amounts and what becomes of the orders are in ``orders``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goldline.demo.calendar import Calendar, Flags, Ints
from goldline.demo.catalogue import Catalogue
from goldline.demo.lines import fill_baskets
from goldline.demo.people import People
from goldline.demo.visits import Visits

ORDINARY, ORIGINAL, EDITED = range(3)


@dataclass
class Drafts:
    """Orders while they are being made up, line arrays last."""

    person: Ints
    day: Ints
    second: Ints
    role: Ints
    promotion: Ints
    plain: Flags
    order: Ints
    variant: Ints
    quantity: Ints
    lot: Ints


def draft_orders(
    rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, people: People, visits: Visits
) -> Drafts:
    """Fill the carts of all visits and edit some of the orders."""
    return _edit_some(rng, _draft(rng, calendar, catalogue, people, visits))


def _draft(
    rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, people: People, visits: Visits
) -> Drafts:
    """Fill the baskets, and turn a few into gift card orders, sets at a fixed price or composed lots."""
    goods = fill_baskets(rng, calendar, catalogue, day=visits.day, rayon=people.rayon[visits.person])
    count = len(visits)
    first = np.searchsorted(goods.basket, np.arange(count))
    size = np.bincount(goods.basket, minlength=count)
    kind = rng.random(count)
    gift, kit, lot = (
        kind < 0.012,
        (kind >= 0.012) & (kind < 0.024),
        (kind >= 0.024) & (kind < 0.04) & (size > 1),
    )
    variant, quantity, lots = goods.variant.copy(), goods.quantity.copy(), np.full(len(goods.variant), -1)
    variant[first[gift]] = rng.choice(catalogue.gift_cards, int(gift.sum()))
    variant[first[kit]] = rng.choice(catalogue.fixed_bundles, int(kit.sum()))
    for place in (0, 1):
        variant[first[lot] + place] = rng.choice(catalogue.one_size, int(lot.sum()))
        lots[first[lot] + place] = catalogue.dynamic_bundles[0] + visits.day[lot] % len(catalogue.dynamic_bundles)
    quantity[first[gift | kit]] = 1
    keep = ~gift[goods.basket] | (np.arange(len(variant)) == first[goods.basket])
    promotion = rng.choice(5, count, p=[0.82, 0.07, 0.04, 0.02, 0.05]).astype(np.int64)
    return Drafts(
        person=visits.person,
        day=visits.day,
        second=visits.second,
        role=np.zeros(count, np.int64),
        promotion=promotion,
        plain=~(gift | kit | lot),
        order=goods.basket[keep],
        variant=variant[keep],
        quantity=quantity[keep],
        lot=lots[keep],
    )


def _edit_some(rng: np.random.Generator, drafts: Drafts) -> Drafts:
    """Put a cancelled original, one unit larger, before a few orders: Magento's way of editing an order."""
    count = len(drafts.day)
    chosen = np.flatnonzero(drafts.plain & (drafts.second < 80_000) & (rng.random(count) < 0.008))
    drafts.role[chosen] = EDITED
    copied = np.flatnonzero(np.isin(drafts.order, chosen))
    originals = np.searchsorted(chosen, drafts.order[copied]) + count
    larger = drafts.quantity[copied] + np.diff(originals, prepend=-1).clip(0, 1)
    order = np.concatenate([drafts.order, originals])
    second = np.concatenate([drafts.second + 1800 * (drafts.role == EDITED), drafts.second[chosen]])
    source = np.concatenate([np.arange(count), chosen])
    role = np.concatenate([drafts.role, np.full(len(chosen), ORIGINAL)])
    place = np.lexsort((source, second, drafts.day[source]))
    place = _pairs_together(place, source, role)
    rank = np.empty(len(place), np.int64)
    rank[place] = np.arange(len(place))
    line = np.argsort(rank[order], kind="stable")
    source, role = source[place], role[place]
    return Drafts(
        person=drafts.person[source],
        day=drafts.day[source],
        second=second[place],
        role=role,
        promotion=drafts.promotion[source],
        plain=drafts.plain[source],
        order=rank[order][line],
        variant=np.concatenate([drafts.variant, drafts.variant[copied]])[line],
        quantity=np.concatenate([drafts.quantity, larger])[line],
        lot=np.concatenate([drafts.lot, drafts.lot[copied]])[line],
    )


def _pairs_together(place: Ints, source: Ints, role: Ints) -> Ints:
    """Move each edited order right behind its original, so that the pair can be told by position."""
    position = np.empty(len(place), np.int64)
    position[place] = np.arange(len(place))
    original_of = np.full(int(source.max(initial=0)) + 1, -1)
    originals = np.flatnonzero(role == ORIGINAL)
    original_of[source[originals]] = originals
    anchor = np.where(role == EDITED, original_of[source], np.arange(len(source)))
    return np.lexsort((role == EDITED, position[anchor]))
