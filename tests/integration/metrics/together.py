"""Waiting for the next purchase, and what is bought together, recomputed without the mart's SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from tests.integration.metrics.sums import money, ratio, share
from tests.integration.metrics.world import World

Rows = dict[tuple[Any, ...], tuple[Any, ...]]
RANKS = range(1, 7)


def waits(world: World) -> Rows:
    """Kaplan-Meier by scipy, which knows nothing of the mart's way to get there."""
    rows: Rows = {}
    days = world.purchases
    until = days["after"].fillna(pd.Timestamp(world.as_of))
    lengths, came_back = (until - days["business_date"]).dt.days, days["after"].notna()
    for rank in RANKS:
        mine = days["number"] == rank if rank < 6 else days["number"] >= 6
        if not mine.any():
            continue
        ended, waiting = (np.asarray(lengths[mine & one], dtype=np.float64) for one in (came_back, ~came_back))
        curve = stats.ecdf(stats.CensoredData(uncensored=ended, right=waiting)).sf
        longest = int(lengths[mine].max())

        def at(day: int, curve: Any = curve) -> float:
            return float(curve.evaluate(day))

        seen = sorted({int(one) for one in lengths[mine]})
        half = [one for one in seen if at(one) <= 0.5]
        quiet = [one for one in seen if one + 90 <= longest and at(one) > 0 and 1 - at(one + 90) / at(one) < 0.1]
        rows[(rank,)] = (
            min(half, default=None), min(quiet, default=None),
            *(1 - at(max(one for one in seen if one <= limit)) if seen[0] <= limit else None for limit in (90, 365)),
        )  # fmt: skip
    return rows


def pairs(item: str) -> Callable[[World], Rows]:
    def found(world: World) -> Rows:
        known = world.sold[world.sold[item].notna()]
        baskets = [frozenset(one) for _, one in known.groupby("document")[item]]
        single = Counter(one for basket in baskets for one in basket)
        both = Counter(pair for basket in baskets for pair in combinations(sorted(basket), 2))
        larger, rows = sum(len(basket) > 1 for basket in baskets), {}
        for pair, count in both.items():
            if count >= 5:
                first, second = pair if single[pair[0]] <= single[pair[1]] else pair[::-1]
                rows[(first, second)] = _pair(count, single[first], single[second], len(baskets), larger)
        return rows

    return found


def _pair(count: int, first: int, second: int, baskets: int, larger: int) -> tuple[Any, ...]:
    table = np.array([[count, first - count], [second - count, baskets - first - second + count]])
    spread = max(1 / count - 1 / first + 1 / second - 1 / baskets, 0) ** 0.5
    lift = count * baskets / (first * second)
    return (
        count, share(count, baskets), share(count, larger), share(count, first), ratio(count * baskets, first * second),
        lift * float(np.exp(-1.96 * spread)), float(stats.chi2_contingency(table, correction=False).pvalue),
    )  # fmt: skip


def exact_baskets(world: World) -> Rows:
    """Sets of products that were bought at least twice ever, with their receipts and sales in the period."""
    sold = world.lines[world.lines["is_sale"]]
    every = {str(document): tuple(sorted(set(one))) for document, one in sold.groupby("document")["product"]}
    often = Counter(every.values())
    kept = {document: one for document, one in every.items() if len(one) > 1 and often[one] > 1}
    rows: dict[tuple[Any, ...], list[int]] = {}
    amounts = world.sold.groupby("document")["net"].sum()
    for document, amount in zip(amounts.index.astype(str), amounts, strict=True):
        if document in kept:
            row = rows.setdefault((" + ".join(kept[document]),), [0, 0])
            row[0] += 1
            row[1] += int(amount)
    return {key: (count, money(amount)) for key, (count, amount) in rows.items()}
