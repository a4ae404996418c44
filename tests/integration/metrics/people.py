"""Customers and contacts, recomputed with pandas: one function per metric, of the company as a whole."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from tests.integration.metrics.sums import Oracle, amount_per, heads, money, new_buyers, share
from tests.integration.metrics.world import World


def in_base(world: World, day: Any) -> set[str]:
    """Customers whose last purchase up to a day, included, is at most W days before it."""
    until = world.purchases[world.purchases["business_date"] <= day]
    last = until.groupby("customer")["business_date"].max()
    return set(last[last >= day - pd.Timedelta(days=world.lapse_days)].index)


def edges(world: World) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The day before the period, and its last one."""
    return pd.Timestamp(world.period.start - timedelta(days=1)), pd.Timestamp(world.period.last)


def lost(world: World) -> int:
    """Walk through each customer's days of purchase: who is not back after W days is lost on the day after."""
    count = 0
    for _, days in world.purchases.groupby("customer")["business_date"]:
        waits = zip(days, [*days[1:], None], strict=True)
        lapses = [day + pd.Timedelta(days=world.lapse_days + 1) for day, back in waits if is_over(world, day, back)]
        count += sum(bool(world.period.start <= lapse.date() < world.period.end) for lapse in lapses)
    return count


def is_over(world: World, day: pd.Timestamp, back: pd.Timestamp | None) -> bool:
    """Whether more than W days passed after a purchase, as far as the data reach."""
    until = pd.Timestamp(world.as_of) if back is None else back
    return (until - day).days > world.lapse_days


def reactivated(world: World) -> int:
    inside = world.purchases[world.within(world.purchases["business_date"])]
    return int((inside["gap"] > world.lapse_days).sum())


def first_ones(world: World) -> int:
    return int(world.within(world.first).sum())


def stock(world: World) -> pd.DataFrame:
    """Contacts known by the end of the period."""
    return world.contacts[known_on(world) < pd.Timestamp(world.period.end)]


def known_on(world: World) -> pd.Series[Any]:
    found: pd.Series[Any] = world.contacts[["first_seen_on", "first_purchase_date"]].min(axis=1)
    return found


def newly_known(world: World) -> pd.DataFrame:
    return world.contacts[world.within(known_on(world))]


def reachable(contacts: pd.DataFrame, *ways: str) -> int:
    found = contacts[[f"is_contactable_by_{way}" for way in ways]].fillna(False).astype(bool).any(axis=1)
    return int(found.sum())


def ever(world: World) -> pd.Series[Any]:
    """Days since the last purchase, as of the newest day, of everyone who ever bought."""
    last = world.purchases.groupby("customer")["business_date"].max()
    days: pd.Series[Any] = (pd.Timestamp(world.as_of) - last).dt.days
    return days


def lapsed_contactable(world: World) -> int:
    lapsed = set(ever(world)[ever(world) > world.lapse_days].index)
    return reachable(world.contacts[world.contacts["customer"].isin(lapsed)], "email", "sms")


def between(world: World, percentile: float) -> int:
    inside = world.purchases[world.within(world.purchases["business_date"])]
    gaps = sorted(inside["gap"].dropna())
    return int(gaps[max(math.ceil(percentile * len(gaps)) - 1, 0)])


def lifetime(world: World) -> Decimal | None:
    mine = world.lines[world.lines["customer"].isin(world.first.index)]
    return amount_per(mine["net"].sum(), len(world.first))


def new_share(world: World) -> Decimal | None:
    return share(new_buyers(world, world)["net"].sum(), world.buyers["net"].sum())


def base_after(world: World) -> int:
    return len(in_base(world, edges(world)[1]))


def base_before(world: World) -> int:
    return len(in_base(world, edges(world)[0]))


def seen_by_end(world: World) -> int:
    return int((world.first < pd.Timestamp(world.period.end)).sum())


PEOPLE: dict[str, Oracle] = {
    "new_customers": lambda w: heads(new_buyers(w, w)),
    "new_customer_revenue_share": new_share,
    "customer_base": base_after,
    "opening_base": base_before,
    "base_new": first_ones,
    "reactivated_customers": reactivated,
    "lost_customers": lost,
    "net_growth": lambda w: base_after(w) - base_before(w),
    "churn_rate": lambda w: share(lost(w), base_before(w) + first_ones(w) + reactivated(w)),
    "lapsed_customers": lambda w: seen_by_end(w) - base_after(w),
    "contacts": lambda w: len(stock(w)),
    "new_contacts": lambda w: len(newly_known(w)),
    "activation_rate": lambda w: share(newly_known(w)["first_purchase_date"].notna().sum(), len(newly_known(w))),
    "contactable_email_rate": lambda w: share(reachable(stock(w), "email"), len(stock(w))),
    "contactable_sms_rate": lambda w: share(reachable(stock(w), "sms"), len(stock(w))),
    "contactable_rate": lambda w: share(reachable(stock(w), "email", "sms"), len(stock(w))),
    "lapsed_contactable": lapsed_contactable,
    "days_between_p25": lambda w: between(w, 0.25),
    "days_between_median": lambda w: between(w, 0.5),
    "days_between_p75": lambda w: between(w, 0.75),
    "days_between_p80": lambda w: between(w, 0.8),
    "days_between_p90": lambda w: between(w, 0.9),
    "lifetime_value": lifetime,
    "rfm_customers": lambda w: len(w.first),
    "rfm_revenue": lambda w: money(
        (w.contacts.loc[w.contacts["customer"].isin(w.first.index), "revenue_last_12_months"] * 10_000).round().sum()
    ),
}
