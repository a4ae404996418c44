"""The morning's mail through a real mail server: who gets what, once, within their rights; when it is held back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pandas as pd
import pypdfium2
import pytest

from goldline.alerts import Incident
from goldline.metrics.period import Period
from goldline.people.accounts import Account
from goldline.reports.subscriptions import Subscription
from tests.integration.metrics.conftest import Opened
from tests.integration.metrics.retailer import made_up
from tests.integration.metrics.snapshot import publish_lines
from tests.integration.metrics.sums import SUMS
from tests.integration.reports.morning import LATER, MORNING, Office, office, part, whole_text

JO = Subscription(address="jo@example.org", language="en", boards=("sales",))
MARIE = Subscription(address="Marie Curé <marie@example.org>", language="fr", boards=("kpi",), attach=("pdf", "xlsx"))


@pytest.fixture
def desk(tmp_path: Path, retailer: Opened) -> Iterator[Office]:
    with office(tmp_path / "home", retailer.settings.home) as opened:
        yield opened


def attached(mail: EmailMessage) -> dict[str, bytes]:
    found = {}
    for each in mail.iter_attachments():
        content = each.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[str(each.get_filename())] = content
    return found


def test_each_subscriber_gets_yesterday_and_the_month_in_their_language(desk: Office, retailer: Opened) -> None:
    desk.subscribe(JO, MARIE)
    assert desk.report().posted == 2
    assert len(desk.send()) == 2

    (english,), (french,) = desk.arrived("jo@example.org"), desk.arrived("marie@example.org")
    revenue = SUMS["revenue"](retailer.world.of(Period(date(2026, 3, 28), date(2026, 3, 29))))
    assert str(english["Subject"]).startswith(f"Sales on Sat 28 Mar: €{revenue:,.0f}")
    assert str(french["Subject"]).startswith("Ventes du sam. 28 mars : ")
    for text in ("Saturday 28 March", "March 2026 to date", "Sales tracking", "Data to 28 Mar 2026 · version v000001"):
        assert text in part(english, "plain")
        assert text in part(english, "html")
    for text in ("Samedi 28 mars", "Mars 2026 à ce jour", "Indicateurs clés", "Chiffre d'affaires"):
        assert text in part(french, "plain")


def test_attachments_are_the_boards_that_were_asked_for(desk: Office) -> None:
    desk.subscribe(MARIE)
    desk.report()
    (mail,) = desk.send()

    files = attached(mail)
    assert list(files) == ["kpi-2026-03-28.pdf", "kpi-2026-03-28.xlsx"]
    pypdfium2.PdfDocument(files["kpi-2026-03-28.pdf"]).close()
    assert openpyxl.load_workbook(io.BytesIO(files["kpi-2026-03-28.xlsx"])).sheetnames[0] == "À propos"


def test_it_comes_once_a_day_however_often_it_is_asked_for(desk: Office) -> None:
    desk.subscribe(JO)
    assert desk.report().posted == 1
    desk.send()
    again = desk.report(LATER)

    assert (again.posted, again.already) == (0, 1)
    assert len(desk.send(LATER)) == 1


def test_somebody_new_gets_it_the_same_day_and_who_left_does_not(desk: Office) -> None:
    desk.subscribe(JO)
    desk.report()
    desk.subscribe(MARIE, JO.model_copy(update={"active": False}))

    assert desk.report(LATER).posted == 1
    assert len(desk.send(LATER)) == 2


def test_a_reader_of_one_shop_gets_no_other_shops_figure(desk: Office, retailer: Opened) -> None:
    desk.employ("sam", Account(roles=("store_manager",), shops=("shop:1",)))
    desk.subscribe(
        Subscription(address="sam@example.org", person="sam", boards=("kpi", "health"), attach=("pdf", "xlsx"))
    )
    desk.report()
    (mail,) = desk.send()

    book = openpyxl.load_workbook(io.BytesIO(attached(mail)["kpi-2026-03-28.xlsx"]))
    cells = " ".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None)
    opened = pypdfium2.PdfDocument(attached(mail)["kpi-2026-03-28.pdf"])
    pages = " ".join(page.get_textpage().get_text_bounded() for page in opened)
    opened.close()
    whole = f"€{SUMS['revenue'](retailer.world.of(Period(date(2026, 3, 28), date(2026, 3, 29)))):,.0f}"
    for text in (whole_text(mail), cells, pages):
        assert "Shop shop:1" in text
        assert not any(other in text for other in ("shop:2", "shop:3", "web:1"))
    assert whole not in part(mail, "plain")
    assert "Data health" not in part(mail, "plain")  # a board that this role does not have


def test_filters_of_a_subscription_narrow_it_and_are_said(desk: Office) -> None:
    desk.subscribe(JO.model_copy(update={"filters": "shop=shop%3A2"}))
    desk.report()
    (mail,) = desk.send()

    assert "Shop: Shop shop:2" in part(mail, "plain")
    assert "By shop" not in part(mail, "plain")
    assert "/sales?" in part(mail, "html") and "shop=shop%3A2" in part(mail, "html")


def test_an_account_that_is_gone_sends_nothing_and_keeps_nobody_else_waiting(desk: Office) -> None:
    desk.subscribe(Subscription(address="gone@example.org", person="gone"), JO)
    morning = desk.report()

    assert (morning.posted, morning.failed) == (1, 1)
    assert desk.open_kinds() == ["report_undelivered"]
    desk.send()
    assert desk.arrived("gone@example.org") == []


def test_figures_of_an_earlier_day_are_held_back_and_people_are_told_once(desk: Office) -> None:
    desk.subscribe(JO, MARIE)
    tuesday = MORNING + timedelta(days=2)
    early = desk.report(tuesday)
    assert early.held is not None
    assert (early.held.reason, early.notices, desk.open_kinds()) == ("stale", 0, [])

    assert desk.report(LATER + timedelta(days=2)).notices == 2
    assert desk.report(LATER + timedelta(days=2, hours=1)).notices == 0
    desk.send(LATER + timedelta(days=2))

    (notice,) = desk.arrived("marie@example.org")
    assert str(notice["Subject"]) == "Chiffres du lundi 30 mars retenus"
    assert "samedi 28 mars" in part(notice, "plain")
    assert "€" not in part(notice, "plain")
    assert desk.open_kinds() == ["report_held"]
    assert any("held back" in str(mail["Subject"]) for mail in desk.arrived("data@example.org"))


def test_when_the_figures_come_after_all_the_report_follows(tmp_path: Path) -> None:
    with office(tmp_path / "home", None) as desk:
        desk.subscribe(JO)
        lines = made_up(customers=20)
        publish_lines(desk.settings.home, lines)
        assert desk.report(LATER + timedelta(days=1)).held is not None
        late = lines.tail(1).assign(business_date=pd.Timestamp("2026-03-29").date(), document="late")
        publish_lines(desk.settings.home, pd.concat([lines, late]), version=2)
        morning = desk.report(LATER + timedelta(days=1, hours=2))

        assert (morning.held, morning.posted) == (None, 1)
        assert desk.open_kinds() == []
        desk.send(LATER + timedelta(days=1, hours=2))
        assert [str(mail["Subject"])[:16] for mail in desk.arrived("jo@example.org")] == [
            "Figures of Sunda",
            "Sales on Sun 29 ",
        ]


def test_failed_checks_are_the_reason_when_there_are_some(desk: Office) -> None:
    desk.subscribe(JO)
    failed = Incident(
        key="check:x", kind="check_failed", group="merge", title="merge/unified_sales: totals", since=MORNING
    )
    desk.outbox.report(failed, MORNING)
    morning = desk.report(LATER + timedelta(days=1))

    assert morning.held is not None
    assert (morning.held.reason, morning.held.checks) == ("checks", ("merge/unified_sales: totals",))


def test_before_the_first_publish_it_is_held_back(tmp_path: Path) -> None:
    with office(tmp_path / "home", None) as desk:
        desk.subscribe(JO)
        morning = desk.report(LATER)
        assert morning.held is not None
        assert (morning.held.reason, morning.notices) == ("missing", 1)


def test_a_server_that_is_down_loses_no_report(desk: Office) -> None:
    desk.subscribe(JO)
    desk.report()
    port, desk.port = desk.port, 1
    desk.send()
    assert [letter.attempts for letter in desk.outbox.letters()] == [1]
    desk.port = port
    assert len(desk.send(MORNING + timedelta(minutes=2))) == 1
    assert desk.outbox.letters() == ()


def test_an_address_that_is_refused_is_given_up_and_that_is_told(desk: Office) -> None:
    desk.inbox.answers["jo@example.org"] = "550 no such user"
    desk.subscribe(JO)
    desk.report()
    desk.send()
    desk.send(MORNING + timedelta(minutes=1))

    assert desk.outbox.letters() == ()
    (alert,) = desk.arrived("data@example.org")
    assert "not delivered" in str(alert["Subject"])
    assert "jo@example.org" not in whole_text(alert)
