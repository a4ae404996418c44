"""What is sold or given besides models: gift cards, sets, lots, bags.

Rows like the variants of ``catalogue``, without what they don't have.
"""

from __future__ import annotations

import json

import numpy as np

from goldline.demo.assortment import DYNAMIC_BUNDLE, FIXED_BUNDLE, GIFTCARD, MODELS, STORE_ONLY
from goldline.demo.calendar import Ints
from goldline.demo.pseudonyms import ean13
from goldline.demo.writer import cell

Row = dict[str, object]
FIXED_BUNDLES, DYNAMIC_BUNDLES = 3, 3
GIFT_VALUES = (2000, 5000, 10_000)


def special_rows(rng: np.random.Generator, rows: list[Row], one_size: Ints) -> list[Row]:
    """Return gift cards, sets at a fixed price, lots to compose, and the bag that shops give away."""
    base = len(rows)
    specials: list[Row] = []
    for value in GIFT_VALUES:
        name = f"Carte cadeau {value // 100} €"
        specials.append(_special(base + len(specials), GIFTCARD, f"GC-{value // 100}", name, value, 0))
    for number in range(FIXED_BUNDLES):
        parts = [int(one_size[int(n)]) for n in rng.integers(0, len(one_size), 2)]
        kit = _special(base + len(specials), FIXED_BUNDLE, f"KIT-{number + 1:02d}", "Coffret « Cœur »", 6900, 200)
        specials.append({**kit, "part1": parts[0], "part2": parts[1], "options": cell(_bundle_options(1))})
    for number in range(DYNAMIC_BUNDLES):
        lot = _special(base + len(specials), DYNAMIC_BUNDLE, f"LOT-{number + 1:02d}", 'Lot "à composer"', 0, 200)
        specials.append({**lot, "options": cell(_bundle_options(0))})
    bag = _special(base + len(specials), STORE_ONLY, "SAC-SHOP", "Sac cabas offert", 500, 200)
    specials.append({**bag, "rayon": "CONSOMMABLES", "gencod": ean13("370123499999"), "taille": "TU", "pa": 80})
    return specials


def _bundle_options(calculations: int) -> str:
    return json.dumps({"product_calculations": calculations, "shipment_type": 0}, separators=(",", ":"))


def _special(number: int, kind: int, sku: str, name: str, price: int, rate: int) -> Row:
    return {
        "m": MODELS,
        "kind": kind,
        "introduced": 0,
        "product_id": 20001 + number,
        "parent_id": 0,
        "sku": sku,
        "name": cell(name),
        "model_name": cell(name),
        "code_article": sku,
        "reference": sku,
        "libelle": cell(name),
        "rayon": "CARTES",
        "saison": "PERM",
        "pa": 0,
        "pv": price,
        "rate": rate,
        "categories": "Default Category/Cadeaux",
        "part1": -1,
        "part2": -1,
    }
