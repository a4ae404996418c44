from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from goldline.errors import GoldlineError, TransientError
from goldline.landing.archive import Archive
from goldline.landing.ledger import Ledger
from goldline.landing.receive import receive
from goldline.landing.store import StillChanging
from goldline.landing.zone import LandingZone
from tests.integration.landing.sftp_server import Server, running
from tests.unit.landing.feeds import NOW, drop, zone_of

pytestmark = pytest.mark.integration
OLD = 600
"""Seconds: older than settling time and possible difference of clocks together."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "served" / "landing").mkdir(parents=True)
    with running(Server(tmp_path / "served")) as started:
        started.trust(tmp_path / "known_hosts")
        yield started


@pytest.fixture
def landing(server: Server) -> Path:
    return server.root / "landing"


@pytest.fixture
def zone(server: Server, tmp_path: Path) -> LandingZone:
    return zone_of(server.url(tmp_path / "known_hosts", timeout=5))


def take_in(zone: LandingZone, root: Path) -> list[bytes]:
    archive, ledger = Archive(root / "archive"), Ledger(root / "ledger")
    receive(zone, archive, ledger, now=NOW)
    return [archive.read(entry.sha256) for entry in ledger.entries()]


def test_files_are_found_read_and_moved_with_their_markers(zone: LandingZone, landing: Path) -> None:
    content = os.urandom(3_000_000)
    drop(landing, "cashmere/VENTES_20260328.csv", content, age=5)
    drop(landing, "cashmere/VENTES_20260328.csv.done", b"", age=4)
    (found,) = zone.scan(NOW).complete
    assert b"".join(zone.read(found)) == content
    assert zone.take(found)
    assert sorted(path.name for path in (landing / "cashmere" / "taken").iterdir()) == [
        "VENTES_20260328.csv",
        "VENTES_20260328.csv.done",
    ]
    assert zone.scan(NOW).complete == ()


def test_a_name_already_taken_is_never_overwritten(zone: LandingZone, landing: Path, tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        drop(landing, "cashmere/VENTES_20260328.csv", content, age=OLD)
        take_in(zone, tmp_path)
    taken = {path.read_bytes(): path.name for path in (landing / "cashmere" / "taken").iterdir()}
    assert taken == {b"first": "VENTES_20260328.csv", b"second": "VENTES_20260328.csv.16367aacb67a"}


def test_every_prefix_of_an_upload_waits_until_it_is_complete(server: Server, landing: Path, tmp_path: Path) -> None:
    seconds = [0.0]
    zone = zone_of(server.url(tmp_path / "known_hosts"), clock=lambda: seconds[0])
    content = b"a;b\r\n1;2\r\n"
    for length in range(len(content) + 1):
        seconds[0] += 9
        drop(landing, "cashmere/VENTES_20260328.csv", content[:length], age=100 - length)
        assert take_in(zone, tmp_path) == []
    seconds[0] += 10
    assert take_in(zone, tmp_path) == [content]


def test_a_file_that_grows_between_listing_and_reading_is_left_alone(zone: LandingZone, landing: Path) -> None:
    drop(landing, "cashmere/VENTES_20260328.csv", b"half", age=OLD)
    (found,) = zone.scan(NOW).complete
    drop(landing, "cashmere/VENTES_20260328.csv", b"half and more", age=OLD)
    with pytest.raises(StillChanging):
        list(zone.read(found))
    assert not zone.take(found)


@pytest.mark.parametrize("cut_after", [0, 1, 60_000, 1_500_000, 2_999_999])
def test_a_connection_cut_while_reading_leaves_nothing_visible_and_the_next_run_succeeds(
    server: Server, zone: LandingZone, landing: Path, tmp_path: Path, cut_after: int
) -> None:
    first, second = b"small", os.urandom(3_000_000)
    drop(landing, "cashmere/CLIENTS_20260328.csv", first, age=OLD)
    drop(landing, "cashmere/VENTES_20260328.csv", second, age=OLD)
    server.cut_after = cut_after
    with pytest.raises(TransientError, match="the connection failed"):
        take_in(zone, tmp_path)
    archive = Archive(tmp_path / "archive")
    assert list(archive.verify()) == []
    assert [archive.read(entry.sha256) for entry in Ledger(tmp_path / "ledger").entries()] in ([], [first])
    server.cut_after = None
    assert take_in(zone, tmp_path) == [first, second]


def test_a_stalled_server_is_given_up_after_the_time_limit(server: Server, landing: Path, tmp_path: Path) -> None:
    drop(landing, "cashmere/VENTES_20260328.csv", age=OLD)
    zone = zone_of(server.url(tmp_path / "known_hosts", timeout=1))
    server.stall = True
    start = time.monotonic()
    with pytest.raises(TransientError, match="no answer within 1 s"):
        take_in(zone, tmp_path)
    assert time.monotonic() - start < 10
    server.stall = False
    assert len(take_in(zone, tmp_path)) == 1


def test_a_changed_host_key_is_refused_for_good_and_nothing_is_read(server: Server, tmp_path: Path) -> None:
    imposter = Server(server.root, key=asyncssh.generate_private_key("ssh-ed25519"))
    with running(imposter):
        known = server.key.export_public_key().decode().strip()
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{imposter.port} {known}\n")
        with pytest.raises(GoldlineError, match="host key is not the one in") as caught:
            zone_of(imposter.url(tmp_path / "known_hosts")).scan(NOW)
    assert not isinstance(caught.value, TransientError)
    assert "fingerprint" in caught.value.remedy
    assert imposter.logins == 0


def test_a_server_with_a_host_key_of_another_kind_never_gets_the_password(server: Server, tmp_path: Path) -> None:
    """Both ends give up the handshake; if the server hangs up first, the failure looks transient."""
    imposter = Server(server.root, key=asyncssh.generate_private_key("ecdsa-sha2-nistp256"))
    with running(imposter):
        known = server.key.export_public_key().decode().strip()
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{imposter.port} {known}\n")
        with pytest.raises(GoldlineError, match=r"host key|connection failed"):
            zone_of(imposter.url(tmp_path / "known_hosts")).scan(NOW)
    assert imposter.logins == 0


def test_an_unknown_host_is_refused(server: Server, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text("")
    with pytest.raises(GoldlineError, match="host key"):
        zone_of(server.url(tmp_path / "known_hosts")).scan(NOW)


def test_a_wrong_password_is_permanent_and_never_shown(server: Server, tmp_path: Path) -> None:
    with pytest.raises(GoldlineError, match="refuses the login") as caught:
        zone_of(server.url(tmp_path / "known_hosts", password="hush")).scan(NOW)
    assert not isinstance(caught.value, TransientError)
    assert "hush" not in str(caught.value)


def test_a_server_that_is_down_is_a_transient_failure(server: Server, tmp_path: Path) -> None:
    url = server.url(tmp_path / "known_hosts").replace(str(server.port), "1")
    with pytest.raises(TransientError, match="connection failed"):
        zone_of(url).scan(NOW)


def test_a_hostile_listing_is_refused_name_by_name(
    server: Server, zone: LandingZone, landing: Path, tmp_path: Path
) -> None:
    outside = drop(server.root, "outside.csv", b"secret", age=OLD)
    drop(landing, "cashmere/CLIENTS_20260328.csv", b"good", age=OLD)
    (landing / "cashmere" / "VENTES_20260301.csv").symlink_to(outside)
    (landing / "cashmere" / "VENTES_20260302.csv").mkdir()
    os.mkfifo(landing / "cashmere" / "VENTES_20260303.csv")
    server.extra_names = (
        b"../outside.csv",
        b"/etc/passwd",
        b"../../VENTES_20260304.csv",
        b"VENTES_20260305.csv\n",
        b"\xff\xfe.csv",
        b"x" * 300,
    )
    refused = {refusal.name: refusal.reason for refusal in zone.scan(NOW).refused if refusal.source}
    assert len(refused) == 9
    assert all(name.isprintable() for name in refused)
    assert refused["../outside.csv"] == "the name is a path, not a file name"
    assert take_in(zone, tmp_path) == [b"good"]


def test_a_missing_landing_folder_on_the_server_is_an_error(server: Server, zone: LandingZone) -> None:
    (server.root / "landing").rmdir()
    with pytest.raises(GoldlineError, match="does not exist"):
        zone.scan(NOW)
