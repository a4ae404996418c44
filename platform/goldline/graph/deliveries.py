"""The partitioned assets ``<source>/delivery``: all files of one source and day, checked and loaded.

Partitions are delivery days. One run takes a day or a range of days.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from goldline.contracts import Contract
from goldline.deliver import Delivered, deliver
from goldline.errors import DeliveryRefused
from goldline.graph.jobs import FIRST_DAY, days_of
from goldline.graph.steps import Progress, WarehouseResource, failure, failures
from goldline.home import Home
from goldline.intake.register import LoadedFile

KINDS = {"ecommerce": {"csv", "magento"}, "store": {"csv"}}


class DeliveryDays(dg.DailyPartitionsDefinition):
    """Delivery days, listed once a minute.

    Dagster (``DataVersionCache`` of 1.13) lists them anew for each table that reads a delivery, which takes it 40 ms
    for six years.
    """

    def get_partition_keys(self, *given: Any, **named: Any) -> Sequence[str]:
        """Return the days, as of now or of the moment of Dagster's context."""
        if given or named:
            return super().get_partition_keys(*given, **named)
        with dg.partition_loading_context() as context:
            return list(_listed(self, context.effective_dt.replace(second=0, microsecond=0)))


@lru_cache(maxsize=1)
def _listed(days: DeliveryDays, moment: datetime) -> tuple[str, ...]:
    return tuple(days.get_partition_keys(moment))


def delivery_days(home: Home) -> DeliveryDays:
    """Return the calendar of delivery days: from the first one known to today."""
    today = datetime.now(ZoneInfo(home.settings.timezone)).date()
    first = home.first_day() or today - timedelta(days=30)
    return DeliveryDays(start_date=first.isoformat(), timezone=home.settings.timezone, end_offset=1)


def feeds_table(contract: Contract) -> dg.TableMetadataValue:
    """List what a delivery consists of."""
    rows: list[dict[str, str | int | float | bool | None]] = [
        {"file": feed.file, "one row is": feed.grain.removeprefix("one row per "), "columns": len(feed.columns)}
        for feed in contract.feeds.values()
    ]
    return dg.MetadataValue.table([dg.TableRecord(row) for row in rows])


def landing_spec(contract: Contract) -> dg.AssetSpec:
    """Show where a source's files come from as an external asset."""
    return dg.AssetSpec(
        key=[contract.source, "landing"],
        group_name=contract.source,
        description=f"{contract.title}: files as they land, one delivery a day.",
        metadata={"feeds": feeds_table(contract)},
        kinds={"csv"},
        owners=list(contract.owners),
    )


def delivery_asset(contract: Contract, days: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    """Make the asset that takes in and loads one source."""

    @dg.asset(
        key=[contract.source, "delivery"],
        deps=[dg.AssetKey([contract.source, "landing"])],
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=contract.source,
        kinds={"csv", "duckdb"},
        owners=list(contract.owners),
        description=(
            f"All files of one delivery day of {contract.title}: taken from the landing zone, archived, checked against"
            " `contract.yaml` and loaded. A day is loaded whole or not at all; a corrected file replaces its own rows."
        ),
        metadata={"feeds": feeds_table(contract)},
        tags={"layer": "raw"},
        required_resource_keys={"warehouse"},
    )
    def delivery(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        resource: WarehouseResource = context.resources.warehouse
        with failures(context), resource.open() as warehouse:
            delivered = deliver(
                resource.home,
                warehouse,
                contract.source,
                days_of(context),
                run_id=context.run_id,
                progress=Progress.of(f"load {contract.source}"),
            )
        _tell(context, delivered)
        if delivered.refusals:
            raise _refused(contract, delivered)
        _record_days(context, contract, delivered)
        context.log.info(f"{contract.title}: {_summary(delivered)}")
        return dg.MaterializeResult()

    return delivery


def _record_days(context: dg.AssetExecutionContext, contract: Contract, delivered: Delivered) -> None:
    """Show each loaded day in the partition matrix, with numbers of its own (not those of the whole run)."""
    days: defaultdict[str, list[LoadedFile]] = defaultdict(list)
    for file in delivered.intake.loaded:
        days[file.entry.delivery_date.isoformat()].append(file)
    for day, files in sorted(days.items()):
        metadata = {"dagster/partition_row_count": sum(file.rows_loaded for file in files), **_counts(files)}
        if FIRST_DAY in context.run.tags:
            context.log_event(dg.AssetMaterialization([contract.source, "delivery"], partition=day, metadata=metadata))
        else:
            context.add_asset_metadata(metadata, partition_key=day)


def _tell(context: dg.AssetExecutionContext, delivered: Delivered) -> None:
    for name in delivered.received.refused:
        context.log.warning(f"not taken: {name.source}/{name.name}: {name.reason}")
    if delivered.received.growing:
        context.log.info(f"{len(delivered.received.growing)} files are still being written and wait for the next run")
    for file in delivered.intake.loaded:
        if file.ignored_columns:
            context.log.warning(f"{file.entry.name}: columns not in the contract were left out: {file.ignored_columns}")


def _refused(contract: Contract, delivered: Delivered) -> dg.Failure:
    reasons = delivered.refusals
    what = "1 file was refused; its delivery day stays as it was."
    if len(reasons) > 1:
        what = f"{len(reasons)} files were refused; their delivery days stay as they were."
    more = [f"... and {len(reasons) - 5} more files"] if len(reasons) > 5 else []
    return failure(
        DeliveryRefused(
            "\n".join([what, *reasons[:5], *more]),
            where=contract.title,
            remedy="deliver a corrected file under the same name; 'goldline quarantine show FILE' has every fault",
        )
    )


def _summary(delivered: Delivered) -> str:
    counts = {**_counts(delivered.intake.loaded), "files held back": len(delivered.intake.held)}
    return ", ".join(f"{number:,} {name}" for name, number in counts.items())


def _counts(files: Sequence[LoadedFile]) -> dict[str, int]:
    return {
        "files loaded": len(files),
        "rows received": sum(file.rows_received for file in files),
        "rows loaded": sum(file.rows_loaded for file in files),
        "rows in quarantine": sum(file.rows_quarantined for file in files),
        "rows delivered twice": sum(file.rows_duplicate for file in files),
    }


def contract_specs(contracts: Iterable[Contract]) -> list[dg.AssetSpec]:
    """Show every source's landing zone."""
    return [landing_spec(contract) for contract in contracts]
