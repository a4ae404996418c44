"""How much customers spend per purchase: the Gamma-Gamma model (Fader and Hardie 2013, brucehardie.com/notes/025).

Fitted on customers who came back, without their first purchase, as the models of repeat buying leave it out. It takes
how much a customer spends to have nothing to do with how often; ``correlation`` says whether that holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Numbers = NDArray[np.float64]
_BOUND = 9.0


@dataclass(frozen=True)
class Spending:
    """A fitted model."""

    p: float
    q: float
    gamma: float

    @property
    def mean(self) -> float:
        """What a purchase of an unknown customer is worth."""
        return self.p * self.gamma / (self.q - 1)

    def per_purchase(self, repeats: Numbers, mean_value: Numbers) -> Numbers:
        """Return what the next purchases of a customer are worth each; without repeats, the mean of all."""
        return np.asarray(
            self.p * (self.gamma + repeats * mean_value) / (self.p * repeats + self.q - 1), dtype=np.float64
        )


def fit_spending(repeats: Numbers, mean_value: Numbers) -> Spending:
    """Find the most likely parameters.

    Args:
        repeats: Purchases after the first, at least one.
        mean_value: Their mean value, above zero.

    Raises:
        ValueError: The search does not settle.
    """
    scale = float(np.mean(mean_value))
    x, m = repeats, mean_value / scale

    def cost(logs: Numbers) -> float:
        p, q, gamma = np.exp(np.clip(logs, -_BOUND, _BOUND))
        likelihood = (
            special.gammaln(p * x + q)
            - special.gammaln(p * x)
            - special.gammaln(q)
            + q * np.log(gamma)
            + (p * x - 1) * np.log(m)
            + p * x * np.log(x)
            - (p * x + q) * np.log(gamma + m * x)
        )
        return -float(np.mean(likelihood))

    found = optimize.minimize(
        cost, np.log([2.0, 3.0, 1.0]), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-11, "maxiter": 4000}
    )
    p, q, gamma = np.exp(np.clip(found.x, -_BOUND, _BOUND))
    if not np.all(np.isfinite(found.x)) or q <= 1:
        raise ValueError("what customers spend does not settle around a mean")
    return Spending(float(p), float(q), float(gamma) * scale)


def correlation(repeats: Numbers, mean_value: Numbers) -> float:
    """Return the correlation of how often and how much; near zero where the model may be used."""
    if np.ptp(repeats) == 0 or np.ptp(mean_value) == 0:
        return 0.0
    return float(np.corrcoef(repeats, mean_value)[0, 1])
