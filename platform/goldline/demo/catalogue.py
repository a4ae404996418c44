"""Models and variants of the made-up retailer, the same for both channels.

Prices, codes and texts of what is sold. Text columns are ready for a CSV cell (quoted where needed). Which
article is bought, and when it is marked down, is decided elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from goldline.demo.assortment import (
    BRANDS,
    COLOURS,
    CONFIGURABLE,
    DYNAMIC_BUNDLE,
    FAMILIES,
    FIXED_BUNDLE,
    GIFTCARD,
    GROUPED,
    MODELS,
    RAYONS,
    SEASONS,
    SIMPLE,
    SIZES,
    STORE_ONLY,
    STYLES,
    SUPPLIERS,
    WEB_RAYONS,
)
from goldline.demo.calendar import Ints
from goldline.demo.pseudonyms import ean13
from goldline.demo.specials import Row, special_rows
from goldline.demo.writer import cell


@dataclass(frozen=True)
class Catalogue:
    """Arrays by model and by variant, and the variants' texts as a table."""

    table: pa.Table
    first_variant: Ints
    variants_of: Ints
    rayon: Ints
    seasonal: Ints
    introduced: Ints
    model_of: Ints
    price: Ints
    rate: Ints
    kind: Ints
    one_size: Ints
    bag: int
    gift_cards: Ints
    fixed_bundles: Ints
    dynamic_bundles: Ints


def make_catalogue(rng: np.random.Generator, days: int) -> Catalogue:
    """Draw the assortment: some models come to market during the demo, the others are there from day 0."""
    introduced = np.where(rng.random(MODELS) < 0.06, rng.integers(days // 5, max(days * 4 // 5, 1), MODELS), 0)
    introduced[: len(FAMILIES)] = 0
    rows: list[Row] = []
    first, counts = np.zeros(MODELS, np.int64), np.zeros(MODELS, np.int64)
    for model in range(MODELS):
        first[model] = len(rows)
        rows += _model_rows(rng, model, int(introduced[model]), len(rows))
        counts[model] = len(rows) - first[model]
    one_size = np.array([n for n, row in enumerate(rows) if row["kind"] in (SIMPLE, GROUPED)], np.int64)
    specials = special_rows(rng, rows, one_size)
    rows += specials
    kinds = np.array([row["kind"] for row in rows], np.int64)
    return Catalogue(
        table=pa.Table.from_pylist([{**row, "v": n} for n, row in enumerate(rows)]),
        first_variant=first,
        variants_of=counts,
        rayon=np.array([RAYONS.index(FAMILIES[m % len(FAMILIES)].rayon) for m in range(MODELS)], np.int64),
        seasonal=np.array([SEASONS.index(SEASONS[m % len(SEASONS)]) for m in range(MODELS)], np.int64),
        introduced=introduced.astype(np.int64),
        model_of=np.array([row["m"] for row in rows], np.int64),
        price=np.array([row["pv"] for row in rows], np.int64),
        rate=np.array([row["rate"] for row in rows], np.int64),
        kind=kinds,
        one_size=one_size,
        bag=int(np.flatnonzero(kinds == STORE_ONLY)[0]),
        gift_cards=np.flatnonzero(kinds == GIFTCARD),
        fixed_bundles=np.flatnonzero(kinds == FIXED_BUNDLE),
        dynamic_bundles=np.flatnonzero(kinds == DYNAMIC_BUNDLE),
    )


def _model_rows(rng: np.random.Generator, model: int, introduced: int, variants_before: int) -> list[Row]:
    family = FAMILIES[model % len(FAMILIES)]
    book = family.sizes == "book"
    price = int(rng.integers(family.low, family.high + 1)) * 100 + (90 if model % 2 else 0)
    reference = f"{family.code}-{model + 1:03d}"
    colours = [("", "")] if book else [COLOURS[(model + n) % 8] for n in range(1 + int(rng.integers(0, 3)))]
    kind = CONFIGURABLE if len(SIZES[family.sizes]) > 1 else GROUPED if model % 5 == 1 else SIMPLE
    name = f"{family.noun} {STYLES[(model // len(FAMILIES) + model) % len(STYLES)]}"
    net_price = price * 1000 // (1055 if book else 1200)
    cost = int(net_price * rng.uniform(0.32, 0.48))
    return [
        _variant(model, introduced, variants_before + n, reference, name, colour, size, price, cost, kind)
        for n, (colour, size) in enumerate((c, s) for c in colours for s in SIZES[family.sizes])
    ]


def _variant(
    model: int,
    introduced: int,
    number: int,
    reference: str,
    name: str,
    colour: tuple[str, str],
    size: str,
    price: int,
    cost: int,
    kind: int,
) -> Row:
    family = FAMILIES[model % len(FAMILIES)]
    book = family.sizes == "book"
    sku = "-".join(part for part in (reference, size.replace("/", "-").replace(" ", ""), colour[0]) if part)
    code = ean13(f"978207{number:06d}" if book else f"{'0370' if model % 25 == 3 else '3701'}{23400000 + number:08d}")
    ean = None if model % 23 == 7 else code
    full_name = " - ".join(part for part in (name, size, colour[1]) if part)
    brand = BRANDS[model % len(BRANDS)]
    return {
        "m": model,
        "kind": kind,
        "introduced": introduced,
        "product_id": 20001 + number,
        "parent_id": 10001 + model,
        "sku": sku,
        "name": cell(full_name),
        "model_name": cell(name),
        "code_article": f"A{number + 1:05d}",
        "reference": reference,
        "code_coloris": colour[0] or None,
        "coloris": (colour[1].upper() if ean and model % 9 == 4 else colour[1]) or None,
        "taille": ("T.U." if size == "TU" and ean and model % 4 == 1 else size) or None,
        "gencod": ean,
        "libelle": cell(name),
        "marque": cell(brand),
        "rayon": family.rayon,
        "famille": family.famille,
        "sous_famille": family.sous_famille or None,
        "saison": SEASONS[model % len(SEASONS)],
        "pa": cost,
        "pv": price,
        "rate": 55 if book else 200,
        "fournisseur": SUPPLIERS[model % len(SUPPLIERS)],
        "categories": cell(
            f"Default Category/{WEB_RAYONS[family.rayon]}/{family.famille.capitalize()}"
            f",Default Category/Collections/{BRANDS[model % len(BRANDS)]}"
        ),
        "attributes": cell(_attributes(brand, colour[1], size, ean)),
        "variation": f"sku={sku},size={size},color={colour[1]}",
        "options": cell(_options(sku, full_name, colour[1], size, kind, number)),
        "part1": -1,
        "part2": -1,
    }


def _attributes(brand: str, colour: str, size: str, ean: str | None) -> str:
    pairs = {"brand": brand, "color": colour, "size": size, "ean": ean}
    return ",".join(f"{key}={value}" for key, value in pairs.items() if value)


def _options(sku: str, name: str, colour: str, size: str, kind: int, number: int) -> str | None:
    """Return ``product_options``: pretty-printed JSON (raw newlines) for some, as modules do."""
    if kind != CONFIGURABLE:
        return None
    labels = [{"label": "Couleur", "value": colour}, {"label": "Taille", "value": size}]
    options = {
        "info_buyRequest": {"qty": 1},
        "attributes_info": labels,
        "simple_name": name,
        "simple_sku": sku,
        "product_calculations": 1,
        "shipment_type": 0,
    }
    compact = number % 7 != 2
    return json.dumps(
        options, ensure_ascii=False, indent=None if compact else 2, separators=(",", ":") if compact else None
    )
