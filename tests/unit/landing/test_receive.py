from __future__ import annotations

import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from goldline.landing.archive import Archive
from goldline.landing.ledger import Ledger
from goldline.landing.receive import Received, receive
from tests.unit.landing.feeds import NOW, drop, zone_of


class House:
    """A landing zone, an archive and a ledger in one folder."""

    def __init__(self, root: Path, **options: Any) -> None:
        self.landing = root / "landing"
        self.landing.mkdir()
        self.zone = zone_of(self.landing, **options)
        self.archive = Archive(root / "archive")
        self.ledger = Ledger(root / "ledger")

    def receive(self, **options: Any) -> Received:
        return receive(self.zone, self.archive, self.ledger, now=NOW, **options)

    def kinds(self) -> list[str]:
        lines = self.ledger.path.read_text().splitlines()
        return [line.split('"event":"')[1].split('"')[0] for line in lines]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_files_are_archived_recorded_and_moved_on_in_a_fixed_order(house: House) -> None:
    drop(house.landing, "magento/sales_order_20260327.csv", b"m27")
    drop(house.landing, "cashmere/VENTES_20260328.csv", b"v28")
    drop(house.landing, "cashmere/CLIENTS_20260328.csv", b"c28")
    drop(house.landing, "cashmere/VENTES_20260327.csv", b"v27")
    got = house.receive()
    assert [house.archive.read(entry.sha256) for entry in got.new] == [b"v27", b"m27", b"c28", b"v28"]
    assert list(got.new) == house.ledger.entries()
    assert [path.name for path in (house.landing / "magento").iterdir()] == ["taken"]
    assert house.receive() == Received((), 0, (), ())


def test_the_same_file_again_is_noted_and_not_a_new_version(house: House) -> None:
    for _ in range(2):
        drop(house.landing, "cashmere/VENTES_20260328.csv")
        got = house.receive()
    assert (got.new, got.again) == ((), 1)
    assert house.kinds() == ["received", "received_again"]


def test_the_same_name_with_new_bytes_is_the_newest_version(house: House) -> None:
    for content in (b"first", b"second"):
        drop(house.landing, "cashmere/VENTES_20260328.csv", content)
        house.receive()
    newest = house.ledger.newest()["cashmere", "VENTES", date(2026, 3, 28)]
    assert (newest.sequence, house.archive.read(newest.sha256)) == (2, b"second")


def test_a_correction_that_is_taken_back_makes_the_old_bytes_the_newest_version(house: House) -> None:
    for content in (b"right", b"wrong", b"right"):
        drop(house.landing, "cashmere/VENTES_20260328.csv", content)
        house.receive()
    newest = house.ledger.newest()["cashmere", "VENTES", date(2026, 3, 28)]
    assert (newest.sequence, house.archive.read(newest.sha256)) == (3, b"right")


def test_the_same_bytes_for_another_day_are_an_entry_of_their_own(house: House) -> None:
    drop(house.landing, "cashmere/CLIENTS_20260327.csv", b"snapshot")
    drop(house.landing, "cashmere/CLIENTS_20260328.csv", b"snapshot")
    first, second = house.receive().new
    assert first.sha256 == second.sha256
    assert (first.sequence, second.sequence) == (1, 2)


def test_only_the_days_and_sources_asked_for_are_taken_in(house: House) -> None:
    for day in (26, 27, 28, 29):
        drop(house.landing, f"cashmere/VENTES_202603{day}.csv", b"%d" % day)
        drop(house.landing, f"magento/sales_order_202603{day}.csv", b"%d" % day)
    got = house.receive(sources=["magento"], first=date(2026, 3, 27), last=date(2026, 3, 28))
    assert [entry.name for entry in got.new] == ["sales_order_20260327.csv", "sales_order_20260328.csv"]
    assert len(house.receive().new) == 6


def test_files_left_in_place_are_read_and_recorded_once_only(tmp_path: Path) -> None:
    house = House(tmp_path, move_taken=False)
    file = drop(house.landing, "cashmere/VENTES_20260328.csv")
    assert len(house.receive().new) == 1
    assert house.receive() == Received((), 0, (), ())
    drop(house.landing, "cashmere/VENTES_20260328.csv", age=30)
    assert house.receive().again == 1
    drop(house.landing, "cashmere/VENTES_20260328.csv", b"corrected", age=20)
    assert len(house.receive().new) == 1
    assert house.kinds() == ["received", "received_again", "received"]
    assert file.exists()


def test_growing_and_refused_files_are_reported_and_left_alone(house: House) -> None:
    drop(house.landing, "cashmere/VENTES_20260328.csv", age=1)
    drop(house.landing, "cashmere/notes.txt")
    got = house.receive()
    assert ([file.name for file in got.growing], [refusal.name for refusal in got.refused]) == (
        ["VENTES_20260328.csv"],
        ["notes.txt"],
    )
    assert not house.ledger.path.exists()
    assert stat.S_ISREG((house.landing / "cashmere" / "notes.txt").stat().st_mode)


def test_one_file_that_changes_while_it_is_read_does_not_hold_up_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(house.landing, "cashmere/VENTES_20260327.csv", b"settled")
    drop(house.landing, "cashmere/VENTES_20260328.csv", b"x" * 100)
    scan = house.zone.scan(NOW)
    drop(house.landing, "cashmere/VENTES_20260328.csv", b"x" * 200, age=30)
    with monkeypatch.context() as patched:
        patched.setattr(house.zone, "scan", lambda now, sources: scan)
        got = house.receive()
    assert [entry.name for entry in got.new] == ["VENTES_20260327.csv"]
    assert [file.name for file in got.growing] == ["VENTES_20260328.csv"]
    assert len(house.receive().new) == 1


def test_progress_is_told_file_by_file(house: House) -> None:
    for day in (27, 28):
        drop(house.landing, f"cashmere/VENTES_202603{day}.csv", b"%d" % day)
    told: list[tuple[int, int]] = []
    house.receive(progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
