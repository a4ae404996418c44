"""What is old goes, what is needed stays: deliveries not in the archive, open incidents, the newest of everything."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from goldline.alerts import Incident, deliver, mailer_from, outbox_from
from goldline.deliver import FOR_GOOD
from goldline.graph.pruning import prune_dagster
from goldline.graph.runs import open_instance
from goldline.home import Home
from goldline.landing.events import Received, Refused
from goldline.retention import Pruned, prune_home
from goldline.settings import load_settings
from sensors.housekeeping import housekeeping_sensor
from tests.integration.sensors.shop import Shop

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
DELIVERY, TABLE = dg.AssetKey(["cashmere", "delivery"]), dg.AssetKey(["cashmere", "control_totals"])
CHECK = dg.AssetCheckKey(TABLE, "totals_equal")


@pytest.fixture
def installation(home: Path) -> Home:
    return Home(load_settings(home=home, landing="", keep_taken_days=30, keep_clear_days=7))


@pytest.fixture
def instance(installation: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", "")
    with open_instance(installation.settings) as instance:
        yield instance


def days(number: float) -> datetime:
    return NOW + timedelta(days=number)


def counts(pruned: list[Pruned]) -> dict[str, int]:
    return {each.what: each.count for each in pruned if each.count}


def taken(home: Home, name: str, content: bytes, *, is_archived: bool = True, is_clear: bool = False) -> Path:
    """A file that was taken in, as the ledger and the archive know it."""
    path = home.settings.home / "landing" / "cashmere" / "taken" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    stored = home.archive.store([content])
    arrival = Received(
        source="cashmere",
        feed="VENTES",
        delivery_date=date(2026, 3, 28),
        name=name,
        sha256=stored.sha256,
        size=stored.size,
    )
    (sequence,) = home.ledger.append([arrival])
    if is_clear:
        home.ledger.append([Refused(entry=sequence, run_id="", reasons=("clear",), contract=FOR_GOOD)])
    if is_clear or not is_archived:
        home.archive.discard(stored.sha256)
    return path


def test_files_taken_in_go_after_their_days_and_those_with_clear_data_sooner(installation: Home) -> None:
    good, clear = taken(installation, "good.csv", b"good"), taken(installation, "clear.csv", b"clear", is_clear=True)
    lost = taken(installation, "lost.csv", b"lost", is_archived=False)
    damaged = taken(installation, "damaged.csv", b"damaged")
    archived = installation.archive.path(installation.ledger.entries()[-1].sha256)
    archived.chmod(0o640)
    archived.write_bytes(b"other")
    assert counts(prune_home(installation, days(6))) == {}
    assert counts(prune_home(installation, days(8), is_rehearsal=True)) == {"files with personal data in clear": 1}
    assert clear.exists()
    assert counts(prune_home(installation, days(8))) == {"files with personal data in clear": 1}
    assert (clear.exists(), good.exists()) == (False, True)
    pruned = prune_home(installation, days(31))
    assert counts(pruned) == {"files taken in": 1}
    assert (good.exists(), lost.exists(), damaged.exists()) == (False, True, True)
    assert [each.note for each in pruned if each.note] == ["2 are not in the archive and stay"]
    assert installation.archive.has(installation.ledger.entries()[0].sha256)


def test_a_file_taken_just_now_is_not_old_however_old_its_own_time_is(installation: Home) -> None:
    path = taken(installation, "good.csv", b"good")
    os.utime(path, (0, 0))
    assert counts(prune_home(installation, days(29))) == {}
    assert path.exists()


def test_reports_on_what_is_still_refused_stay_however_old_they_are(installation: Home) -> None:
    taken(installation, "VENTES_20260328.csv", b"first")
    taken(installation, "VENTES_20260328.csv", b"corrected")
    folder = installation.settings.quarantine_dir / "cashmere"
    folder.mkdir(parents=True)
    for sequence in (1, 2):
        (folder / f"VENTES_20260328_{sequence:08d}.json").write_text("{}")
    assert counts(prune_home(installation, days(400)))["reports of the quarantine"] == 1
    assert [path.name for path in folder.iterdir()] == ["VENTES_20260328_00000002.json"]


def test_the_log_of_old_days_goes(installation: Home) -> None:
    folder = installation.settings.log_dir
    folder.mkdir()
    names = [f"goldline-{days(-age).date()}{part}.log" for age, part in ((0, ""), (89, ""), (91, ""), (91, ".2"))]
    for name in (*names, "other.log"):
        (folder / name).write_text("x")
    assert counts(prune_home(installation, NOW)) == {"log files": 2}
    assert {path.name for path in folder.iterdir()} == {*names[:2], "other.log"}


def test_of_the_outbox_only_what_is_over_and_was_said_goes(installation: Home) -> None:
    outbox, mailer = outbox_from(installation.settings), mailer_from(installation.settings)

    def report(key: str, at: datetime) -> None:
        outbox.report(Incident(key=key, kind="run_failed", group="magento", title=key, since=at), at)

    report("over", NOW)
    report("open", NOW)
    outbox.resolve("over", days(0.1))
    outbox.queue(days(0.2))
    deliver(outbox, mailer, days(0.3))
    report("unsaid", days(1))
    outbox.resolve("unsaid", days(1))
    assert counts(prune_home(installation, days(400), is_rehearsal=True))["incidents that are over"] == 1
    pruned = counts(prune_home(installation, days(400)))
    assert (pruned["incidents that are over"], pruned["mails written as files"]) == (1, 1)
    assert {record.incident.key for record in outbox.history()} == {"open", "unsaid"}
    outbox.queue(days(401))
    assert deliver(outbox, mailer, days(401)).sent == 1
    assert "incidents that are over" not in counts(prune_home(installation, days(402)))


def test_old_runs_go_and_what_the_graph_shows_stays(installation: Home, instance: dg.DagsterInstance) -> None:
    shop = Shop()
    superseded = shop.run(instance, "2026-03-28")
    shop.refused = "no such column"
    failed = shop.run(instance, "2026-03-29")
    shop.refused = ""
    older, newest = shop.run(instance, "2026-03-28"), shop.run(instance, "2026-03-30")
    before = shown(instance)
    assert before["days"] == ["2026-03-28", "2026-03-30"]
    file = Path(installation.settings.dagster_dir) / "history/runs" / f"{superseded}.db"
    assert file.exists()
    assert counts(prune_dagster(instance, installation.settings, days(80))) == {}
    assert counts(prune_dagster(instance, installation.settings, days(100), is_rehearsal=True)) == {"old runs": 4}
    pruned = prune_dagster(instance, installation.settings, days(100))
    assert counts(pruned) == {"old runs": 2, "logs of old runs": 2}
    assert shown(instance) == before
    assert {run.run_id for run in instance.get_runs()} == {older, newest}
    assert [list(instance.all_logs(run_id)) for run_id in (superseded, failed, older, newest)] == [[], [], [], []]
    assert counts(prune_dagster(instance, installation.settings, days(100))) == {}
    assert not file.exists() or file.stat().st_size < 200_000


def shown(instance: dg.DagsterInstance) -> dict[str, object]:
    """What the graph shows of the made-up dataflow."""
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([CHECK])[CHECK]
    table = instance.get_latest_materialization_event(TABLE)
    return {
        "assets": sorted(instance.all_asset_keys()),
        "days": sorted(instance.get_materialized_partitions(DELIVERY)),
        "table": table and table.timestamp,
        "check": (latest.run_id, latest.status.value),
    }


def test_pruning_goes_on_at_the_next_look_when_there_is_more_than_one_look_can_do(
    installation: Home, instance: dg.DagsterInstance
) -> None:
    for _ in range(3):
        Shop().run(instance)
    first = prune_dagster(instance, installation.settings, days(100), limit=2)
    assert first[0] == Pruned("old runs", 2, note="1 more wait")
    assert prune_dagster(instance, installation.settings, days(100), limit=2)[0].note == ""


def test_housekeeping_prunes_once_a_day_and_not_under_a_run(installation: Home, instance: dg.DagsterInstance) -> None:
    folder = installation.settings.log_dir
    folder.mkdir()
    old = folder / "goldline-2020-01-01.log"
    old.write_text("x")

    @dg.job
    def nightly() -> None:
        pass

    def look(cursor: str | None) -> tuple[str, str | None]:
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        result = housekeeping_sensor(installation).evaluate_tick(context)
        return str(result.skip_message), result.cursor

    run = instance.create_run_for_job(nightly, status=dg.DagsterRunStatus.STARTED)
    assert look(None)[0] == "all runs are alive"
    assert old.exists()
    instance.report_run_canceled(run)
    said, cursor = look(None)
    assert said == "all runs are alive; removed: 1 log files"
    assert not old.exists()
    old.write_text("x")
    assert look(cursor) == ("all runs are alive", cursor)
    assert json.dumps(cursor) == f'"{datetime.now(UTC).date()}"'
