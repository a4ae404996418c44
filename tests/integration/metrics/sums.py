"""What was sold, recomputed with pandas: one function per metric, each of the world as a whole or of some members."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from tests.integration.metrics.world import UNIT, World

Oracle = Callable[[World], Any]


def money(total: Any) -> Decimal:
    return Decimal(int(total)) / UNIT


def ratio(of: Any, per: Any, *, digits: int = 4) -> Decimal | None:
    if not per:
        return None
    return (Decimal(int(of)) / Decimal(int(per))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def share(of: Any, per: Any) -> Decimal | None:
    return ratio(of, per, digits=6)


def amount_per(of: Any, per: Any) -> Decimal | None:
    return ratio(of, int(per) * UNIT)


def heads(lines: pd.DataFrame) -> int:
    return int(lines["customer"].nunique())


def per_buyer(world: World) -> pd.DataFrame:
    """One row per buyer of the period."""
    by = world.buyers.groupby("customer")
    return pd.DataFrame(
        {
            "receipts": by["document"].nunique(),
            "channels": by["channel"].nunique(),
            "only_discount": by["is_discounted"].all(),
            "age": by["age"].max(),
        }
    )


def receipts(world: World) -> int:
    return int(world.sold["document"].nunique())


def new_buyers(world: World, every: World) -> pd.DataFrame:
    """Lines sold on customers' first days of purchase ever."""
    first = world.buyers["customer"].map(every.first)
    return world.buyers[first == world.buyers["business_date"]]


def non_buyers(world: World) -> int:
    inside = world.now[(world.now["category"] == "COATS") & world.now["customer"].notna()]
    units = inside.groupby("customer")["quantity"].sum()
    return len(set(world.buyers["customer"]) - set(units[units > 0].index))


def known(world: World) -> pd.Series[Any]:
    """For each line of the period, whether its customer was known on that day."""
    contacts = world.contacts.set_index("customer")
    known_on = contacts[["first_seen_on", "first_purchase_date"]].min(axis=1)
    return world.now["customer"].map(known_on) <= world.now["business_date"]


SUMS: dict[str, Oracle] = {
    "revenue": lambda w: money(w.now["net"].sum()),
    "sales_amount": lambda w: money(w.sold["net"].sum()),
    "units": lambda w: money(w.now["quantity"].sum()),
    "units_sold": lambda w: money(w.sold["quantity"].sum()),
    "receipts": receipts,
    "return_documents": lambda w: int((~w.now.groupby("document")["is_sale"].any()).sum()),
    "average_basket": lambda w: amount_per(w.sold["net"].sum(), receipts(w)),
    "units_per_basket": lambda w: amount_per(w.sold["quantity"].sum(), receipts(w)),
    "average_unit_price": lambda w: ratio(w.sold["net"].sum(), w.sold["quantity"].sum()),
    "returned_amount": lambda w: money(-w.now.loc[~w.now["is_sale"], "net"].sum()),
    "return_rate": lambda w: share(-w.now.loc[~w.now["is_sale"], "quantity"].sum(), w.sold["quantity"].sum()),
    "margin": lambda w: money(w.now["margin"].sum()) if w.now["margin"].notna().any() else None,
    "margin_rate": lambda w: share(w.now["margin"].sum(), w.now.loc[w.now["margin"].notna(), "net"].sum()),
    "discount_amount": lambda w: money(w.sold["discount"].sum()),
    "discounted_lines": lambda w: int(w.sold["is_discounted"].sum()),
    "discounted_receipts": lambda w: int(w.sold.loc[w.sold["is_discounted"], "document"].nunique()),
    "code_receipts": lambda w: int(w.sold.loc[w.sold["has_code"], "document"].nunique()),
    "discount_rate": lambda w: share(w.sold["discount"].sum(), w.sold["list"].sum()),
    "discounted_unit_rate": lambda w: share(
        w.sold.loc[w.sold["is_discounted"], "quantity"].sum(), w.sold["quantity"].sum()
    ),
    "only_discount_customers": lambda w: int(per_buyer(w)["only_discount"].sum()),
    "only_discount_rate": lambda w: share(per_buyer(w)["only_discount"].sum(), heads(w.buyers)),
    "active_customers": lambda w: heads(w.buyers),
    "annual_expense": lambda w: amount_per(w.now.loc[w.now["customer"].notna(), "net"].sum(), heads(w.buyers)),
    "purchase_frequency": lambda w: ratio(w.buyers["document"].nunique(), heads(w.buyers)),
    "repeat_rate": lambda w: share((per_buyer(w)["receipts"] > 1).sum(), heads(w.buyers)),
    "multi_channel_customers": lambda w: int((per_buyer(w)["channels"] > 1).sum()),
    "multi_channel_rate": lambda w: share((per_buyer(w)["channels"] > 1).sum(), heads(w.buyers)),
    "average_age": lambda w: ratio(per_buyer(w)["age"].sum(), per_buyer(w)["age"].notna().sum()),
    "age_coverage": lambda w: share(per_buyer(w)["age"].notna().sum(), heads(w.buyers)),
    "women_share": lambda w: share(
        heads(w.buyers[w.buyers["gender"] == "female"]), heads(w.buyers[w.buyers["gender"].notna()])
    ),
    "gender_coverage": lambda w: share(heads(w.buyers[w.buyers["gender"].notna()]), heads(w.buyers)),
    "non_buyers": non_buyers,
    "contact_revenue_share": lambda w: share(w.now.loc[known(w), "net"].sum(), w.now["net"].sum()),
    "identified_receipt_share": lambda w: share(w.buyers["document"].nunique(), receipts(w)),
}
