"""Assets from table files: ``assets/merge/unified_sales.sql`` is the asset ``merge/unified_sales``.

A table is built and checked in the same step, so that a result never belongs to another build. Blocking checks that
fail stop what is downstream.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from goldline.flow import build_table, publish_tables, suite_of
from goldline.graph.arrivals import arrivals_metadata
from goldline.graph.jobs import IN_FULL
from goldline.graph.metadata import built_metadata, check_result, column_schema, manifest_metadata
from goldline.graph.reconciliation import statement_metadata
from goldline.graph.steps import Progress, WarehouseResource, failures
from goldline.home import Home
from goldline.publication import publications, published_tables
from goldline.restate.review import restatement_of
from goldline.warehouse.tables import TableFile

Columns = Mapping[str, Sequence[tuple[str, str]]]
OWNER = "team:data"


def table_asset(home: Home, table: TableFile, columns: Columns) -> dg.AssetsDefinition:
    """Make the asset of one table file, with the checks beside it."""
    key = dg.AssetKey([table.group, table.name])

    @dg.asset(
        key=key,
        deps=_dependencies(home, table),
        group_name=table.group,
        kinds={"sql" if table.sql is not None else "python", "duckdb"},
        owners=list(home.contracts[table.group].owners) if table.group in home.contracts else [OWNER],
        description=table.description,
        metadata={
            "dagster/column_schema": column_schema(home.catalogue, table, columns.get(table.table, ())),
            "dagster/table_name": table.table,
        },
        code_version=hashlib.sha256(table.path.read_bytes()).hexdigest()[:12],
        tags={"published": "true"} if table.table in published_tables() else {},
        check_specs=_check_specs(key, table),
        required_resource_keys={"warehouse"},
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        resource: WarehouseResource = context.resources.warehouse
        with failures(context), resource.open() as warehouse:
            in_full = context.run.tags.get(IN_FULL) == "true"
            built = build_table(resource.home, warehouse, table, run_id=context.run_id, in_full=in_full)
            shown = (
                built_metadata(built)
                | arrivals_metadata(table.table, warehouse)
                | statement_metadata(table.table, warehouse)
            )
        Progress.table_built(len(home.catalogue.tables))
        yield dg.MaterializeResult(asset_key=key, metadata=shown)
        for result in built.checks:
            yield check_result(key, result)

    return build


def published_asset(home: Home) -> dg.AssetsDefinition:
    """Make the asset that publishes all tables as one version."""
    names = sorted(one.name for one in publications())

    @dg.asset(
        key=["publish", "published"],
        deps=[dg.AssetKey(table.split(".")) for table in _all_last(home)],
        group_name="publish",
        kinds={"parquet"},
        owners=[OWNER],
        description=(
            "The published snapshot that boards, reports and notebooks read: all tables at once, as an immutable"
            " version that one atomic rename makes current. Nothing is published when a blocking check failed or a"
            " table is out of step with the others.\n\n" + "\n".join(f"* `{name}`" for name in names)
        ),
        required_resource_keys={"warehouse"},
    )
    def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        resource: WarehouseResource = context.resources.warehouse
        with failures(context), resource.open() as warehouse:
            manifest = publish_tables(resource.home, warehouse, run_id=context.run_id)
        restated = restatement_of(resource.home.settings.published_dir, manifest.version)
        return dg.MaterializeResult(metadata=manifest_metadata(manifest, restated))

    return published


def _dependencies(home: Home, table: TableFile) -> list[dg.AssetKey]:
    """Upstream tables, and the delivery asset of every source whose feeds are read."""
    keys = {dg.AssetKey([up.group, up.name]) for up in home.catalogue.upstream(table)}
    outside = {name.split(".")[0] for name in table.depends_on if name not in home.catalogue.by_name}
    keys |= {dg.AssetKey([source, "delivery"]) for source in outside if source in home.contracts}
    return sorted(keys, key=lambda key: tuple(key.path))


def _check_specs(key: dg.AssetKey, table: TableFile) -> list[dg.AssetCheckSpec]:
    suite = suite_of(table)
    return [
        dg.AssetCheckSpec(check.name, asset=key, description=check.description, blocking=check.severity == "error")
        for check in (suite.checks if suite else ())
    ]


def _all_last(home: Home) -> list[str]:
    """Every table with no table downstream of it, and every published one."""
    read = {up.table for table in home.catalogue.tables for up in home.catalogue.upstream(table)}
    return sorted({table.table for table in home.catalogue.tables if table.table not in read} | set(published_tables()))
