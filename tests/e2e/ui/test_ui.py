"""The dataflow in the browser, as people use it: look, backfill, see what failed and be told by mail.

One test, because everything happens on one running installation, as it does in life.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from goldline.publish.versions import current
from tests.e2e.ui.browser import Browser, browsing, find_chromium
from tests.e2e.ui.dagster_site import Deliveries, Site, prepare_home, running, until
from tests.integration.alerts.server import Inbox, MailServer

pytestmark = pytest.mark.e2e

GROUPS = ("magento", "cashmere", "merge", "golden_customer", "enriched_model", "publish")
FAILING_CHECK = "amount_with_tax_equals_the_closing"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    received = Inbox()
    server = MailServer(received)
    server.start()
    yield received, server.port
    server.stop(no_assert=True)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Session-wide, as each test's environment is cleaned of GOLDLINE_ variables."""
    return Path(os.environ.get("GOLDLINE_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))


def test_the_dataflow_is_seen_backfilled_and_its_faults_reported_in_the_browser(
    home: Path, tmp_path: Path, inbox: tuple[Inbox, int], pictures: Path
) -> None:
    mails, port = inbox
    chromium = find_chromium()
    deliveries = prepare_home(home, tmp_path / "away")
    settings = {
        "GOLDLINE_SETTLE_SECONDS": "1",
        "GOLDLINE_SMTP_HOST": "127.0.0.1",
        "GOLDLINE_SMTP_PORT": str(port),
        "GOLDLINE_MAIL_TO": "data@example.org",
    }
    with running(home, **settings) as site, browsing(chromium, site.url, pictures) as browser:
        see_the_graph(browser)
        faulty_run = until(site.runs, 60, "the deliveries sensor asks for a run")[0]["runId"]
        launch_the_backfill(browser, deliveries)
        see_the_refused_delivery(site, browser, faulty_run, mails, deliveries)
        see_the_backfill_succeed(site, browser, deliveries)
        see_the_failing_check(browser, deliveries, mails)
    published = current(home / "published")
    assert (published.version, published.unchanged) == ("v000001", False)
    assert published.tables["unified_sales"].rows > 1_000


def see_the_graph(browser: Browser) -> None:
    browser.open("/asset-groups", *GROUPS)
    browser.picture("01_graph")
    browser.open("/automation", "alerts", "deliveries", "housekeeping", "nightly")
    browser.picture("02_automation")


def launch_the_backfill(browser: Browser, deliveries: Deliveries) -> None:
    browser.open("/asset-groups", *GROUPS)
    browser.click("Materialize all")
    browser.choose_days(deliveries.days[0].isoformat(), deliveries.days[-1].isoformat())
    browser.expect("10 partitions")
    browser.picture("03_backfill_dialog")
    browser.click("Launch backfill")
    browser.page.get_by_text("Created backfill").wait_for()


def see_the_refused_delivery(site: Site, browser: Browser, run_id: str, mails: Inbox, deliveries: Deliveries) -> None:
    run = until(lambda: ended(site, run_id), 120, "the run of the broken file ends")
    assert run["status"] == "FAILURE"
    mail = until(lambda: mail_with(mails, f"{site.url}/runs/{run_id}"), 60, "the mail about it arrives")
    seconds = datetime.now(UTC).timestamp() - run["endTime"]
    print(f"the mail arrived {seconds:.0f} s after the run had failed")
    assert seconds < 60
    text = body(mail, "plain")
    assert f"VENTES_{deliveries.cut_day:%Y%m%d}.csv" in text, text
    assert f"goldline run --date {deliveries.cut_day}" in text
    browser.open(f"/runs/{run_id}", "cashmere__delivery", "Failure")
    browser.picture("04_failed_run")
    browser.show_html(body(mail, "html"))
    browser.picture("05_failure_mail", whole=True)


def see_the_backfill_succeed(site: Site, browser: Browser, deliveries: Deliveries) -> None:
    status = until(lambda: done(site), 300, "the backfill ends")
    assert status == "COMPLETED_SUCCESS"
    browser.open("/runs?view=backfills", "10 partitions", "Success")
    browser.picture("06_backfill")
    day = deliveries.cent_day.isoformat()
    browser.open(f"/assets/cashmere/delivery?view=partitions&partition={day}", "Materialized (10)", "rows loaded")
    browser.picture("07_partitions")
    browser.open("/assets/merge/unified_sales", "Row count", "sales_line_id")
    browser.picture("08_unified_sales")
    browser.open("/assets/merge/unified_sales?view=lineage&lineageScope=neighbors", "unified_sales")
    browser.picture("09_lineage")
    browser.open("/assets/publish/published", "enriched_model", "golden_customer")
    browser.picture("10_published")


def see_the_failing_check(browser: Browser, deliveries: Deliveries, mails: Inbox) -> None:
    browser.open(
        f"/assets/cashmere/control_totals?view=checks&checkDetail={FAILING_CHECK}",
        "keys of failing rows",
        deliveries.cent_day.isoformat(),
    )
    browser.picture("11_failing_check")
    told = until(lambda: mail_with(mails, f"checkDetail={FAILING_CHECK}"), 60, "the mail about the check arrives")
    assert deliveries.cent_day.isoformat() in body(told, "plain")


def ended(site: Site, run_id: str) -> dict[str, Any] | None:
    return next((run for run in site.runs() if run["runId"] == run_id and run["endTime"]), None)


def done(site: Site) -> str:
    status = site.backfill_status()
    return status if status.startswith(("COMPLETED", "FAILED", "CANCELED")) else ""


def mail_with(mails: Inbox, words: str) -> EmailMessage | None:
    return next((mail for mail in mails.mails if words in body(mail, "plain")), None)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())
