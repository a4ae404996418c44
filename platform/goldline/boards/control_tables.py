"""Reading the control tables of a published version, once per version: arrivals, reconciliation, versions.

How they are shown is in ``control``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from goldline.arrivals.grid import Grid, published_grid
from goldline.publish.manifest import Manifest
from goldline.publish.reader import open_snapshot
from goldline.publish.versions import list_versions

DAYS = 28
_VERSIONS = 14
STATIONS = {
    "received": ("received",),
    "quarantined": ("quarantined", "unreadable"),
    "superseded": ("duplicate", "superseded", "replaced"),
    "excluded": ("excluded",),
    "unified": ("unified",),
    "enriched": ("enriched",),
}
_SUMS = ", ".join(
    f"cast(sum(case when station in ({', '.join(repr(name) for name in names)}) then row_count else 0 end) as bigint)"
    f" as {column}_rows"
    for column, names in STATIONS.items()
)
_RECONCILED = f"""
with place as (select max(delivery_date) as newest from reconciliation),
counted as (
    select {{key}}, currency, {_SUMS},
        sum(case when station = 'enriched' then net_amount else 0 end) as net
    from reconciliation, place where delivery_date > newest - interval {{days}} day group by {{key}}, currency),
left_over as (
    select {{key}}, currency, cast(sum(abs(residual_rows)) as bigint) as residual_rows,
        sum(abs(residual_net)) as residual_amount
    from residuals, place where delivery_date > newest - interval {{days}} day group by {{key}}, currency)
select counted.*, left_over.residual_rows, left_over.residual_amount
from counted left join left_over using ({{key}}, currency) order by {{key}} desc, currency
"""  # column names are ours
KEYS = {"source": ("source_system", 35), "day": ("delivery_date", 14)}


@dataclass(frozen=True)
class Control:
    """What the control tables of one version say."""

    manifest: Manifest
    versions: tuple[Manifest, ...]
    grid: Grid | None
    reconciled: Mapping[str, Sequence[Mapping[str, Any]]]


@lru_cache(maxsize=4)
def read_control(folder: Path, version: str) -> Control:
    """Read the control tables of a version."""
    with open_snapshot(folder, version) as reader:
        has = {"reconciliation", "residuals"} <= set(reader.tables)
        reconciled = {
            name: reader.query(_RECONCILED.format(key=key, days=days)).to_pylist() if has else []
            for name, (key, days) in KEYS.items()
        }
        grid = published_grid(reader, DAYS)
        return Control(reader.manifest, tuple(list_versions(folder)[-_VERSIONS:]), grid, reconciled)
