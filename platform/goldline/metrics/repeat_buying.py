"""How often customers come back: BG/NBD (Fader, Hardie, Lee 2005) and MBG/NBD (Batislam, Denizel, Filiztekin 2007).

Both see a customer as ``repeats`` purchases after the first one, the last of them at ``recency``, watched until
``age``, in any unit of time since the first. BG/NBD takes everyone who never came back for alive; MBG/NBD lets them
leave after the first purchase, too, and is what predictions are made with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Numbers = NDArray[np.float64]
Kind = Literal["bg", "mbg"]
_NEAR_ONE = 1e-6
_BOUND = 9.0


@dataclass(frozen=True)
class History:
    """Customers as the models see them, one number each; ``weight`` says how many customers an entry stands for."""

    repeats: Numbers
    recency: Numbers
    age: Numbers
    weight: Numbers

    @classmethod
    def of(cls, repeats: Numbers, recency: Numbers, age: Numbers) -> History:
        """Put equal customers together."""
        found, counts = np.unique(np.column_stack((repeats, recency, age)), axis=0, return_counts=True)
        return cls(found[:, 0], found[:, 1], found[:, 2], counts.astype(np.float64))


@dataclass(frozen=True)
class Model:
    """A fitted model; ``shift`` is 1 where a customer can leave after the first purchase."""

    kind: Kind
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = 0.0

    @property
    def shift(self) -> int:
        """1 for MBG/NBD, 0 for BG/NBD."""
        return 1 if self.kind == "mbg" else 0

    def alive(self, repeats: Numbers, recency: Numbers, age: Numbers) -> Numbers:
        """Return the probability that a customer has not left for good."""
        return np.asarray(1 / (1 + self._odds_of_having_left(repeats, recency, age)), dtype=np.float64)

    def purchases(self, horizon: float, repeats: Numbers, recency: Numbers, age: Numbers) -> Numbers:
        """Return how many purchases to expect of a customer within the horizon."""
        a = self.a if abs(self.a - 1) > _NEAR_ONE else 1 + _NEAR_ONE
        b = self.b + self.shift
        x, r = repeats, self.r
        series = special.hyp2f1(r + x, b + x, a + b + x - 1, horizon / (self.alpha + age + horizon))
        stays = ((self.alpha + age) / (self.alpha + age + horizon)) ** (r + x)
        expected = (a + b + x - 1) / (a - 1) * (1 - stays * series)
        return np.asarray(expected / (1 + self._odds_of_having_left(x, recency, age)), dtype=np.float64)

    def no_purchase(self, horizon: float, repeats: Numbers, recency: Numbers, age: Numbers) -> Numbers:
        """Return the probability that a customer buys nothing within the horizon."""
        quiet = ((self.alpha + age) / (self.alpha + age + horizon)) ** (self.r + repeats)
        return np.asarray(1 - self.alive(repeats, recency, age) * (1 - quiet), dtype=np.float64)

    def _odds_of_having_left(self, repeats: Numbers, recency: Numbers, age: Numbers) -> Numbers:
        later = ((self.alpha + age) / (self.alpha + recency)) ** (self.r + repeats)
        left = self.a / (self.b + repeats - 1 + self.shift + (repeats == 0) * (1 - self.shift)) * later
        return np.asarray(left if self.shift else np.where(repeats > 0, left, 0.0), dtype=np.float64)


def fit(history: History, kind: Kind = "mbg") -> Model:
    """Find the parameters under which what was seen is most likely.

    Where customers differ little, ever larger parameters fit a little better; they are kept within bounds.

    Raises:
        ValueError: The search does not settle: there is too little repeat buying to learn from.
    """
    shift = 1 if kind == "mbg" else 0
    scale = float(np.max(history.age))
    x, recency, age = history.repeats, history.recency / scale, history.age / scale

    def cost(logs: Numbers) -> float:
        r, alpha, a, b = np.exp(np.clip(logs, -_BOUND, _BOUND))
        counted = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
        stayed = special.betaln(a, b + x + shift) - special.betaln(a, b) - (r + x) * np.log(alpha + age)
        with np.errstate(divide="ignore", invalid="ignore"):
            left = special.betaln(a + 1, b + x - 1 + shift) - special.betaln(a, b) - (r + x) * np.log(alpha + recency)
        left = left if shift else np.where(x > 0, left, -np.inf)
        likelihood = counted + np.logaddexp(stayed, left)
        return -float(np.sum(history.weight * likelihood)) / float(np.sum(history.weight))

    found = optimize.minimize(
        cost, np.zeros(4), method="L-BFGS-B", bounds=[(-_BOUND, _BOUND)] * 4, options={"maxiter": 400}
    )
    polished = optimize.minimize(
        cost, found.x, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-10, "maxiter": 400}
    )
    r, alpha, a, b = np.exp(np.clip(polished.x, -_BOUND, _BOUND))
    if not np.all(np.isfinite(polished.x)):
        raise ValueError("too little repeat buying to learn from")
    seen = -float(polished.fun) * float(np.sum(history.weight)) - float(np.sum(history.weight * x)) * np.log(scale)
    return Model(kind, float(r), float(alpha) * scale, float(a), float(b), seen)
