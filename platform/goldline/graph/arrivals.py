"""What Dagster shows beside the arrivals tables: the calendar as a picture, and the silence that sensors tell of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from goldline.arrivals import Silences, silences_of, warehouse_grid
from goldline.arrivals.pages import calendar_markdown
from goldline.warehouse.engine import Warehouse

ARRIVALS = dg.AssetKey(["control", "arrivals"])
BANDS = {"control.arrivals": "shops", "control.feed_arrivals": "feeds"}
SILENCE, CALENDAR = "silence", "calendar"
DAYS = 28


def arrivals_metadata(table: str, warehouse: Warehouse) -> dict[str, Any]:
    """Return what is shown with a table that was just built; nothing for tables of another kind."""
    if table not in BANDS:
        return {}
    with warehouse.transaction() as session:
        grid = warehouse_grid(session, DAYS, band=BANDS[table])
        found: dict[str, Any] = {CALENDAR: dg.MetadataValue.md(calendar_markdown(grid))} if grid else {}
        if table == "control.arrivals":
            found[SILENCE] = dg.MetadataValue.json(silences_of(session).to_record())
    return found


def newest_silences(instance: dg.DagsterInstance) -> Silences | None:
    """Return what the newest build of the calendar found; None before the first one."""
    event = instance.get_latest_materialization_event(ARRIVALS)
    materialization = event.asset_materialization if event else None
    record = materialization.metadata.get(SILENCE) if materialization else None
    content = record.data if isinstance(record, dg.JsonMetadataValue) else None
    return Silences.from_record(content) if isinstance(content, Mapping) else None
