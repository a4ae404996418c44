"""What Dagster shows of a table: column schema, counts and sums, results of checks with the keys of failing rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from goldline.flow import Built
from goldline.publish.manifest import Manifest
from goldline.quality.result import CheckResult
from goldline.restate.figures import WORDS
from goldline.restate.records import Restatement
from goldline.restate.words import amount, cause_text, month_text, signed
from goldline.warehouse.tables import Catalogue, TableFile

WAYS = {
    "unchanged": "not at all: nothing that it reads has changed",
    "increment": "by increment: what the changes touch",
    "comparison": "anew, and compared with what was there",
    "full": "in full",
}
SEVERITY = {"error": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


def column_schema(catalogue: Catalogue, table: TableFile, columns: Sequence[tuple[str, str]]) -> dg.TableSchema:
    """Describe a table's columns, each with its sentence."""
    return dg.TableSchema(
        columns=[dg.TableColumn(name, kind, catalogue.column_doc(table, name) or "") for name, kind in columns]
    )


def built_metadata(built: Built) -> dict[str, Any]:
    """Row count and money sums (plotted over time), and a table of the checks' results."""
    metadata: dict[str, Any] = {"dagster/row_count": built.build.row_count, "built": WAYS[built.way]}
    if built.changed_rows is not None:
        metadata["rows changed"] = built.changed_rows
    for name, total in built.sums.items():
        metadata[f"sum of {name}"] = float(total)
        metadata[f"sum of {name}, exact"] = f"{total:f}"
    if built.checks:
        metadata["checks"] = results_table(built.checks)
    return metadata


def results_table(results: Sequence[CheckResult]) -> dg.TableMetadataValue:
    """One row per check; what it asks for is said where the check is shown."""
    records = [
        dg.TableRecord(
            {
                "check": result.name,
                "severity": result.severity,
                "outcome": result.status,
                "failing rows": result.failing,
            }
        )
        for result in sorted(results, key=lambda r: (r.passed, r.severity, r.name))
    ]
    return dg.MetadataValue.table(records)


def check_result(asset_key: dg.AssetKey, result: CheckResult) -> dg.AssetCheckResult:
    """Turn a result into Dagster's; failing rows are shown by their keys, never by their values."""
    metadata: dict[str, Any] = {"failing rows": result.failing}
    if result.evaluated is not None:
        metadata["rows looked at"] = result.evaluated
    if result.keys:
        metadata["keys of failing rows"] = dg.MetadataValue.table([dg.TableRecord(dict(key)) for key in result.keys])
    return dg.AssetCheckResult(
        check_name=result.name,
        asset_key=asset_key,
        passed=result.passed,
        severity=SEVERITY[result.severity],
        description=result.message or result.status,
        metadata=metadata,
    )


def manifest_metadata(manifest: Manifest, restated: Restatement | None = None) -> Mapping[str, Any]:
    """Version, day and a table of what was published; what it restated of closed months."""
    records = [
        dg.TableRecord(
            {"table": name, "rows": table.rows, "MB": round(table.bytes / 1e6, 2), "digest": table.digest[:16]}
        )
        for name, table in manifest.tables.items()
    ]
    return {
        "version": manifest.version,
        "unchanged": manifest.unchanged,
        "delivery day": str(manifest.delivery_day),
        "checks passed": int(manifest.checks.get("passed", 0)),
        "checks that warn": int(manifest.checks.get("warnings", 0)),
        "tables": dg.MetadataValue.table(records),
        "dagster/row_count": sum(table.rows for table in manifest.tables.values()),
        **(_restated_metadata(restated) if restated and not manifest.unchanged else {}),
    }


def _restated_metadata(restated: Restatement) -> dict[str, Any]:
    """How many figures of closed months moved; which ones, and why."""
    found: dict[str, Any] = {"figures of closed months that moved": len(restated.moves)}
    if restated.moves:
        records = [
            dg.TableRecord(
                {
                    "month": month_text(move.month),
                    "channel": move.channel,
                    "figure": WORDS[move.metric],
                    "before": amount(move.before, move.metric),
                    "after": amount(move.after, move.metric),
                    "moved by": signed(move.difference, move.metric),
                }
            )
            for move in restated.moves
        ]
        found["restated"] = dg.MetadataValue.table(records)
        found["restated because of"] = dg.MetadataValue.md("\n".join(f"* {cause_text(c)}" for c in restated.causes))
    if restated.confirmation:
        found["confirmed by"] = restated.confirmation.by
    return found
