"""A small made-up retailer: 31 months of sales in three shops and a web shop, with all that makes figures hard.

Anonymous tickets, returns alone and in exchanges, two tickets on one day, customers of two channels, shops that open
late or close, codes, gaps longer than a year.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

FIRST, LAST = date(2023, 9, 14), date(2026, 3, 28)
SHOPS = {"shop:1": "store", "shop:2": "store", "shop:3": "store", "web:1": "ecommerce"}
PRODUCTS = {"COAT-1": ("COATS", 180), "COAT-2": ("COATS", 240), "HAT-1": ("HATS", 20), "SHOE-1": ("SHOES", 90),
            "SHOE-2": ("SHOES", 120), "BAG-1": ("BAGS", 60), "BELT-1": ("BELTS", 30),
            "SCARF-1": ("HATS", 25)}  # fmt: skip
_OPEN_FROM = {"shop:3": date(2025, 2, 1)}


def made_up(*, seed: int = 5, customers: int = 110) -> pd.DataFrame:
    """Return the lines of the retailer; the same seed gives the same ones."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for number in range(customers):
        person = _person(rng, number)
        day = FIRST + timedelta(days=int(rng.integers(0, 800)))
        pace = rng.choice([9, 30, 70, 200])
        while day <= LAST:
            rows += _visit(rng, day, person, len(rows))
            if rng.random() < 0.15:
                break
            day += timedelta(days=1 + int(rng.exponential(pace)))
    for _ in range(customers * 3):
        day = FIRST + timedelta(days=int(rng.integers(0, (LAST - FIRST).days + 1)))
        rows += _visit(rng, day, {"customer": None}, len(rows))
    for day in (FIRST, LAST):
        rows += _visit(rng, day, {"customer": None}, len(rows))
    return pd.DataFrame(rows)


def _person(rng: np.random.Generator, number: int) -> dict[str, object]:
    known = FIRST + timedelta(days=int(rng.integers(-300, 500)))
    return {
        "customer": f"C{number:04d}",
        "gender": ("female", "male", None)[int(rng.choice(3, p=[0.5, 0.3, 0.2]))],
        "birth_year": int(rng.integers(1920, 2020)) if rng.random() < 0.7 else None,
        "known_on": known if rng.random() < 0.5 else None,
        "contactable": bool(rng.random() < 0.4),
    }


def _visit(rng: np.random.Generator, day: date, person: dict[str, object], number: int) -> list[dict[str, object]]:
    shops = [name for name in SHOPS if day >= _OPEN_FROM.get(name, FIRST)]
    store = str(rng.choice(shops))
    about = {"business_date": day, "store": store, "channel": SHOPS[store], **person}
    staff = str(rng.choice(["ann", "bob"])) if store.startswith("shop") and rng.random() < 0.8 else None
    rows = [_line(rng, about, f"N{number}", staff) for _ in range(int(rng.integers(1, 5)))]
    if rng.random() < 0.08:
        rows.append(_returned(rng, rows[0], f"N{number}"))
    if rng.random() < 0.06:
        rows += [{**_line(rng, about, f"M{number}", staff)}]
    if rng.random() < 0.07:
        later = {**rows[0], "business_date": min(day + timedelta(days=int(rng.integers(0, 40))), LAST)}
        rows.append(_returned(rng, later, f"R{number}"))
    return rows


def _line(rng: np.random.Generator, about: dict[str, object], document: str, staff: str | None) -> dict[str, object]:
    product = str(rng.choice(list(PRODUCTS)))
    category, price = PRODUCTS[product]
    quantity = int(rng.choice([1, 1, 1, 2, 3]))
    listed = Decimal(price * quantity)
    off = Decimal(str(rng.choice(["0", "0", "0.1", "0.3"])))
    return {
        **about, "document": document, "staff": staff, "product": product, "category": category,
        "brand": f"B{len(product) % 3}", "is_sale": True, "quantity": quantity, "list": listed,
        "net": (listed * (1 - off)).quantize(Decimal("0.01")), "code": "CODE" if off and rng.random() < 0.4 else None,
        "cost": None if product == "BELT-1" else (listed * Decimal("0.45")).quantize(Decimal("0.01")),
    }  # fmt: skip


def _returned(rng: np.random.Generator, line: dict[str, object], document: str) -> dict[str, object]:
    signed = {name: -line[name] if line[name] is not None else None for name in ("quantity", "net", "list", "cost")}  # type: ignore[operator]
    return {**line, **signed, "is_sale": False, "document": document, "code": None}
