"""Restatements with real deliveries: a correction and a backfill of a closed month, held, confirmed and mailed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from goldline.alerts import Outbox
from goldline.demo import write_deliveries
from goldline.home import Home
from goldline.publish import versions
from goldline.restate.records import Restatement
from goldline.restate.review import RestatementHeld, confirm, held_restatement, restatement_of
from sensors.restatements import look_for_restatements
from tests.integration.restate.retailer import (
    SHOP_FILES,
    Ticket,
    of_day,
    open_home,
    publish_after,
    publish_again,
    without_a_ticket,
)

pytestmark = pytest.mark.integration

MARCH, CORRECTED, MISSING = date(2026, 3, 1), date(2026, 3, 28), date(2026, 3, 30)
LAST = date(2026, 4, 3)
NIGHT = datetime.now(UTC)


@dataclass(frozen=True)
class Published:
    """A home whose first version has a wrong day and lacks another, with the files that put it right."""

    home: Path
    ticket: Ticket
    correction: list[Path]
    missing: list[Path]
    next_day: list[Path]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("restated")
    deliveries = folder / "deliveries"
    write_deliveries(deliveries, days=10, customers=90, seed=5, last_day=LAST)
    wrong, ticket = without_a_ticket(deliveries, CORRECTED, folder / "wrong")
    correction = [path for path in of_day(deliveries, CORRECTED, source="cashmere") if path.stem[:-9] in SHOP_FILES]
    missing = of_day(deliveries, MISSING, source="cashmere")
    later = of_day(deliveries, LAST)
    files = set(deliveries.glob("*/*.csv")) - {*correction, *missing, *later}
    assert publish_after(open_home(folder / "home"), [*sorted(files), *wrong]).version == "v000001"
    return Published(folder / "home", ticket, correction, missing, later)


@pytest.fixture
def copied(published: Published, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published.home, tmp_path / "home"))


def restated(home: Home) -> Restatement:
    found = restatement_of(home.settings.published_dir, versions.current(home.settings.published_dir).version)
    assert found
    return found


def in_march(found: Restatement, channel: str = "store") -> dict[str, Decimal]:
    assert {(move.month, move.channel) for move in found.moves} == {(MARCH, channel)}
    return {move.metric: move.difference for move in found.moves}


def test_the_first_version_is_compared_with_nothing(published: Published) -> None:
    found = restatement_of(published.home / "published", "v000001")
    assert found
    assert (found.compared_with, found.moves) == (None, ())


def test_a_correction_of_a_closed_month_says_the_figure_the_amount_and_the_file(
    published: Published, copied: Path
) -> None:
    home = open_home(copied)
    assert publish_after(home, published.correction).version == "v000002"
    found = restated(home)
    moved = in_march(found)
    assert moved["net_sales"] == published.ticket.net
    assert moved["lines"] == published.ticket.lines
    assert moved["units"] == published.ticket.units
    assert moved["documents"] == 1
    (cause,) = found.causes
    (file,) = cause.files
    assert (cause.how, cause.lines, cause.net_sales) == ("lines", published.ticket.lines, published.ticket.net)
    assert (file.name, file.is_correction) == (f"VENTES_{CORRECTED:%Y%m%d}.csv", True)
    again = publish_again(home)
    assert again.unchanged
    told_twice(home, copied / "outbox", again.version)


def told_twice(home: Home, folder: Path, version: str) -> None:
    """Look twice: one incident, one mail, nothing that stays open."""
    outbox = Outbox(folder)
    looks = [look_for_restatements(home, outbox, NIGHT + timedelta(minutes=n)) for n in (1, 2)]
    assert [look.opened for look in looks] == [1, 0]
    (record,) = outbox.history()
    assert record.incident.key == f"restated:{version}"
    assert record.incident.severity == "warning"
    assert "2026-03 store net sales" in record.incident.cause
    assert any("VENTES_20260328.csv" in str(fact) for fact in record.incident.facts.values())
    assert outbox.open_incidents() == ()
    assert outbox.queue(NIGHT + timedelta(minutes=3)).notices == 1


def test_a_day_that_is_backfilled_out_of_order_restates_its_month_by_its_files(
    published: Published, copied: Path
) -> None:
    home = open_home(copied)
    publish_after(home, published.missing)
    found = restated(home)
    moved = in_march(found)
    assert moved["net_sales"] > 0
    assert sum((c.net_sales for c in found.causes if c.how == "lines"), Decimal(0)) == moved["net_sales"]
    lines = [cause for cause in found.causes if cause.how == "lines"]
    assert {(file.delivery_day, file.is_correction) for cause in lines for file in cause.files} == {(MISSING, False)}


def test_a_restatement_is_held_until_exactly_it_is_confirmed(published: Published, copied: Path) -> None:
    home = open_home(copied, confirm=True)
    folder = home.settings.published_dir
    with pytest.raises(RestatementHeld, match=r"(?s)2026-03 store net sales.*VENTES_20260328.*publish confirm"):
        publish_after(home, published.correction)
    assert list_of(folder) == ["v000001"]
    held = held_restatement(folder)
    assert held
    assert in_march(held)["net_sales"] == published.ticket.net
    confirm(folder, held.model_copy(update={"moves": held.moves[:1]}), by="somebody", at=NIGHT)
    with pytest.raises(RestatementHeld):
        publish_again(home)
    confirm(folder, held, by="Claire, finance", at=NIGHT)
    assert publish_again(home).version == "v000002"
    confirmation = restated(home).confirmation
    assert confirmation
    assert (confirmation.by, confirmation.at) == ("Claire, finance", NIGHT)
    assert held_restatement(folder) is None


def test_a_day_of_the_open_month_is_published_unasked(published: Published, copied: Path) -> None:
    home = open_home(copied, confirm=True)
    shops = [path for path in published.next_day if path.parent.name == "cashmere"]
    assert publish_after(home, shops).version == "v000002"
    assert restated(home).moves == ()


def list_of(folder: Path) -> list[str]:
    return [manifest.version for manifest in versions.list_versions(folder)]
