"""Every column of the golden customer that comes from purchases: its definition in words, and as a computation.

The words and the computation stand side by side, and both apart from the SQL that makes the table: an explanation
computes a figure from the lines that it shows, in another way, and holds it against what is stored.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from goldline.explain.facts import Line
from goldline.explain.lines import (
    base,
    discounted,
    last_12_months,
    previous_12_months,
    returned,
    sold,
    year,
    years_before,
)
from goldline.explain.measures import (
    Count,
    Ending,
    Favourite,
    Listed,
    Ratio,
    Sum,
    Worked,
    newest_delivery_day,
    step,
)
from goldline.explain.outcome import Definition

SALES, RETURNS, ALL = base(sold), base(returned), base()
BASE = "Lines that are revenue and a product, a service or a fee"
ORDER = "An order is a web order or ticket with at least one such line sold; it is counted once, on its first line"
RFM = {"recency": (30, 90, 180, 365), "frequency": (6, 4, 3, 2), "monetary": (1000, 500, 200, 100)}


def _document(line: Line) -> tuple[str, str, str]:
    return line.document


def _score(kind: str, value: object, last_purchase: date | None) -> int | None:
    return None if last_purchase is None else step(value, RFM[kind], at_most=kind == "recency")


def _segment(last_purchase: date | None, orders_in_12_months: int, as_of: date) -> str:
    if last_purchase is None:
        return "prospect"
    if orders_in_12_months >= 2:
        return "frequent" if orders_in_12_months >= 4 else "active"
    return "occasional" if orders_in_12_months == 1 or last_purchase > years_before(as_of, 2) else "dead"


def _days(as_of: date, last_purchase: date | None) -> int | None:
    return None if last_purchase is None else (as_of - last_purchase).days


FIRST_DAY, LAST_DAY = Ending(SALES, "business_date"), Ending(SALES, "business_date", is_last=True)
UNITS, RETURNED_UNITS = Sum("quantity", SALES), Sum("quantity", RETURNS, turned=True)
ORDERS, SOLD = Count(SALES, of=_document), Sum("net", SALES)
PURCHASE_DAYS = Count(SALES, of=lambda line: line.business_date)
CHANNELS = Count(SALES, of=lambda line: line.channel)
DAYS_BETWEEN = Worked(
    lambda first, last: Decimal((last - first).days if first else 0), {"first": FIRST_DAY, "last": LAST_DAY}
)
GAPS = Worked(lambda purchase_days: Decimal(max(purchase_days - 1, 0)), {"purchase_days": PURCHASE_DAYS})
SINCE = Worked(_days, {"as_of": newest_delivery_day, "last_purchase": LAST_DAY})

WINDOWS = {
    "this_year": ("in the calendar year of the newest delivery day", year(0)),
    "last_year": ("in the calendar year before that of the newest delivery day", year(1)),
    "year_before_last": ("two calendar years before that of the newest delivery day", year(2)),
    "last_12_months": ("in the 12 months that end with the newest delivery day", last_12_months),
    "previous_12_months": ("in the 12 months before the last 12", previous_12_months),
}
NET = "the sum of net sales without tax in the reporting currency"


def _windows() -> dict[str, Definition]:
    found = {}
    for name, (words, window) in WINDOWS.items():
        orders = Count(base(sold, window), of=_document)
        found[f"revenue_{name}"] = Definition(f"{BASE}, {words}: {NET}, returns negative.", Sum("net", base(window)))
        found[f"orders_{name}"] = Definition(f"{BASE}, sold {words}: their documents. {ORDER}.", orders)
    return found


PURCHASES: dict[str, Definition] = {
    "first_purchase_date": Definition(f"{BASE}: the business day of the first one sold.", FIRST_DAY),
    "first_purchase_channel": Definition(f"{BASE}: the channel of the first one sold.", Ending(SALES, "channel")),
    "first_purchase_store_key": Definition(f"{BASE}: the shop or site of the first one.", Ending(SALES, "store_key")),
    "last_purchase_date": Definition(f"{BASE}: the business day of the last one sold.", LAST_DAY),
    "last_purchase_channel": Definition(
        f"{BASE}: the channel of the last one sold.", Ending(SALES, "channel", is_last=True)
    ),
    "last_purchase_store_key": Definition(
        f"{BASE}: the shop or site of the last one sold.", Ending(SALES, "store_key", is_last=True)
    ),
    "order_count": Definition(f"{BASE}, sold: their documents. {ORDER}.", ORDERS),
    "sale_line_count": Definition(f"{BASE}: how many were sold.", Count(SALES)),
    "return_line_count": Definition(f"{BASE}: how many were returned.", Count(RETURNS)),
    "unit_count": Definition(f"{BASE}, sold: the sum of their quantities.", UNITS),
    "returned_unit_count": Definition(
        f"{BASE}, returned: the sum of their quantities, as a positive number.", RETURNED_UNITS
    ),
    "lifetime_value": Definition(f"{BASE}: {NET}, returns negative.", Sum("net", ALL)),
    "sales_amount": Definition(f"{BASE}, sold: {NET}.", SOLD),
    "returned_amount": Definition(f"{BASE}, returned: {NET}, as a positive amount.", Sum("net", RETURNS, turned=True)),
    "gross_amount_incl_tax": Definition(f"{BASE}, sold: the sum at list price, with tax.", Sum("gross", SALES)),
    "discount_amount_incl_tax": Definition(
        f"{BASE}, sold: the sum of list price less price paid, with tax.", Sum("discount", SALES)
    ),
    "return_rate": Definition(
        "Units returned / units sold, rounded to four decimals; none without units sold.",
        Ratio(part=("units returned", RETURNED_UNITS), whole=("units sold", UNITS)),
    ),
    "average_basket": Definition(
        "Net sales before returns / orders, rounded to four decimals; none without an order.",
        Ratio(amount=("net sales before returns", SOLD), whole=("orders", ORDERS)),
    ),
    "discounted_unit_share": Definition(
        "Units bought under list price / units bought, rounded to four decimals; none without units bought.",
        Ratio(part=("units under list price", Sum("quantity", base(sold, discounted))), whole=("units bought", UNITS)),
    ),
    "is_discount_only": Definition(
        "True where at least one line was bought and every one of them under list price.",
        Worked(
            lambda lines_bought, under_list_price: 0 < lines_bought == under_list_price,
            {"lines_bought": Count(SALES), "under_list_price": Count(base(sold, discounted))},
        ),
    ),
    **_windows(),
    "average_days_between_purchases": Definition(
        "Days from the first to the last day of purchase / (days of purchase - 1), rounded to four decimals; none for"
        " fewer than two days.",
        Ratio(amount=("days from first to last", DAYS_BETWEEN), whole=("days of purchase - 1", GAPS)),
    ),
    "channels_used": Definition(f"{BASE}, sold: their channels in alphabetical order.", Listed(SALES, "channel")),
    "channel_count": Definition(
        f"{BASE}, sold: the number of their channels; each counts on its first line.", CHANNELS
    ),
    "is_multi_channel": Definition(
        "True where lines were bought in two channels or more.",
        Worked(lambda channels: channels > 1, {"channels": CHANNELS}),
    ),
    "favourite_store_key": Definition(
        f"{BASE}, sold: the shop or site with most units; ties by spending, then key.", Favourite(SALES, "store_key")
    ),
    "favourite_category": Definition(
        f"{BASE}, sold: the category with most units; ties by spending, then name.", Favourite(SALES, "category")
    ),
    "favourite_brand": Definition(
        f"{BASE}, sold, of a known brand: the one with most units; ties by spending, then name.",
        Favourite(SALES, "brand"),
    ),
    "recency_score": Definition(
        "5 for at most 30 days from the last purchase to the newest delivery day, 4 for 90, 3 for 180, 2 for 365, else"
        " 1; none without a purchase.",
        Worked(
            lambda days_since, last_purchase: _score("recency", days_since, last_purchase),
            {"days_since": SINCE, "last_purchase": LAST_DAY},
        ),
    ),
    "frequency_score": Definition(
        "5 for at least 6 orders in the last 12 months, 4 for 4, 3 for 3, 2 for 2, else 1; none without a purchase.",
        Worked(
            lambda orders, last_purchase: _score("frequency", orders, last_purchase),
            {"orders": Count(base(sold, last_12_months), of=_document), "last_purchase": LAST_DAY},
        ),
    ),
    "monetary_score": Definition(
        "5 for at least 1000 of net sales in the last 12 months, 4 for 500, 3 for 200, 2 for 100, else 1; none without"
        " a purchase.",
        Worked(
            lambda net_sales, last_purchase: _score("monetary", net_sales, last_purchase),
            {"net_sales": Sum("net", base(last_12_months)), "last_purchase": LAST_DAY},
        ),
    ),
    "segment": Definition(
        "frequent: 4 orders or more in 12 months; active: 2 or 3; occasional: 1, or the last purchase less than"
        " 24 months ago; dead: a longer time ago; prospect: never bought.",
        Worked(
            _segment,
            {
                "last_purchase": LAST_DAY,
                "orders_in_12_months": Count(base(sold, last_12_months), of=_document),
                "as_of": newest_delivery_day,
            },
        ),
    ),
}
