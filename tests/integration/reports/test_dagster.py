"""Boards and reports in the graph: a reviewed list of what there is, and runs of it on a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest

from goldline.definitions import build_definitions
from goldline.reports.subscriptions import Subscription
from tests.integration.metrics.conftest import Opened
from tests.integration.reports.morning import Office, office

pytestmark = pytest.mark.filterwarnings("ignore:.*run_id.*:DeprecationWarning")

# key: (group, depends on, owner). Changed only on purpose.
REVIEWED = {
    "boards/behaviour": ("boards", "publish/published", "team:data"),
    "boards/contacts": ("boards", "publish/published", "team:data"),
    "boards/customers": ("boards", "publish/published", "team:data"),
    "boards/health": ("boards", "publish/published", "team:data"),
    "boards/kpi": ("boards", "publish/published", "team:data"),
    "boards/products": ("boards", "publish/published", "team:data"),
    "boards/sales": ("boards", "publish/published", "team:data"),
    "boards/segments": ("boards", "publish/published", "team:data"),
    "reports/daily": ("reports", "publish/published", "team:data"),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, retailer: Opened) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("graph") / "home", retailer.settings.home) as opened:
        yield opened


@pytest.fixture(scope="module")
def definitions(desk: Office) -> dg.Definitions:
    return build_definitions(desk.settings)


def test_the_graph_behind_the_snapshot_is_the_reviewed_one(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    found = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        if node.group_name in ("boards", "reports"):
            parents = ",".join(sorted(parent.to_user_string() for parent in node.parent_keys))
            found[key.to_user_string()] = (node.group_name, parents, ",".join(node.owners))
    assert found == REVIEWED


def test_a_night_draws_no_board_so_that_none_can_fail_it(definitions: dg.Definitions) -> None:
    for job in ("nightly", "refresh"):
        keys = {key.to_user_string() for key in definitions.resolve_job_def(job).asset_layer.selected_asset_keys}
        assert not keys & set(REVIEWED)
    for job, count in (("boards", 9), ("reports", 1)):
        assert len(definitions.resolve_job_def(job).asset_layer.selected_asset_keys) == count


def test_each_publish_starts_them_and_a_schedule_says_when_a_report_is_missing(definitions: dg.Definitions) -> None:
    sensor = definitions.resolve_sensor_def("published")
    schedule = definitions.resolve_schedule_def("daily_report")
    assert (sensor.job_name, sensor.default_status) == ("boards", dg.DefaultSensorStatus.RUNNING)
    assert (schedule.job_name, schedule.cron_schedule) == ("reports", "30 7 * * *")
    assert schedule.execution_timezone == "Europe/Paris"


def test_a_board_and_the_report_show_a_picture_of_themselves(desk: Office, definitions: dg.Definitions) -> None:
    desk.subscribe(Subscription(address="jo@example.org"))
    chosen = dg.AssetSelection.assets(["boards", "segments"], ["reports", "daily"])
    result = _run(definitions, chosen)

    assert result.success
    told = {
        e.materialization.asset_key.to_user_string(): e.materialization.metadata
        for e in result.get_asset_materialization_events()
    }
    assert "data:image/png;base64," in str(told["boards/segments"]["preview"].value)
    assert told["boards/segments"]["data to"].value == "2026-03-28"
    assert told["boards/segments"]["tiles that failed"].value == 0
    assert told["reports/daily"]["held back"].value == "stale"  # the retailer's newest day is long ago


def test_the_report_runs_and_says_why_it_is_held_back(desk: Office, definitions: dg.Definitions) -> None:
    desk.subscribe(Subscription(address="jo@example.org"))
    assert _run(definitions, dg.AssetSelection.assets(["reports", "daily"])).success
    local = datetime.now(UTC).astimezone(desk.outbox.policy.zone)
    told = [record for record in desk.outbox.open_incidents() if record.incident.kind == "report_held"]
    assert bool(told) == ((local.hour, local.minute) >= (7, 30))


def _run(definitions: dg.Definitions, chosen: dg.AssetSelection) -> dg.ExecuteInProcessResult:
    assets = [each for each in definitions.assets or () if isinstance(each, dg.AssetsDefinition)]
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(assets, selection=chosen, resources=definitions.resources, instance=instance)
