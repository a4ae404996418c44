"""What goes wrong in real runs reaches a real mail server, once, and is called off when it is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill

from goldline.definitions import build_definitions
from goldline.errors import IntegrityError
from goldline.home import Home
from goldline.landing.events import Received
from resources.mailer import MailerResource
from sensors.alerts import alerts_sensor, look
from tests.integration.alerts.server import Inbox, MailServer
from tests.integration.sensors.shop import Shop

pytestmark = pytest.mark.integration

NAMES = frozenset({"deliveries", "nightly"})


def tick(home: Home, instance: dg.DagsterInstance, mailer: MailerResource) -> str:
    """Let the sensor look once; return what it says."""
    context = dg.build_sensor_context(instance=instance, resources={"mailer": mailer})
    result = alerts_sensor(home, NAMES).evaluate_tick(context)
    assert not result.run_requests
    return str(result.skip_message)


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def open_keys(mailer: MailerResource) -> list[str]:
    return [record.incident.key for record in mailer.outbox.open_incidents()]


def test_a_refused_delivery_is_mailed_with_cause_remedy_command_and_link(
    installation: Home, instance: dg.DagsterInstance, mailer: MailerResource, inbox: Inbox
) -> None:
    run_id = Shop(refused="VENTES_20260328.csv breaks off in line 812").run(instance)
    assert tick(installation, instance, mailer) == "1 new alerts, 0 recovered; 1 mails sent, 0 waiting"
    (mail,) = inbox.mails
    assert mail["Subject"] == "[Goldline] failed: cashmere/delivery, 28 Mar 2026"
    said = text(mail)
    assert "VENTES_20260328.csv breaks off in line 812" in said
    assert "What to do: deliver it again" in said
    assert "goldline run --date 2026-03-28" in said
    assert f"http://127.0.0.1:3000/runs/{run_id}" in said


def test_a_failure_is_mailed_once_and_called_off_when_the_step_succeeds(
    installation: Home, instance: dg.DagsterInstance, mailer: MailerResource, inbox: Inbox
) -> None:
    shop = Shop(broken_table="division by zero")
    shop.run(instance)
    shop.run(instance)
    tick(installation, instance, mailer)
    tick(installation, instance, mailer)
    assert len(inbox.mails) == 1
    assert "division by zero" in text(inbox.mails[0])
    shop.broken_table = ""
    shop.run(instance)
    assert tick(installation, instance, mailer) == "0 new alerts, 1 recovered; 1 mails sent, 0 waiting"
    assert inbox.mails[1]["Subject"] == "[Goldline] recovered: cashmere/control_totals, 28 Mar 2026"
    assert open_keys(mailer) == []


def test_a_failed_check_of_a_run_that_succeeded_is_mailed_with_its_keys_and_called_off(
    installation: Home, instance: dg.DagsterInstance, mailer: MailerResource, inbox: Inbox
) -> None:
    shop = Shop(failing_rows=1)
    shop.run(instance)
    tick(installation, instance, mailer)
    said = text(inbox.mails[0])
    assert "cashmere/control_totals: totals equal" in said
    assert "business_date 2026-03-28, store_key cashmere:001" in said
    shop.failing_rows = 0
    shop.run(instance)
    tick(installation, instance, mailer)
    assert inbox.mails[1]["Subject"] == "[Goldline] recovered: cashmere/control_totals: totals equal"


def test_no_failure_is_lost_while_the_mail_server_is_down(
    installation: Home,
    instance: dg.DagsterInstance,
    mailer: MailerResource,
    inbox: Inbox,
    mail_server: MailServer,
) -> None:
    mail_server.stop()
    shop = Shop(refused="cut")
    shop.run(instance)
    assert tick(installation, instance, mailer) == "1 new alerts, 0 recovered; 0 mails sent, 1 waiting"
    shop.run(instance, "2026-03-29")
    tick(installation, instance, mailer)
    again = MailServer(inbox, port=mail_server.port)
    again.start()
    try:
        mailer.send(datetime.now(UTC) + timedelta(hours=1))
    finally:
        again.stop()
    assert {mail["Subject"] for mail in inbox.mails} == {
        "[Goldline] failed: cashmere/delivery, 28 Mar 2026",
        "[Goldline] failed: cashmere/delivery, 29 Mar 2026",
    }


def test_a_crash_before_the_transaction_ends_loses_nothing(
    installation: Home, instance: dg.DagsterInstance, mailer: MailerResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    Shop(refused="cut").run(instance)
    now = datetime.now(UTC)

    def crash(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("goldline.alerts.outbox.Batch.set_cursor", crash)
        look(instance, installation, mailer.outbox, NAMES, now, tell=print)
    assert open_keys(mailer) == []
    look(instance, installation, mailer.outbox, NAMES, now, tell=print)
    assert open_keys(mailer) == ["run:nightly:cashmere/delivery:2026-03-28:2026-03-28"]


def test_failures_from_before_the_first_look_are_only_told_if_they_are_of_the_last_day(
    installation: Home, instance: dg.DagsterInstance, mailer: MailerResource
) -> None:
    shop = Shop(refused="cut")
    shop.run(instance)
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    look(instance, installation, mailer.outbox, NAMES, tomorrow, tell=print)
    assert open_keys(mailer) == []
    shop.run(instance, "2026-03-29")
    look(instance, installation, mailer.outbox, NAMES, tomorrow, tell=print)
    assert open_keys(mailer) == ["run:nightly:cashmere/delivery:2026-03-29:2026-03-29"]


def test_a_run_that_was_deleted_meanwhile_stops_nothing(
    installation: Home, instance: dg.DagsterInstance, mailer: MailerResource
) -> None:
    shop = Shop(refused="cut")
    instance.delete_run(shop.run(instance))
    shop.run(instance, "2026-03-29")
    tick(installation, instance, mailer)
    assert open_keys(mailer) == ["run:nightly:cashmere/delivery:2026-03-29:2026-03-29"]


def test_a_ledger_that_cannot_be_read_is_reported_and_keeps_no_other_alert_back(
    installation: Home, instance: dg.DagsterInstance, mailer: MailerResource
) -> None:
    Shop(broken_table="division by zero").run(instance)
    path = installation.ledger.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"not":"a ledger"}\n')
    with pytest.raises(IntegrityError):
        Home(installation.settings).ledger.entries()
    tick(installation, instance, mailer)
    assert "alerts:late deliveries" in open_keys(mailer)
    assert "alerts:runs" in open_keys(mailer)
    path.unlink()
    tick(Home(installation.settings), instance, mailer)
    assert open_keys(mailer) == ["run:nightly:cashmere/control_totals"]


def test_a_late_delivery_is_mailed_after_the_deadline_and_called_off_when_it_comes(
    installation: Home, instance: dg.DagsterInstance, mailer: MailerResource
) -> None:
    receive(installation, date(2026, 3, 26))
    early, late = (datetime(2026, 3, 28, hour, tzinfo=UTC) for hour in (5, 7))
    look(instance, installation, mailer.outbox, NAMES, early, tell=print)
    assert open_keys(mailer) == []
    look(instance, installation, mailer.outbox, NAMES, late, tell=print)
    assert open_keys(mailer) == ["late:cashmere"]
    receive(installation, date(2026, 3, 27))
    look(instance, installation, mailer.outbox, NAMES, late, tell=print)
    assert open_keys(mailer) == []


def receive(home: Home, day: date) -> None:
    name = f"CLIENTS_{day:%Y%m%d}.csv"  # a feed that comes alone
    event = Received(source="cashmere", feed="CLIENTS", delivery_date=day, name=name, sha256="0" * 64, size=1)
    home.ledger.append([event])


def test_a_failed_backfill_is_told_and_over_when_the_same_assets_were_backfilled(
    installation: Home, instance: dg.DagsterInstance, mailer: MailerResource
) -> None:
    instance.add_backfill(a_backfill("first", BulkActionStatus.FAILED))
    tick(installation, instance, mailer)
    (record,) = mailer.outbox.open_incidents()
    assert (record.incident.kind, record.incident.group) == ("backfill_failed", "cashmere")
    assert record.incident.link.endswith("/runs/b/first")
    tick(installation, instance, mailer)
    assert mailer.outbox.open_incidents()[0].count == 1
    instance.add_backfill(a_backfill("second", BulkActionStatus.COMPLETED_SUCCESS))
    tick(installation, instance, mailer)
    assert open_keys(mailer) == []


def a_backfill(name: str, status: BulkActionStatus) -> PartitionBackfill:
    return PartitionBackfill(
        backfill_id=name,
        status=status,
        from_failure=False,
        tags={},
        backfill_timestamp=datetime.now(UTC).timestamp(),
        asset_selection=[dg.AssetKey(["cashmere", "delivery"])],
        serialized_asset_backfill_data="{}",
    )


def test_all_sensors_and_schedules_run_by_default(installation: Home) -> None:
    definitions = build_definitions(installation.settings)
    sensors, schedules = definitions.sensors or (), definitions.schedules or ()
    assert {each.name: each.default_status.value for each in (*sensors, *schedules)} == dict.fromkeys(
        ("deliveries", "published", "housekeeping", "alerts", "nightly", "daily_report", "weekly_proof"), "RUNNING"
    )
