"""What is asked as a table (cohorts, segments, pairs, ...), recomputed with pandas: rows by their dimensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd

from tests.integration.metrics.people import known_on
from tests.integration.metrics.sums import amount_per, money, share
from tests.integration.metrics.together import Rows, exact_baskets, pairs, waits
from tests.integration.metrics.world import World


def month_number(day: Any) -> int:
    return int(day.year * 12 + day.month - 1)


def month_of(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def cohorts(world: World) -> Rows:
    """Cohort by cohort and month by month, those of the last 24 months and up to the last month that is over."""
    purchases, first = world.purchases, world.first
    own = world.lines[world.lines["customer"].isin(first.index)]
    end = month_number(world.as_of + timedelta(days=1))
    limit = _months_before(world.as_of, 25)
    rows: Rows = {}
    for number, members in first.groupby(first.map(month_number)):
        if month_of(number) <= limit:
            continue
        mine, spent = purchases[purchases["customer"].isin(members.index)], own[own["customer"].isin(members.index)]
        months, paid = mine["business_date"].map(month_number), spent["business_date"].map(month_number)
        for month in range(number, end):
            closes = pd.Timestamp(month_of(month + 1)) - pd.Timedelta(days=1)
            last = mine[mine["business_date"] <= closes].groupby("customer")["business_date"].max()
            lapsed = int(((closes - last).dt.days > world.lapse_days).sum())
            rows[(month_of(number), month - number)] = (
                share(mine.loc[months == month, "customer"].nunique(), len(members)),
                money(spent.loc[paid == month, "net"].sum()),
                amount_per(spent.loc[paid <= month, "net"].sum(), len(members)),
                share(lapsed, len(members)),
                len(members) if month == number else 0,
            )
    return rows


def life_values(world: World) -> Rows:
    rows: Rows = {}
    first = {customer: day.date() for customer, day in world.first.items()}
    own = world.lines[world.lines["customer"].isin(first)]
    for months in [*range(1, 13), 15, 18, 21, 24, 30, 36, 48, 60]:
        ends = {one: (pd.Timestamp(day) + pd.DateOffset(months=months)).date() for one, day in first.items()}
        aged = {one: day for one, day in ends.items() if day <= world.as_of + timedelta(days=1)}
        if aged:
            inside = own[own["customer"].isin(aged)]
            inside = inside[_full_months(inside, first) < months]
            margin = inside["margin"].dropna().sum()
            rows[(months,)] = (amount_per(inside["net"].sum(), len(aged)), amount_per(margin, len(aged)))
    return rows


def _full_months(lines: pd.DataFrame, first: dict[Any, date]) -> pd.Series[Any]:
    """Count the whole months from the first purchase to each line, each whole when its day is reached."""
    start = pd.to_datetime(lines["customer"].map(first))
    day = lines["business_date"]
    months = (day.dt.year - start.dt.year) * 12 + day.dt.month - start.dt.month
    ends_month = day.dt.is_month_end & (day.dt.day < start.dt.day)
    whole: pd.Series[Any] = months - ((day.dt.day < start.dt.day) & ~ends_month).astype(int)
    return whole


def segments(world: World, day: date) -> dict[str, str]:
    """Each contact's segment at the close of a day, by the rules segment-1."""
    closes = pd.Timestamp(day)
    known = known_on(world) <= closes
    sold = world.lines[world.lines["is_sale"] & (world.lines["business_date"] <= closes)]
    year = sold[sold["business_date"] > closes - pd.DateOffset(years=1)].groupby("customer")["document"].nunique()
    last = sold.groupby("customer")["business_date"].max()
    found = {}
    for customer in world.contacts.loc[known, "customer"]:
        orders = year.get(customer, 0)
        if customer not in last:
            found[customer] = "prospect"
        elif orders:
            found[customer] = "frequent" if orders >= 4 else "active" if orders >= 2 else "occasional"
        else:
            recent = last[customer] > closes - pd.DateOffset(years=2)
            found[customer] = "occasional" if recent else "dead"
    return found


def closing(world: World, until: date) -> date:
    """The last month end, or the newest delivery day, before a day."""
    if world.delivery_day < until:
        return world.delivery_day
    return until.replace(day=1) - timedelta(days=1) if until.day > 1 else until - timedelta(days=1)


def segment_stock(world: World) -> Rows:
    counts = Counter(segments(world, closing(world, world.period.end)).values())
    return {(name,): (count,) for name, count in counts.items()}


def segment_flow(world: World) -> Rows:
    before = closing(world, world.period.start)
    opening = segments(world, before) if before >= world.lines["business_date"].min().date() else {}
    closed = segments(world, closing(world, world.period.end))
    counts = Counter((opening.get(one, "new"), closed.get(one, "erased")) for one in {*opening, *closed})
    return {moved: (count,) for moved, count in counts.items()}


def segment_history(world: World) -> Rows:
    rows: Rows = {}
    for day in pd.date_range(max(world.period.start, world.lines["business_date"].min().date()), world.period.last):
        if day.is_month_end or day.date() == world.delivery_day:
            counts = Counter(segments(world, day.date()).values())
            rows |= {(day.date(), name): (count,) for name, count in counts.items()}
    return rows


def _months_before(day: date, months: int) -> date:
    return (pd.Timestamp(day) - pd.DateOffset(months=months)).date()


PAIR_METRICS = (
    "pair_receipts", "pair_support", "pair_support_larger", "pair_confidence", "pair_lift", "pair_lift_low",
    "pair_p_value",
)  # fmt: skip
COHORT_METRICS = ("retention", "cohort_revenue", "cohort_revenue_per_customer", "cohort_churn", "cohort_size")
WAIT_METRICS = ("repurchase_median_days", "repurchase_quiet_day", "repurchase_within_90", "repurchase_within_365")
TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[World], Rows]]] = {
    "cohorts": (COHORT_METRICS, ("cohort", "months_since"), cohorts),
    "life value": (("ltv_horizon", "ltv_margin_horizon"), ("months_since",), life_values),
    "segments": (("segment_customers",), ("segment",), segment_stock),
    "segment flow": (("segment_flow",), ("segment_from", "segment_to"), segment_flow),
    "segment history": (("segment_history",), ("month_end", "segment"), segment_history),
    "waits": (WAIT_METRICS, ("purchase_rank",), waits),
    "pairs": (PAIR_METRICS, ("product", "with_product"), pairs("product")),
    "pairs of categories": (PAIR_METRICS, ("category", "with_category"), pairs("category")),
    "baskets": (("basket_receipts", "basket_amount"), ("basket",), exact_baskets),
}
