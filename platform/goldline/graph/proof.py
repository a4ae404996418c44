"""The weekly proof: asset checks which hold every table that is built by increments to a full build of it.

They have a job and a schedule of their own, since a full build of everything is what the nights save.
"""

from typing import Any

import dagster as dg

from goldline.build.increment import increment_of
from goldline.build.verify import verify
from goldline.graph.steps import WarehouseResource, failures
from goldline.home import Home
from goldline.warehouse.tables import TableFile

CHECK = "equals_a_full_build"


def proof_checks(home: Home) -> list[dg.AssetChecksDefinition]:
    """Make a check for every table that is built by increments."""
    return [_proof_check(table) for table in home.catalogue.tables if increment_of(table.path)]


def proof_keys(home: Home) -> list[dg.AssetCheckKey]:
    """Return the keys of these checks."""
    tables = [table for table in home.catalogue.tables if increment_of(table.path)]
    return [dg.AssetCheckKey(dg.AssetKey([table.group, table.name]), CHECK) for table in tables]


def proof_schedule(home: Home, job: Any) -> dg.ScheduleDefinition:
    """Make the weekly schedule: on Sundays, three hours after the night's run."""
    at = home.settings.night_at
    return dg.ScheduleDefinition(
        name="weekly_proof",
        job=job,
        cron_schedule=f"{at.minute} {(at.hour + 3) % 24} * * 0",
        execution_timezone=home.settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Holds every table that is built by increments to a full build of it.",
    )


def _proof_check(table: TableFile) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dg.AssetKey([table.group, table.name]),
        name=CHECK,
        description="The table, built by increments night after night, is what a full build would make it now.",
        required_resource_keys={"warehouse"},
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        resource: WarehouseResource = context.resources.warehouse
        with failures(context.op_execution_context), resource.open() as warehouse, warehouse.transaction() as session:
            found = verify(session, table, resource.home.settings)
        return dg.AssetCheckResult(
            passed=found.is_equal,
            description=str(found),
            metadata={
                "rows missing": found.missing,
                "rows too many": found.extra,
                "units that differ": dg.MetadataValue.json(list(found.units)),
            },
        )

    return check
