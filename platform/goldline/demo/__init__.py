"""Deliveries of a made-up retailer, for demonstrations and tests: realistic, deterministic, fast.

Everything about making up data belongs in this package; reading deliveries does not.
"""

from __future__ import annotations

from goldline.demo.retailer import DemoSummary, write_deliveries

__all__ = ["DemoSummary", "write_deliveries"]
