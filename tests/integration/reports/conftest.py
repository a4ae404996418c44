"""The made-up retailer of the metrics' tests, published once for all tests of this package."""

from __future__ import annotations

from tests.integration.metrics.conftest import retailer, retailer_home

__all__ = ["retailer", "retailer_home"]
