"""Finished runs and checks to write tests with. No assertions here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from goldline.deliver import Days
from sensors.finished_runs import Checked, FinishedRun

NOW = datetime(2026, 3, 29, 5, 12, tzinfo=UTC)
RUN = "0c0a7ac6-1111-4e4e-9d5f-3a8f1c2b7d10"
UI = "http://127.0.0.1:3000"


def days(first: int, last: int | None = None) -> Days:
    """Days of March 2026."""
    return Days(date(2026, 3, first), date(2026, 3, last or first))


def a_run(**changes: Any) -> FinishedRun:
    values: dict[str, Any] = {
        "run_id": RUN,
        "job": "nightly",
        "is_success": False,
        "ended_at": NOW,
        "days": days(28),
        "failed_step": "cashmere/delivery",
        "cause": "VENTES_20260328.csv: line 812 breaks off",
    }
    return FinishedRun(**(values | changes))


def a_success(*steps: str, **changes: Any) -> FinishedRun:
    values = {"is_success": True, "failed_step": "", "cause": "", "succeeded": frozenset(steps)}
    return a_run(**(values | changes))


def a_check(**changes: Any) -> Checked:
    values: dict[str, Any] = {
        "asset": "cashmere/control_totals",
        "name": "tax_equals_the_closing",
        "passed": False,
        "is_error": False,
        "at": NOW,
        "message": "2 rows break the rule",
        "failing": 2,
        "keys": (
            {"store_key": "cashmere:001", "business_date": "2026-03-28"},
            {"store_key": "cashmere:005", "business_date": "2026-03-28"},
        ),
    }
    return Checked(**(values | changes))
