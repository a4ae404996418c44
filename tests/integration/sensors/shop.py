"""A small dataflow that fails on demand: a delivery, a table behind it, and a check that warns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import dagster as dg

from goldline.errors import DeliveryRefused
from goldline.graph.runs import execute
from goldline.graph.steps import failure

DAYS = dg.DailyPartitionsDefinition("2026-03-01", end_date="2026-04-01")
KEYS = [{"store_key": "cashmere:001", "business_date": "2026-03-28"}]


@dataclass
class Shop:
    """What is wrong at the moment."""

    refused: str = ""
    failing_rows: int = 0
    broken_table: str = ""
    runs: list[str] = field(default_factory=list)

    def run(self, instance: dg.DagsterInstance, day: str = "2026-03-28") -> str:
        """Run everything for a day; return the run's id."""
        result = execute(self._definitions(), "nightly", instance, {"dagster/partition": day})
        return result.run_id

    def _definitions(self) -> dg.Definitions:
        check = dg.AssetCheckSpec("totals_equal", asset=["cashmere", "control_totals"])

        @dg.asset(key=["cashmere", "delivery"], partitions_def=DAYS)
        def delivery() -> dg.MaterializeResult[None]:
            if self.refused:
                raise failure(DeliveryRefused(self.refused, where="Cashmere tills", remedy="deliver it again"))
            return dg.MaterializeResult()

        @dg.asset(key=["cashmere", "control_totals"], deps=[delivery], check_specs=[check])
        def control_totals() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
            if self.broken_table:
                raise ValueError(self.broken_table)
            yield dg.MaterializeResult()
            yield dg.AssetCheckResult(
                check_name="totals_equal",
                passed=not self.failing_rows,
                severity=dg.AssetCheckSeverity.WARN,
                description=f"{self.failing_rows} rows break the rule",
                metadata={
                    "failing rows": self.failing_rows,
                    "keys of failing rows": dg.MetadataValue.table([dg.TableRecord(key) for key in KEYS]),
                },
            )

        job = dg.define_asset_job("nightly", selection="*")
        return dg.Definitions([delivery, control_totals], jobs=[job], executor=dg.in_process_executor)
