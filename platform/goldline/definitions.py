"""The Dagster code location: ``dagster dev -w workspace.yaml`` finds ``defs`` here.

One function builds all definitions and takes overrides, so that tests need not patch anything.
"""

import warnings

import dagster as dg

from goldline import logs
from goldline.graph.boards import board_assets, report_asset
from goldline.graph.deliveries import contract_specs, delivery_asset, delivery_days
from goldline.graph.jobs import BOARDS, NIGHTLY, PROOF, REPORTS, define_jobs
from goldline.graph.proof import proof_checks, proof_keys, proof_schedule
from goldline.graph.tables import published_asset, table_asset
from goldline.home import Home
from goldline.settings import Settings, load_settings
from resources.mailer import MailerResource
from resources.warehouse import WarehouseResource
from sensors.alerts import alerts_sensor
from sensors.deliveries import deliveries_sensor
from sensors.housekeeping import housekeeping_sensor
from sensors.nightly import nightly_schedule
from sensors.published import published_sensor, report_schedule
from sensors.waiting import Watch


def build_definitions(
    settings: Settings | None = None, *, resources: dict[str, object] | None = None
) -> dg.Definitions:
    """Build everything that Dagster runs and shows.

    Args:
        settings: The settings; read from the environment when not given.
        resources: Resources in place of the real ones, by name.
    """
    warnings.filterwarnings("ignore", category=dg.BetaWarning)  # backfill policies, on every asset
    settings = settings or load_settings()
    logs.configure(settings)
    home = Home(settings)
    days = delivery_days(home)
    deliveries = [delivery_asset(contract, days) for contract in home.contracts.values()]
    jobs = {job.name: job for job in define_jobs((asset.key for asset in deliveries), proof_keys(home))}
    watch = Watch(home, first_day=days.start.date())
    night = nightly_schedule(watch, jobs[NIGHTLY])
    morning = report_schedule(home, jobs[REPORTS])
    acting = [deliveries_sensor(watch, jobs[NIGHTLY]), published_sensor(jobs[BOARDS]), housekeeping_sensor(home)]
    names = frozenset([night.name, morning.name, *(sensor.name for sensor in acting)])
    return dg.Definitions(
        assets=[
            *contract_specs(home.contracts.values()),
            *deliveries,
            *(table_asset(home, table, home.columns) for table in home.catalogue.tables),
            published_asset(home),
            *board_assets(home),
            report_asset(home),
        ],
        jobs=list(jobs.values()),
        asset_checks=proof_checks(home),
        schedules=[night, morning, proof_schedule(home, jobs[PROOF])],
        sensors=[*acting, alerts_sensor(home, names)],
        resources={
            "warehouse": WarehouseResource(home_folder=str(settings.home)),
            "mailer": MailerResource(home_folder=str(settings.home)),
            **(resources or {}),
        },
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Build the code location from the environment's settings, when Dagster asks for it."""
    return build_definitions()
