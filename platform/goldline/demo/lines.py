"""What is in the baskets: articles, quantities, markdowns.

The choice of goods for both channels. Money is worked out per channel, in ``web`` and ``tills``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goldline.demo.assortment import FAMILIES, MODELS
from goldline.demo.calendar import BLACK_FRIDAY, FRENCH_DAYS, SOLDES, Calendar, Flags, Floats, Ints
from goldline.demo.catalogue import Catalogue

MEAN_LINES = 2.17
_LINES = [0.42, 0.27, 0.15, 0.08, 0.04, 0.02, 0.02]


@dataclass(frozen=True)
class Goods:
    """Basket lines: which basket, which variant, how many units."""

    basket: Ints
    variant: Ints
    quantity: Ints


def fill_baskets(
    rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, *, day: Ints, rayon: Ints
) -> Goods:
    """Fill baskets bought on ``day`` by people who like ``rayon`` (-1: nothing in particular)."""
    counts = rng.choice(np.arange(1, 8), len(day), p=np.array(_LINES) / sum(_LINES))
    basket = np.repeat(np.arange(len(day)), counts)
    summer = (calendar.month[day] >= 3) & (calendar.month[day] <= 8)
    liked = np.where(rng.random(len(basket)) < 0.5, rayon[basket], -1)
    model = _models(rng, catalogue, summer[basket], liked)
    model = np.where(catalogue.introduced[model] > day[basket], model % len(FAMILIES), model)
    quantity = rng.choice(np.array([1, 2, 3, 4]), len(basket), p=[0.91, 0.06, 0.02, 0.01])
    return Goods(basket, any_variant(rng, catalogue, model), quantity.astype(np.int64))


def any_variant(rng: np.random.Generator, catalogue: Catalogue, model: Ints) -> Ints:
    """Pick a size and colour of each model."""
    picked = (rng.random(len(model)) * catalogue.variants_of[model]).astype(np.int64)
    return catalogue.first_variant[model] + picked


def markdown(calendar: Calendar, catalogue: Catalogue, *, day: Ints, variant: Ints) -> Ints:
    """Return the percentage off the list price on that day."""
    model = catalogue.model_of[variant]
    ordinary = model < MODELS
    known = np.where(ordinary, model, 0)
    seasonal = ordinary & (catalogue.seasonal[known] % 3 != 0) & (catalogue.rayon[known] < 4)
    event, stage = calendar.event[day], calendar.stage[day]
    sales = np.where(seasonal, 20 + 10 * (known % 3) + 10 * stage, 0)
    french = np.where(seasonal & (known % 2 == 0), 20, 0)
    friday = np.where(seasonal & (known % 3 != 1), 30, 0)
    return np.select([event == SOLDES, event == FRENCH_DAYS, event == BLACK_FRIDAY], [sales, french, friday], 0)


def _models(rng: np.random.Generator, catalogue: Catalogue, summer: Flags, liked: Ints) -> Ints:
    model = np.zeros(len(summer), np.int64)
    for season in (False, True):
        for rayon in range(-1, 6):
            here = np.flatnonzero((summer == season) & (liked == rayon))
            model[here] = np.searchsorted(_popularity(catalogue, season, rayon), rng.random(len(here)), side="right")
    return np.minimum(model, MODELS - 1)


def _popularity(catalogue: Catalogue, season: bool, rayon: int) -> Floats:
    """Return the cumulative shares of the models: a long tail, lifted in their own season."""
    rank = (np.arange(MODELS) * 37) % MODELS
    weight = 1.0 / (rank + 12.0) ** 0.8
    summer_model = catalogue.seasonal == 2
    winter_model = (catalogue.seasonal == 1) | (catalogue.seasonal == 4)
    weight = weight * np.where(winter_model if season else summer_model, 0.35, 1.0)
    if rayon >= 0:
        weight = weight * (catalogue.rayon == rayon)
    return np.asarray(np.cumsum(weight) / weight.sum())
