"""Whether something is more than chance. What is compared is decided where the figures are made."""

from __future__ import annotations

from scipy import stats


def chi_square_p_value(statistic: float) -> float:
    """Return the probability of a chi-square (one degree of freedom) at least this large if there is nothing to it."""
    return float(stats.chi2.sf(statistic, 1))
