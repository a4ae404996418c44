"""The published tables as data frames: what the metrics are recomputed from, without any of their SQL.

Money and quantities are whole numbers of ten-thousandths, so that sums are exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from goldline.metrics.period import Period
from goldline.publish.versions import current

UNIT = 10_000
_NUMBERS = {
    "quantity": "quantity", "net": "net_amount_excl_tax_reporting", "list": "gross_amount_incl_tax_reporting",
    "discount": "discount_amount_incl_tax_reporting", "margin": "margin_amount_reporting",
}  # fmt: skip
_LINES = """
select
    concat_ws('/', source_system, document_type, source_document_id) as document, business_date,
    store_key as shop, channel,
    store_country as country, staff_key as staff, department, category, subcategory,
    coalesce(catalogue_brand, brand) as brand,
    coalesce(model_key, product_key) as product, nullif(customer_key, 'anonymous') as customer,
    transaction_type = 'sale' as is_sale, discount_amount_incl_tax > 0 and transaction_type = 'sale' as is_discounted,
    promotion_code is not null as has_code, customer_gender as gender, customer_age_at_purchase as age, {numbers}
from enriched_model where is_net_sales
"""


@dataclass(frozen=True)
class World:
    """Net-sales lines, contacts and the days between which things are looked at."""

    lines: pd.DataFrame
    contacts: pd.DataFrame
    as_of: date
    delivery_day: date
    period: Period

    def of(self, period: Period) -> World:
        """Return the same world for another period."""
        return replace(self, period=period)

    def only(self, **members: Any) -> World:
        """Return the world of the lines of some members: shops, channels, categories and so on."""
        lines = self.lines
        for name, value in members.items():
            lines = lines[lines[name] == value]
        return replace(self, lines=lines)

    @cached_property
    def now(self) -> pd.DataFrame:
        """The lines of the period."""
        return self.lines[self.within(self.lines["business_date"])]

    @cached_property
    def sold(self) -> pd.DataFrame:
        """The lines sold in the period."""
        return self.now[self.now["is_sale"]]

    @cached_property
    def buyers(self) -> pd.DataFrame:
        """The lines sold to identified customers in the period."""
        return self.sold[self.sold["customer"].notna()]

    @cached_property
    def purchases(self) -> pd.DataFrame:
        """Days of purchase of identified customers, ever: customer, day, the one before and the one after."""
        bought = self.lines[self.lines["is_sale"] & self.lines["customer"].notna()]
        days = bought[["customer", "business_date"]].drop_duplicates().sort_values(["customer", "business_date"])
        by = days.groupby("customer")["business_date"]
        days = days.assign(before=by.shift(1), after=by.shift(-1), number=by.cumcount() + 1)
        return days.assign(gap=(days["business_date"] - days["before"]).dt.days)

    @cached_property
    def first(self) -> pd.Series[Any]:
        """The day of the first purchase by customer."""
        return self.purchases.groupby("customer")["business_date"].min()

    @cached_property
    def lapse_days(self) -> int:
        """W: the 90th percentile of the days between purchases, as a value that occurs."""
        gaps = sorted(self.purchases["gap"].dropna())
        return int(gaps[max(math.ceil(0.9 * len(gaps)) - 1, 0)]) if gaps else 365

    def within(self, days: pd.Series[Any]) -> pd.Series[Any]:
        """Say which days are in the period."""
        return (days >= pd.Timestamp(self.period.start)) & (days < pd.Timestamp(self.period.end))


def read_world(home: Path) -> World:
    """Read the current version of a home."""
    manifest = current(home / "published")
    folder = home / "published" / "versions" / manifest.version
    with duckdb.connect() as connection:
        for name in ("enriched_model", "golden_customer", "unified_stores"):
            files = [str(folder / part.file) for part in manifest.tables[name].parts]
            connection.execute(f"create view {name} as select * from read_parquet({files})")
        numbers = ", ".join(f"cast({column} * {UNIT} as bigint) as {name}" for name, column in _NUMBERS.items())
        lines = connection.execute(_LINES.format(numbers=numbers)).df()
        contacts = connection.execute(
            "select golden_customer.*, customer_key as customer, home_store_key as shop,"
            " case when store_type in ('web', 'admin') then 'ecommerce' else 'store' end as channel"
            " from golden_customer left join unified_stores on store_key = home_store_key"
        ).df()
    last = lines["business_date"].max().date()
    first = lines["business_date"].min().date()
    return World(lines, contacts, last, manifest.delivery_day or last, Period(first, last))
