from __future__ import annotations

import os
import socket
from datetime import date, timedelta
from pathlib import Path

import pytest

from goldline.errors import GoldlineError, SettingsError
from goldline.landing.found import Found
from goldline.landing.store import Item, StillChanging, Unreadable
from tests.unit.landing.feeds import NOW, DayFeed, drop, zone_of


def only(root: Path, **options: object) -> Found:
    (found,) = zone_of(root, **options).scan(NOW).complete
    return found


def reasons(root: Path, **options: object) -> dict[str, str]:
    scan = zone_of(root, **options).scan(NOW)
    return {refusal.name: refusal.reason for refusal in scan.refused}


def test_a_settled_file_is_found_with_its_feed_and_day(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv", b"12345")
    found = only(tmp_path)
    assert (found.source, found.feed, found.delivery_date) == ("cashmere", "VENTES", date(2026, 3, 28))
    assert (found.name, found.size) == ("VENTES_20260328.csv", 5)
    assert b"".join(zone_of(tmp_path).read(found)) == b"12345"


def test_a_young_file_is_growing_until_it_has_settled(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv", age=9)
    zone = zone_of(tmp_path)
    assert [file.name for file in zone.scan(NOW).growing] == ["VENTES_20260328.csv"]
    assert len(zone.scan(NOW + timedelta(seconds=1)).complete) == 1


def test_a_marker_completes_a_young_file(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv", age=1)
    drop(tmp_path, "cashmere/VENTES_20260328.csv.done", b"", age=0)
    assert len(zone_of(tmp_path).scan(NOW).complete) == 1


def test_a_marker_left_from_an_earlier_version_does_not_complete_a_new_upload(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv.done", b"", age=100)
    drop(tmp_path, "cashmere/VENTES_20260328.csv", age=1)
    assert len(zone_of(tmp_path).scan(NOW).growing) == 1


def test_a_file_from_a_clock_that_runs_ahead_is_complete_once_seen_unchanged(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv", age=-3600)
    seconds = [100.0]
    zone = zone_of(tmp_path, clock=lambda: seconds[0])
    assert zone.scan(NOW).complete == ()
    seconds[0] = 105.0
    drop(tmp_path, "cashmere/VENTES_20260328.csv", b"longer than before", age=-3605)
    assert zone.scan(NOW).complete == ()
    seconds[0] = 114.0
    assert zone.scan(NOW).complete == ()
    seconds[0] = 115.0
    assert len(zone.scan(NOW).complete) == 1


def test_uploads_in_progress_hidden_files_and_taken_are_not_mentioned(tmp_path: Path) -> None:
    for name in (".x.csv", "VENTES_20260328.csv.part", "a.filepart", "b.tmp", "orphan.csv.done"):
        drop(tmp_path, f"cashmere/{name}")
    drop(tmp_path, "cashmere/taken/VENTES_20260327.csv")
    drop(tmp_path, ".snapshot/x")
    scan = zone_of(tmp_path).scan(NOW)
    assert (scan.complete, scan.growing, scan.refused) == ((), (), ())


def test_links_pipes_sockets_and_folders_are_refused_and_never_read(tmp_path: Path) -> None:
    secret = drop(tmp_path, "outside.txt", b"secret")
    folder = tmp_path / "zone" / "cashmere"
    folder.mkdir(parents=True)
    (folder / "VENTES_20260301.csv").symlink_to(secret)
    (folder / "VENTES_20260302.csv").symlink_to("/nowhere")
    os.mkfifo(folder / "VENTES_20260303.csv")
    (folder / "VENTES_20260304.csv").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "VENTES_20260305.csv"))
    found = reasons(tmp_path / "zone")
    assert {name[-6:-4]: reason.split(",")[0] for name, reason in found.items()} == {
        "01": "it is a link",
        "02": "it is a link",
        "03": "it is a device",
        "04": "it is a folder",
        "05": "it is a device",
    }
    assert len(list(folder.iterdir())) == 5


@pytest.mark.parametrize("trick", ["link", "pipe", "folder"])
def test_a_file_swapped_for_something_else_after_the_scan_is_not_read(tmp_path: Path, trick: str) -> None:
    secret = drop(tmp_path, "outside.txt", b"secret")
    file = drop(tmp_path, "zone/cashmere/VENTES_20260328.csv", b"public")
    zone = zone_of(tmp_path / "zone")
    (found,) = zone.scan(NOW).complete
    file.unlink()
    if trick == "link":
        file.symlink_to(secret)
    elif trick == "pipe":
        os.mkfifo(file)
    else:
        file.mkdir()
    with pytest.raises((Unreadable, StillChanging)):
        list(zone.read(found))
    assert not zone.take(found)


def test_a_source_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    drop(tmp_path, "elsewhere/VENTES_20260328.csv")
    (tmp_path / "zone").mkdir()
    (tmp_path / "zone" / "cashmere").symlink_to(tmp_path / "elsewhere")
    assert "it is a link" in reasons(tmp_path / "zone")["cashmere"]
    assert zone_of(tmp_path / "zone").scan(NOW).complete == ()


def test_names_that_fit_no_feed_or_two_feeds_are_refused(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_2026033.csv")
    drop(tmp_path, "cashmere/notes.txt")
    drop(tmp_path, "cashmere/CLIENTS_20260328.csv")
    twice = {"cashmere": (DayFeed("CLIENTS"), DayFeed("CLIENTS"))}
    found = reasons(tmp_path, feeds=twice)
    assert found["CLIENTS_20260328.csv"] == "the name fits several feeds"
    assert found["notes.txt"] == found["VENTES_2026033.csv"] == "the name fits no feed of cashmere"


def test_names_that_differ_only_by_case_are_both_refused(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv")
    drop(tmp_path, "cashmere/ventes_20260328.csv")
    found = reasons(tmp_path)
    assert set(found) == {"VENTES_20260328.csv", "ventes_20260328.csv"}
    assert all("upper and lower case" in reason for reason in found.values())


def test_control_characters_and_foreign_bytes_are_refused_and_shown_escaped(tmp_path: Path) -> None:
    folder = tmp_path / "cashmere"
    folder.mkdir()
    for name in (b"a\nb.csv", b"\x1b[31m.csv", "x\u202ecsv".encode(), b"\xff.csv", b"n" * 201):
        (Path(os.fsdecode(bytes(folder) + b"/" + name))).write_bytes(b"x")
    found = reasons(tmp_path)
    assert len(found) == 5
    assert all(name.isprintable() and len(name) <= 200 for name in found)
    assert r"a\nb.csv" in found


def test_what_lies_outside_a_source_folder_is_reported(tmp_path: Path) -> None:
    drop(tmp_path, "VENTES_20260328.csv")
    drop(tmp_path, "unknown/VENTES_20260328.csv")
    (tmp_path / "magento").write_bytes(b"")
    found = reasons(tmp_path)
    assert found["VENTES_20260328.csv"] == "it lies outside a source's folder"
    assert found["unknown"] == "no contract names a source of this name"
    assert "it is a file" in found["magento"]


def test_a_file_above_the_largest_size_is_refused(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv", b"12345")
    assert "too large (5 bytes, at most 4)" in reasons(tmp_path, max_bytes=4)["VENTES_20260328.csv"]


@pytest.mark.parametrize("size", [0, 4, 6])
def test_a_file_that_changes_after_the_scan_is_not_read_to_its_end(tmp_path: Path, size: int) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv", b"12345")
    found = only(tmp_path)
    drop(tmp_path, "cashmere/VENTES_20260328.csv", b"x" * size)
    with pytest.raises(StillChanging, match="still changing"):
        list(zone_of(tmp_path).read(found))


def test_a_file_that_grows_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    file = drop(tmp_path, "cashmere/VENTES_20260328.csv", b"x" * (3 << 20))
    zone = zone_of(tmp_path)
    blocks = zone.read(only(tmp_path))
    next(blocks)
    with file.open("ab") as stream:
        stream.write(b"more")
    with pytest.raises(StillChanging):
        list(blocks)


def test_a_taken_file_moves_with_its_marker_and_nothing_is_overwritten(tmp_path: Path) -> None:
    zone = zone_of(tmp_path)
    for content in (b"first", b"second", b"second"):
        drop(tmp_path, "cashmere/VENTES_20260328.csv", content)
        drop(tmp_path, "cashmere/VENTES_20260328.csv.done", b"")
        (found,) = zone.scan(NOW).complete
        assert zone.take(found)
    taken = {path.name: path.read_bytes() for path in (tmp_path / "cashmere" / "taken").iterdir()}
    digest = "16367aacb67a"
    assert {name: content for name, content in taken.items() if content} == {
        "VENTES_20260328.csv": b"first",
        f"VENTES_20260328.csv.{digest}": b"second",
        f"VENTES_20260328.csv.{digest}.2": b"second",
    }
    assert sum(name.endswith(".done") for name in taken) == 3
    assert [path.name for path in (tmp_path / "cashmere").iterdir()] == ["taken"]


def test_a_file_replaced_since_it_was_read_is_not_moved_away_unread(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv", b"first")
    zone = zone_of(tmp_path)
    (found,) = zone.scan(NOW).complete
    drop(tmp_path, "cashmere/VENTES_20260328.csv", b"second", age=30)
    assert not zone.take(found)
    assert (tmp_path / "cashmere" / "VENTES_20260328.csv").read_bytes() == b"second"


def test_nothing_moves_when_moving_is_turned_off(tmp_path: Path) -> None:
    file = drop(tmp_path, "cashmere/VENTES_20260328.csv")
    zone = zone_of(tmp_path, move_taken=False)
    assert not zone.take(zone.scan(NOW).complete[0])
    assert file.exists()
    assert not (file.parent / "taken").exists()


def test_a_taken_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    drop(tmp_path, "zone/cashmere/VENTES_20260328.csv")
    (tmp_path / "outside").mkdir()
    (tmp_path / "zone" / "cashmere" / "taken").symlink_to(tmp_path / "outside")
    zone = zone_of(tmp_path / "zone")
    with pytest.raises(GoldlineError):
        zone.take(zone.scan(NOW).complete[0])
    assert list((tmp_path / "outside").iterdir()) == []


def test_only_the_sources_asked_for_are_looked_at(tmp_path: Path) -> None:
    drop(tmp_path, "cashmere/VENTES_20260328.csv")
    drop(tmp_path, "magento/sales_order_20260328.csv")
    scan = zone_of(tmp_path).scan(NOW, sources={"magento"})
    assert [file.source for file in scan.complete] == ["magento"]


def test_one_source_folder_that_cannot_be_listed_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions do not bind the superuser, as whom tests may run: the refusal is played."""
    drop(tmp_path, "cashmere/VENTES_20260328.csv")
    drop(tmp_path, "magento/sales_order_20260328.csv")
    zone = zone_of(tmp_path)
    real_listing = zone._store.listing

    def listing(folder: str) -> list[Item]:
        if folder == "cashmere":
            raise Unreadable("the folder cannot be listed (Permission denied)")
        return real_listing(folder)

    monkeypatch.setattr(zone._store, "listing", listing)
    scan = zone.scan(NOW)
    assert [file.source for file in scan.complete] == ["magento"]
    assert [refusal.source for refusal in scan.refused] == ["cashmere"]


def test_a_missing_landing_folder_is_an_error_not_an_empty_day(tmp_path: Path) -> None:
    with pytest.raises(GoldlineError, match="does not exist"):
        zone_of(tmp_path / "unmounted").scan(NOW)


def test_a_file_url_names_the_same_folder(tmp_path: Path) -> None:
    drop(tmp_path, "my zone/cashmere/VENTES_20260328.csv")
    assert len(zone_of(f"file://{tmp_path}/my%20zone").scan(NOW).complete) == 1


@pytest.mark.parametrize("url", ["ftp://host/x", "http://host/x", "s3://", "sftp://"])
def test_an_address_that_cannot_be_used_is_a_settings_error(url: str) -> None:
    with pytest.raises(SettingsError, match="GOLDLINE_LANDING"):
        zone_of(url)


def test_s3_without_its_package_names_the_extra_to_install() -> None:
    with pytest.raises(SettingsError, match=r"goldline\[s3\]"):
        zone_of("s3://bucket/landing")
